from . import test_gsm
from . import test_phone
from . import test_plain
