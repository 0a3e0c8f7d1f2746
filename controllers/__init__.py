from . import document_page
from . import portal
