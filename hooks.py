"""What installation does to a database that has been in use."""

from odoo.tools import SQL


def pre_init_hook(env):
    """Add the number's column by SQL: Odoo would fill it invoice by invoice."""
    env.cr.execute(
        "ALTER TABLE account_move ADD COLUMN IF NOT EXISTS sms_phone varchar"
    )


def post_init_hook(env):
    env["account.move"]._fill_sms_phones()
    _fill_ledger(env)


def _fill_ledger(env):
    """Take what is known of the SMS that Odoo has sent before into the ledger."""
    env.cr.execute(
        """
        UPDATE sms_sms
           SET queued_at = known.create_date,
               user_id = known.create_uid,
               company_id = message.record_company_id,
               res_model = message.model,
               res_id = message.res_id,
               move_id = move.id
          FROM sms_sms known
     LEFT JOIN mail_message message ON message.id = known.mail_message_id
     LEFT JOIN account_move move
            ON move.id = message.res_id AND message.model = 'account.move'
         WHERE sms_sms.id = known.id AND sms_sms.queued_at IS NULL
        """
    )
    env["sms.sms"].invalidate_model()


def uninstall_hook(env):
    # their actions are nobody's data: Odoo would leave them in the gear menus
    env["ir.actions.server"].search([("organizer_template_id", "!=", False)]).unlink()
    env["mail.mail"].search(
        [("run_line_id", "!=", False), ("state", "=", "outgoing")]
    ).write({"state": "cancel"})
    _cancel_what_waits(env)
    _forget_replies(env)


def _cancel_what_waits(env):
    """Leave nothing in Odoo's own queue that was to reach nobody, or is in doubt."""
    env.cr.execute(
        """
        UPDATE sms_sms
           SET state = 'canceled'
         WHERE state IN ('outgoing', 'process')
           AND (is_test OR run_line_id IS NOT NULL OR reply_id IS NOT NULL
                OR claim IS NOT NULL)
        """
    )
    # Odoo deletes the gateways that came with the add-on before the columns go
    for table in ("sms_sms", "sms_sender", "sms_package"):
        env.cr.execute(
            SQL(
                "UPDATE %s SET gateway_id = NULL WHERE gateway_id IS NOT NULL",
                SQL.identifier(table),
            )
        )
    env["sms.sms"].invalidate_model(["state", "gateway_id"])


def _forget_replies(env):
    """What customers wrote stays in the chatter, and what is to be done, to be done."""
    activities = env["mail.activity"].with_context(active_test=False)
    for name in ("mail_activity_reply", "mail_activity_answer"):
        if heard := env.ref(f"sms_organizer.{name}", raise_if_not_found=False):
            activities.search([("activity_type_id", "=", heard.id)]).write(
                {"activity_type_id": env.ref("mail.mail_activity_data_todo").id}
            )
    env.cr.execute("DELETE FROM sms_reply")
    env["sms.reply"].invalidate_model()
