from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from .bulk import copy_row, does_as_known, is_extended, is_written_as_known

# so many that are sent at once nobody watches, chatter by chatter
WATCHED = 20


class SmsSms(models.Model):
    """The message as the chatter shows it."""

    _inherit = "sms.sms"

    explanation = fields.Char("Why", compute="_compute_explanation")

    def _notify_chatter(self):
        """Make the notifications by which the chatter shows the state of each SMS."""
        # sudo: notifications are Odoo's own, written for whoever may send
        notifications = self.env["mail.notification"].sudo()
        trackers = self.env["sms.tracker"].sudo()
        if not self or is_extended(notifications) or is_extended(trackers):
            return notifications.create(self._notifications())
        first = notifications.create(self[:1]._notifications())
        if rest := self[1:]:
            columns = {
                "mail_message_id": [sms.mail_message_id.id for sms in rest],
                "res_partner_id": [sms.partner_id.id for sms in rest],
                "sms_number": [sms.number for sms in rest],
                "sms_id_int": rest.ids,
            }
            made = copy_row(first, columns)
            uuids = [sms.uuid for sms in rest]
            tracked = {"mail_notification_id": made.ids, "sms_uuid": uuids}
            copy_row(first.sms_tracker_ids, tracked)
        return first

    def _notifications(self):
        """Values of ``mail.notification``."""
        return [
            {
                "author_id": sms.mail_message_id.author_id.id,
                "mail_message_id": sms.mail_message_id.id,
                "res_partner_id": sms.partner_id.id,
                "sms_number": sms.number,
                "notification_type": "sms",
                "sms_id_int": sms.id,
                "sms_tracker_ids": [fields.Command.create({"sms_uuid": sms.uuid})],
                "is_read": True,  # nothing for Odoo's inbox
                "notification_status": "ready",
            }
            for sms in self
        ]

    def _tell_chatter(self, state, failure_type=False, reason=False):
        if state == "pending" and len(self) > WATCHED and self._tell_many_pending():
            return
        trackers = self.sms_tracker_id.with_context(
            sms_skip_msg_notification=True, organizer_ledger_knows=True
        )
        if state == "outgoing":
            # Odoo never moves a notification back to 'ready'; another attempt does
            trackers.mail_notification_id.write(
                {
                    "notification_status": "ready",
                    "failure_type": False,
                    "failure_reason": False,
                }
            )
        elif state in ("unconfirmed", "error"):
            # Odoo leaves a failure as it was told first; doubt may end in another one
            trackers.mail_notification_id.filtered(
                lambda one: one.notification_status != "sent"
            ).write(
                {
                    "notification_status": "exception",
                    "failure_type": failure_type,
                    "failure_reason": reason,
                }
            )
        else:
            trackers._action_update_from_sms_state(state, failure_type, reason)
        self.mail_message_id._notify_message_notification_update()

    def _tell_many_pending(self):
        """The same by one statement, and without waking each browser: who looks at one
        of the documents later sees it.

        :return: False where another add-on has to be told, too
        """
        trackers = self.env["sms.tracker"]
        notifications = self.env["mail.notification"]
        if not (
            does_as_known(
                trackers, "_action_update_from_sms_state", "_update_sms_notifications"
            )
            and is_written_as_known(
                notifications,
                ("notification_status", "failure_type", "failure_reason"),
            )
        ):
            return False
        notifications.flush_model()
        trackers.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_notification
                   SET notification_status = 'pending', failure_type = NULL,
                       failure_reason = NULL
                  FROM sms_tracker tracker
                 WHERE tracker.mail_notification_id = mail_notification.id
                   AND tracker.sms_uuid = ANY(%s)
                   AND notification_status NOT IN ('pending', 'sent')
                """,
                self.mapped("uuid"),
            )
        )
        notifications.invalidate_model(
            ["notification_status", "failure_type", "failure_reason"], flush=False
        )
        return True

    def _waiting_words(self):
        if self.waits_for and self.failure_reason:
            return self.env._("It waits: %s", self.failure_reason)
        if self.failure_reason:
            return self.env._("Not yet taken: %s", self.failure_reason)
        routes = [
            route
            for route in self.env["sms.gateway"]._routes_of(self.company_id.id)
            if route._takes(
                {
                    "run_line_id": self.run_line_id.id,
                    "reply_id": self.reply_id.id,
                    "number": self.number,
                }
            )
        ]
        if (self.run_line_id or self.reply_id) and not routes:
            return self.env._("It waits: no gateway takes this number.")
        if routes and not self.is_test and all(route.is_test for route in routes):
            return self.env._("It waits: no gateway is live.")
        return self._outage_words([route.id for route in routes])

    def _outage_words(self, gateway_ids):
        """
        :param list gateway_ids: those that may take it, the first one first
        :return: False unless all of them are in trouble
        """
        # sudo: a gateway's name and trouble are no secret, failed messages tell it, too
        gateways = self.env["sms.gateway"].sudo().browse(gateway_ids)
        if not gateways or not all(gateway.failing_since for gateway in gateways):
            return False
        return self.env._(
            "It waits: %(gateway)s takes nothing: %(trouble)s",
            gateway=gateways[0].name,
            trouble=gateways[0].trouble or "",
        )

    @api.depends("state", "failure_reason", "failure_type")
    def _compute_explanation(self):
        for sms in self:
            sms.explanation = sms._failure_words()

    def _status_words(self):
        """When it was sent or delivered, or why it was not; for a person."""
        if not self:
            return False
        at = self.delivered_at if self.state == "sent" else self.sent_at
        if self.state in ("pending", "sent") and at:
            words = format_datetime(self.env, at, dt_format="short")
            if self.is_test:
                return self.env._("%s, a test: it reached nobody", words)
            if self.redirected_to:
                return self.env._(
                    "%(at)s, to %(number)s instead: the customer did not get it",
                    at=words,
                    number=self.redirected_to,
                )
            return self._opened_words(words)
        return self._failure_words()

    def _opened_words(self, words):
        """
        :param str words: when it was sent or delivered
        """
        # sudo: who may see the message may see that its link was opened
        opened_on = self.sudo().opened_on
        if not opened_on:
            return words
        return self.env._(
            "%(at)s, opened %(opened)s",
            at=words,
            opened=format_datetime(self.env, opened_on, dt_format="short"),
        )

    def _failure_words(self):
        """Why it failed or still waits, for a person: the provider's words, else
        Odoo's."""
        if self.state == "outgoing":
            return self._waiting_words()
        if not self or self.state not in ("error", "canceled", "unconfirmed"):
            return False
        kinds = dict(self._fields["failure_type"]._description_selection(self.env))
        return self.failure_reason or kinds.get(self.failure_type) or False
