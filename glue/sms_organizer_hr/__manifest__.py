{
    "name": "SMS Organizer: employees",
    "version": "19.0.1.0.0",
    "category": "Human Resources/Employees",
    "summary": "Send SMS to employees",
    "author": "SMS Organizer",
    "website": "https://github.com/sms-organizer/sms_organizer",
    "license": "LGPL-3",
    "depends": ["sms_organizer", "hr"],
    "data": [
        "security/ir.model.access.csv",
        "security/sms_organizer_hr_rules.xml",
        "views/hr_employee_views.xml",
        "views/organizer_compose_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "auto_install": True,
}
