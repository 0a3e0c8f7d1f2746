{
    "name": "SMS Organizer: job queue",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "summary": "Send through OCA's job queue, on as many hosts as you like",
    "author": "SMS Organizer",
    "website": "https://github.com/sms-organizer/sms_organizer",
    "license": "LGPL-3",
    "depends": ["sms_organizer", "queue_job"],
    "data": ["data/queue_job_data.xml"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
