from . import token_mask
from . import document_file
from . import document_page
from . import document_answer
from . import portal
from . import sms_reply
from . import sms_report
from . import sms_status
