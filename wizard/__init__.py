from . import organizer_compose
from . import organizer_compose_send
from . import organizer_compose_line
from . import sms_composer
from . import sms_send_again
