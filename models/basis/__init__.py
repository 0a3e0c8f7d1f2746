from . import organizer_basis
from . import invoice
from . import invoice_issued
from . import invoice_overdue
from . import free_text
