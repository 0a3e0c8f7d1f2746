from . import test_gsm
from . import test_phone
from . import test_plain
from . import test_send_window
from . import test_timetable
from . import test_wall_clock
