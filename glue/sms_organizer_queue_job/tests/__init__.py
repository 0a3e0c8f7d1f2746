from . import (
    test_job_processes,
    test_job_runner,
    test_outbox_jobs,
    test_schedule_jobs,
    test_uninstall,
)
