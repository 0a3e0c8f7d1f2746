from . import basis_employee
from . import hr_employee
from . import organizer_run
from . import ir_actions
from . import res_company
from . import res_config_settings
from . import sms_reply
