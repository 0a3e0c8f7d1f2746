from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools import gsm


class SmsSms(models.Model):
    """The ledger: every SMS that this Odoo sends, kept for good.

    How messages leave is in ``sms_outbox.py``, what a person may decide about them in
    ``sms_decide.py``, and how long they can be read in ``sms_retention.py``.
    """

    _inherit = "sms.sms"

    # sms_twilio has a "Company" of its own
    company_id = fields.Many2one(
        "res.company", "Sending company", index=True, readonly=True
    )
    # its index is in account_move_delivery.py
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    run_line_id = fields.Many2one(
        "organizer.run.line", "Sending", index="btree_not_null", readonly=True
    )
    link_id = fields.Many2one("organizer.link", "Document link", readonly=True)
    opened_on = fields.Datetime("Opened", related="link_id.opened_first_on")
    opened_last_on = fields.Datetime(related="link_id.opened_last_on")
    opened_count = fields.Integer(related="link_id.opened_count")
    res_model = fields.Char("Document model", readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", readonly=True
    )
    user_id = fields.Many2one("res.users", "Sent by", readonly=True)

    # restrict: the ledger says for good who sent it; a gateway is archived
    gateway_id = fields.Many2one(
        "sms.gateway", index="btree_not_null", readonly=True, ondelete="restrict"
    )
    is_test = fields.Boolean(
        "Test", readonly=True, help="It went to the sandbox phone and reached nobody."
    )
    provider_id = fields.Char("Provider's id", readonly=True, index="btree_not_null")
    state = fields.Selection(
        selection_add=[
            ("outgoing", "Waiting"),
            ("unconfirmed", "In doubt"),
            ("error", "Failed"),
        ],
        ondelete={"unconfirmed": lambda messages: messages._forget_doubt()},
    )
    failure_reason = fields.Char(
        "Reason", readonly=True, help="Why it failed, in the provider's words."
    )

    encoding = fields.Char(readonly=True, help="GSM-7 or UCS-2 (Unicode)")
    segments = fields.Integer(readonly=True, help="Billed parts of the SMS")
    price = fields.Float(
        digits=(16, 4), readonly=True, help="What it is expected to cost"
    )
    cost = fields.Float(
        digits=(16, 4), readonly=True, help="What it cost once it was accepted"
    )
    currency_id = fields.Many2one("res.currency", readonly=True)

    queued_at = fields.Datetime("Queued", readonly=True)
    sent_at = fields.Datetime("Sent", readonly=True)
    delivered_at = fields.Datetime("Delivered", readonly=True)

    _company_date_idx = models.Index("(company_id, queued_at DESC)")
    _run_line_unique = models.UniqueIndex(
        "(run_line_id) WHERE run_line_id IS NOT NULL",
        "This line has its SMS already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sms'
        self._refuse_edit()
        messages = self.env["mail.message"].browse(
            [
                vals["mail_message_id"]
                for vals in vals_list
                if vals.get("mail_message_id")
            ]
        )
        by_id = {message.id: message for message in messages}
        for vals in vals_list:
            message = by_id.get(vals.get("mail_message_id"), messages.browse())
            for name, value in self._ledger_values(vals, message).items():
                vals.setdefault(name, value)
        self._estimate_prices(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'sms'
        self._refuse_edit()
        if "body" in vals:
            vals = {**vals, **self._measure_values(vals["body"])}
        # also where Odoo's own provider sends: it knows states only
        if vals.get("state") == "pending":
            vals = {"sent_at": fields.Datetime.now(), **vals}
        if vals.get("state") == "sent":
            vals = {"delivered_at": fields.Datetime.now(), **vals}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse_edit()

    def _refuse_edit(self):
        """Every way in over RPC ends here; our own code writes as superuser."""
        if not self.env.su:
            raise AccessError(
                self.env._(
                    "An SMS in the ledger cannot be made, changed or deleted by hand. "
                    "Use Send SMS, Send again or Cancel."
                )
            )

    @api.autovacuum
    def _gc_device(self):
        # OVERRIDES 'sms': the ledger is for good
        return

    def _forget_doubt(self):
        """On uninstall: a message in doubt is never sent again by Odoo."""
        self.write({"state": "error", "failure_type": "unknown"})

    # -- values ----------------------------------------------------------------------

    def _ledger_values(self, vals, message):
        company = message.record_company_id or self.env.company
        return {
            "company_id": company.id,
            "user_id": self.env.uid,
            "queued_at": fields.Datetime.now(),
            "res_model": message.model,
            "res_id": message.res_id,
            "move_id": message.res_id if message.model == "account.move" else False,
            **self._measure_values(vals.get("body")),
        }

    @api.model
    def _measure_values(self, body):
        measure = gsm.measure(body or "")
        return {"encoding": measure.encoding, "segments": measure.segments}

    def _estimate_prices(self, vals_list):
        """Fill in the gateway that will send, and what it will ask."""
        gateways = self.env["sms.gateway"]
        for vals in vals_list:
            routes = gateways._routes_of(vals["company_id"])
            route = next((one for one in routes if one._takes(vals)), None)
            if route:
                vals.setdefault("gateway_id", route.id)
                price = route._price_to(vals.get("number"))
                vals.setdefault("price", price * vals["segments"])
                vals.setdefault("currency_id", route.currency_id)
                vals.setdefault("is_test", route.is_test)

    # -- outcomes --------------------------------------------------------------------

    def _set_outcome(self, state, failure_type=False, reason=False, **values):
        """Same outcome for all of self: on the messages and in the chatter.

        :param str state: one of ``sms.sms.state``
        """
        self.write(
            {
                "state": state,
                "failure_type": failure_type,
                "failure_reason": reason,
                **values,
            }
        )
        self._tell_chatter(state, failure_type, reason)

    def _grouped_by(self, key):
        groups = defaultdict(self.browse)
        for sms in self:
            groups[key(sms)] |= sms
        return groups
