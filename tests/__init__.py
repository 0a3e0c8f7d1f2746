from .tools import test_gsm, test_phone, test_plain
from . import test_placeholders
from . import test_hooks
from . import test_gateway
from . import test_sms_phone
from . import test_compose
from . import test_outbox
from . import test_outbox_processes
from . import test_ledger
from . import test_send_and_print
from . import test_document_link
from . import test_document_page
from . import test_document_page_privacy
from . import test_document_pdf
from . import test_document_download
from . import test_document_once
from . import test_js
from . import test_browser
