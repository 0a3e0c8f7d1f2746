"""What is done when it is uninstalled."""

# what jobs call, and is gone with the add-on
METHODS = ("_job_pass", "_job_send", "_job_step")


def uninstall_hook(env):
    """Delete its jobs that nobody is at: each would fail, as what it calls is gone.

    What they were to do, the scheduled actions find by themselves. One that is being
    done ends by itself; its lock goes with its process, as in ``queue_job``.
    """
    env.flush_all()
    env.cr.execute(
        """
        DELETE FROM queue_job
              WHERE id IN (
                    SELECT job.id
                      FROM queue_job job
                     WHERE model_name IN ('sms.sms', 'organizer.schedule')
                       AND method_name = ANY(%s)
                       AND state NOT IN ('done', 'cancelled')
                       AND (state != 'started' OR id IN (
                            SELECT queue_job_id
                              FROM queue_job_lock
                             WHERE queue_job_id = job.id
                               FOR UPDATE SKIP LOCKED))
                       FOR UPDATE SKIP LOCKED)
        """,
        [list(METHODS)],
    )
    env["queue.job"].invalidate_model()
