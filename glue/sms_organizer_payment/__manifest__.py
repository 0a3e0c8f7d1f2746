{
    "name": "SMS Organizer: online payment",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "summary": "Pay all open invoices at once, from the link in a message",
    "author": "SMS Organizer",
    "website": "https://github.com/sms-organizer/sms_organizer",
    "license": "LGPL-3",
    "depends": ["sms_organizer", "account_payment"],
    "data": ["views/pay_all_templates.xml"],
    "auto_install": True,
}
