from odoo import api, fields, models
from odoo.tools import SQL

from .account_move_reminder import SENDERS

EMAIL_OF_STATUS = {
    "ready": "waiting",
    "process": "waiting",
    "pending": "waiting",
    "sent": "sent",
    "bounce": "failed",
    "exception": "failed",
    "canceled": "cancelled",
}
# of an e-mail to several, the worst is told
WORST_FIRST = ("exception", "bounce", "ready", "process", "pending", "sent", "canceled")


class AccountMove(models.Model):
    """What became of the last e-mail about an invoice, Odoo's own among them."""

    _inherit = "account.move"

    email_delivery = fields.Selection(
        [
            ("not_sent", "Not sent"),
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        "E-mail state",
        compute="_compute_email_delivery",
        groups=SENDERS,
        help="What became of the last e-mail to a customer about this document.",
    )
    email_delivery_at = fields.Datetime(
        "E-mail: when", compute="_compute_email_delivery", groups=SENDERS
    )
    email_delivery_words = fields.Char(
        "E-mail: why", compute="_compute_email_delivery", groups=SENDERS
    )

    @api.depends("message_ids")
    @api.depends_context("lang")
    def _compute_email_delivery(self):
        """By a constant number of queries, whatever the number of invoices."""
        notified = self._origin._last_email_notifications()
        unready = self._origin._lines_of_unready_emails()
        for move in self:
            notification, at = notified.get(move._origin.id, (None, None))
            line = unready.get(move._origin.id)
            if line and (not at or line.create_date > at):
                move.email_delivery, words = line._email_delivery()
                move.email_delivery_at = False
            else:
                move.email_delivery, words = self._email_delivery_of(notification)
                move.email_delivery_at = at if move.email_delivery == "sent" else False
            move.email_delivery_words = words

    def _email_delivery_of(self, notification):
        if not notification:
            return "not_sent", False
        state = EMAIL_OF_STATUS[notification.notification_status]
        kinds = dict(
            notification._fields["failure_type"]._description_selection(self.env)
        )
        why = notification.failure_reason or kinds.get(notification.failure_type)
        return state, why if state in ("failed", "cancelled") else False

    def _last_email_notifications(self):
        """To whom of the customer's side the last e-mail went, and what became of it.

        :return: ``{id: (mail.notification as superuser, UTC)}``
        """
        if not self:
            return {}
        notifications = self.env["mail.notification"].sudo()
        notifications.flush_model()
        self.env["mail.message"].flush_model(["model", "res_id", "date"])
        # sudo: what became of the e-mail about an invoice that the user may read
        rows = self.env.execute_query(self._last_email_sql())
        found = notifications.browse([row[1] for row in rows])
        return {
            move_id: (one, at)
            for (move_id, _id, at), one in zip(rows, found, strict=True)
        }

    def _last_email_sql(self):
        return SQL(
            """
            SELECT move.id, told.id, told.date
              FROM unnest(%(ids)s::int[]) AS move(id)
      CROSS JOIN LATERAL (
                   SELECT notification.id, message.date
                     FROM mail_message message
                     JOIN mail_notification notification
                       ON notification.mail_message_id = message.id
                    WHERE message.model = 'account.move' AND message.res_id = move.id
                      AND notification.notification_type = 'email'
                      AND NOT EXISTS (
                          SELECT FROM res_users colleague
                           WHERE colleague.partner_id = notification.res_partner_id
                             AND colleague.share IS NOT TRUE)
                 ORDER BY message.id DESC,
                          array_position(%(worst)s::varchar[],
                                         notification.notification_status)
                    LIMIT 1) told
            """,
            ids=list(self.ids),
            worst=list(WORST_FIRST),
        )

    def _lines_of_unready_emails(self):
        """Those that are in no queue of mails yet, or never came there: their PDF was
        not made.

        :return: ``{id: organizer.run.line as superuser}``
        """
        # sudo: as above
        lines = self.env["organizer.run.line"].sudo()
        found = lines.search_fetch(
            [
                ("move_id", "in", self.ids),
                ("mail_state", "!=", False),
                ("mail_message_id", "=", False),
            ],
            ["move_id", "mail_state", "mail_failure", "create_date"],
            order="id",
        )
        return {line.move_id.id: line for line in found}


class OrganizerRunLine(models.Model):
    _inherit = "organizer.run.line"

    def _email_delivery(self):
        state = "waiting" if self.mail_state == "preparing" else self.mail_state
        return state, self.mail_failure
