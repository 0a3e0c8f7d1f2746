from . import test_pay_all
from . import test_pay_all_many
from . import test_pay_all_owed
from . import test_pay_all_privacy
from . import test_pay_all_refused
