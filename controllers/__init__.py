from . import document_page
from . import portal
from . import sms_status
