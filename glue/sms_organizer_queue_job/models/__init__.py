from . import organizer_job, organizer_schedule, sms_outbox
