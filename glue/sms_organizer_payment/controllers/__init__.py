from . import document_pay_all
