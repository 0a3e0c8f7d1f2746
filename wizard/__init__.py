from . import organizer_compose
from . import organizer_compose_defaults
from . import organizer_compose_preview
from . import organizer_compose_send
from . import organizer_compose_template
from . import organizer_compose_line
from . import sms_composer
from . import sms_send_again
