from odoo import api, fields, models
from odoo.exceptions import UserError

from ..gateways import PROVIDERS
from ..gateways.kannel import reply_configuration

# Where replies come in; Vonage takes 100 characters of an address in all.
REPLY_PATH = "/sms/reply"


class SmsReply(models.Model):
    """An SMS that a phone sent to us, as a gateway handed it on.

    How it comes in is in ``sms_reply_receive.py``, whose it is in
    ``sms_reply_customer.py``, STOP and START in ``sms_reply_opt_out.py``, and who is
    told in ``sms_reply_chatter.py``.
    """

    _name = "sms.reply"
    _inherit = ["mail.thread", "mail.activity.mixin", "organizer.heard"]
    _description = "SMS reply"
    _order = "received_at desc, id desc"
    _rec_name = "number"
    _heard_at = "received_at"
    # nobody writes a reply; who reads it may do what is to be done about it
    _mail_post_access = "read"

    # restrict: what a customer wrote is kept; a gateway is archived
    gateway_id = fields.Many2one(
        "sms.gateway", required=True, readonly=True, ondelete="restrict"
    )
    provider_key = fields.Char(
        required=True,
        readonly=True,
        help="The same when the provider tells us once more: its id of the message, "
        "else a digest of what it tells.",
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    number = fields.Char(
        readonly=True, index="btree_not_null", help="Whose phone it is (E.164)"
    )
    text = fields.Text(readonly=True)
    received_at = fields.Datetime(
        "Received",
        required=True,
        readonly=True,
        index=True,
        help="When it was sent, where the provider says so",
    )
    kind = fields.Selection(
        [("stop", "STOP"), ("start", "START"), ("other", "Reply")],
        required=True,
        readonly=True,
        default="other",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", readonly=True, index="btree_not_null"
    )
    sms_id = fields.Many2one(
        "sms.sms", "In answer to", readonly=True, index="btree_not_null"
    )
    outcome = fields.Char(
        "What was done", readonly=True, help="In the words of the company's language"
    )
    note_ids = fields.Many2many("mail.message", string="Notes", readonly=True)
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null"
    )

    _told_once = models.Constraint(
        "UNIQUE (gateway_id, provider_key)", "This reply is known already."
    )

    # -- buttons ---------------------------------------------------------------------

    def action_send_sms(self):
        """Answer the customer."""
        self.ensure_one()
        return self.partner_id.action_send_sms()

    def action_open_partner(self):
        self.ensure_one()
        return self.partner_id._get_records_action()

    def action_open_move(self):
        self.ensure_one()
        return self.move_id._get_records_action()

    def action_open_sms(self):
        self.ensure_one()
        view = self.env.ref("sms_organizer.sms_message_view_form")
        return self.sms_id._get_records_action(views=[(view.id, "form")])


class SmsGateway(models.Model):
    """Where a provider may hand replies on to."""

    _inherit = "sms.gateway"

    reply_url = fields.Char(
        "Address for replies",
        compute="_compute_reply_url",
        groups="sms_organizer.group_sms_administer",
        help="Enter it at your provider as the address for incoming SMS. It holds a "
        "secret: who knows it can pretend to be a customer.",
    )

    reply_setup = fields.Text(
        "What to set up",
        compute="_compute_reply_url",
        groups="sms_organizer.group_sms_administer",
        help="It holds the address for replies, and with it the secret.",
    )

    @api.depends("provider")
    def _compute_reply_url(self):
        self.reply_url = self.reply_setup = False
        for gateway in self:
            known = gateway._origin
            if known and PROVIDERS[gateway.provider].takes_replies:
                gateway.reply_url = known._reply_url()
                if gateway.provider == "kannel":
                    gateway.reply_setup = reply_configuration(gateway.reply_url)

    def _reply_url(self):
        """Where the provider may send replies to; it holds a secret."""
        return f"{self.get_base_url()}{REPLY_PATH}/{self.id}/{self._secret('reply')}"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_replied_to(self):
        # sudo: whoever may see the replies, they are kept
        replies = self.env["sms.reply"].sudo()
        for gateway in self:
            if replies.search_count([("gateway_id", "=", gateway.id)], limit=1):
                raise UserError(
                    self.env._(
                        "“%s” has received replies of customers, which are kept. "
                        "Archive it instead.",
                        gateway.name,
                    )
                )
