from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..gateways import PROVIDERS
from ..gateways.base import Failure, Trouble
from .sms_gateway_health import WATCHED

# A gateway that has taken nothing for so long is everybody's concern.
ALARMING = timedelta(minutes=10)
FAILURES_WATCHED = timedelta(hours=1)


class SmsGateway(models.Model):
    """From the first try to going live, and how people hear that it fails."""

    _inherit = "sms.gateway"

    lists_senders = fields.Boolean(compute="_compute_lists_senders")
    failed_count = fields.Integer(
        "Failed in the last hour", compute="_compute_failed_count"
    )
    sent_count = fields.Integer(
        "Sent in the last 24 hours", compute="_compute_sent_count"
    )
    redirected_to = fields.Char(compute="_compute_redirected_to")

    @api.depends("provider")
    def _compute_lists_senders(self):
        for gateway in self:
            gateway.lists_senders = PROVIDERS[gateway.provider].lists_senders

    def _failed_domain(self):
        return [
            ("gateway_id", "in", self.ids),
            ("state", "=", "error"),
            ("queued_at", ">", fields.Datetime.now() - WATCHED),
            ("write_date", ">", fields.Datetime.now() - FAILURES_WATCHED),
        ]

    def _compute_failed_count(self):
        groups = self.env["sms.sms"]._read_group(
            self._failed_domain(), ["gateway_id"], ["__count"]
        )
        counts = {gateway.id: count for gateway, count in groups}
        for gateway in self:
            gateway.failed_count = counts.get(gateway.id, 0)

    def _sent_domain(self):
        return [
            ("gateway_id", "in", self.ids),
            ("state", "in", ("pending", "sent")),
            ("is_test", "=", False),
            ("sent_at", ">", fields.Datetime.now() - WATCHED),
        ]

    def _compute_sent_count(self):
        groups = self.env["sms.sms"]._read_group(
            self._sent_domain(), ["gateway_id"], ["__count"]
        )
        counts = {gateway.id: count for gateway, count in groups}
        for gateway in self:
            gateway.sent_count = counts.get(gateway.id, 0)

    def _compute_redirected_to(self):
        self.redirected_to = self.env["sms.sms"]._redirect_number()

    # -- trying ----------------------------------------------------------------------

    def action_test_connection(self):
        """*Test connection*: does the account work? Nothing is sent."""
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        try:
            found = self._ask(lambda adapter: adapter.check())
        except Trouble as trouble:
            return self._tell("danger", self._no_connection_words(trouble))
        if found:
            self._note_balance(found)
        words = [self.env._("%s answers, and knows the account.", self.name)]
        words += filter(None, (found and self.balance_words, self.enough_words))
        return self._tell("success", " ".join(words))

    def _check_complete(self):
        """:raise UserError: with the names of the fields that are empty"""
        if missing := self._missing():
            raise UserError(
                self.env._("Enter first: %(missing)s.", missing=", ".join(missing))
            )

    def _no_connection_words(self, trouble):
        words = self.env._(
            "%(gateway)s cannot be used: %(trouble)s",
            gateway=self.name,
            trouble=self._trouble_words(trouble),
        )
        hint = self.env._(
            "Check the address, the user name and the password or token below."
        )
        return f"{words}. {hint}" if trouble.failure is Failure.ACCOUNT else words

    def _tell(self, kind, words):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": words,
                "sticky": kind == "danger",
                # the form shows what was learned
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_try(self):
        """*Send a test SMS*, or *Try*: one real message to one's own phone."""
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send a test SMS"),
            "res_model": "sms.gateway.try",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_gateway_id": self.id},
        }

    def action_look_up_senders(self):
        """*Sender names*: those that the provider knows."""
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        try:
            found = self._ask(lambda adapter: adapter.senders())
        except Trouble as trouble:
            raise UserError(self._no_connection_words(trouble)) from None
        wizard = self.env["sms.gateway.senders"]._of(self, found)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sender names at %s", self.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    # -- live ------------------------------------------------------------------------

    def action_go_live(self):
        """*Go live*: from now on messages reach people.

        :raise UserError: when the provider does not know the account
        """
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        try:
            found = self._ask(lambda adapter: adapter.check())
        except Trouble as trouble:
            words = self._no_connection_words(trouble)
            if trouble.failure is Failure.ACCOUNT:
                raise UserError(
                    self.env._("It stays in test mode. %s", words)
                ) from None
            self.test_mode = False
            return self._tell(
                "warning", self.env._("It is live, but does not answer. %s", words)
            )
        self.test_mode = False
        if found:
            self._note_balance(found)
        return self._tell(
            "success", self.env._("%s is live: messages reach people.", self.name)
        )

    def action_test_mode(self):
        """*Back to test mode*: from now on messages reach nobody."""
        self.check_access("write")
        self.test_mode = True
        return self._tell(
            "warning",
            self.env._(
                "%s is in test mode: new messages reach nobody.",
                ", ".join(self.mapped("name")),
            ),
        )

    def action_open_sent(self):
        action = self._open_messages(self.env._("Sent in the last 24 hours"), "sent")
        return {**action, "domain": self._sent_domain()}

    def action_open_failed(self):
        action = self._open_messages(self.env._("Failed in the last hour"), "error")
        return {**action, "domain": self._failed_domain()}

    # -- alarms ----------------------------------------------------------------------

    @api.model
    def get_alarms(self):
        """What everybody who sends should know now.

        :return: list of ``{"id", "name", "since", "words"}`` of the user's gateways
            that have taken nothing for ten minutes; ``since`` in UTC as Odoo writes it
        """
        failing = self.search(
            [
                ("failing_since", "<=", fields.Datetime.now() - ALARMING),
                ("test_mode", "=", False),
                "|",
                ("company_id", "=", False),
                ("company_id", "in", self.env.companies.ids),
            ],
            limit=20,
        )
        return [
            {
                "id": gateway.id,
                "name": gateway.name,
                "since": fields.Datetime.to_string(gateway.failing_since),
                "words": gateway.trouble or "",
            }
            for gateway in failing
        ]

    # -- the scheduled action --------------------------------------------------------

    @api.model
    def _look_after(self):
        """Ask for balances; see whether what failed works again where no message waits
        to find it out."""
        self._ask_balances()
        outbox = self.env["sms.sms"]
        failing = self.search([("failing_since", "!=", False)], limit=100)
        for gateway in failing.filtered(lambda gateway: not gateway.waiting_count):
            outbox._step_or_skip(gateway._see_whether_it_works)
            if outbox._commit_progress() <= 0:
                return

    def _see_whether_it_works(self):
        try:
            self._ask(lambda adapter: adapter.check())
        except Trouble as trouble:
            self._write_later(trouble=self._trouble_words(trouble))
        else:
            self.env["sms.sms"]._despite_others(self._forget_trouble)
