from . import document_page
