from odoo import fields

from .common import MOBILE_PL, OrganizerCommon

OTHER = "+48601234599"


class SendToBuyerCommon(OrganizerCommon):
    def setUp(self):
        super().setUp()
        self.moves = self.env["account.move"]

    def _list(self, user=None, **changes):
        """The list as the browser reads it."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sms_organizer.action_send_to_buyer"
        )
        moves = self.moves.with_user(user or self.accountant)
        names = ["sms_delivery", "email_delivery"]
        extra = ["name", "document_pdf_url", "document_xml_url"]
        columns = [f"{name}{end}" for name in names for end in ("", "_at", "_words")]
        asked = {
            "domain": [
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
            ],
            "specification": {name: {} for name in columns + extra},
            **changes,
        }
        self.assertEqual(action["res_model"], "account.move")
        return moves.web_search_read(**asked)["records"]

    def _told(self, move, state, opened=False, **values):
        """A message about an invoice, as it is in the ledger."""
        link = self.env["organizer.link"]._make(move)[move.id]
        if opened:
            row = self.env["organizer.link"].sudo().browse(link.link_id)
            row.opened_last_on = fields.Datetime.now()
        return (
            self.env["sms.sms"]
            .sudo()
            .create(
                {
                    "body": "Hello",
                    "number": move.sms_phone or MOBILE_PL,
                    "move_id": move.id,
                    "company_id": move.company_id.id,
                    "partner_id": move.partner_id.id,
                    "res_model": "account.move",
                    "res_id": move.id,
                    "state": state,
                    "link_id": link.link_id,
                    "is_test": False,
                    **values,
                }
            )
        )

    def _pay(self, move):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({}).action_create_payments()

    def _find(self, domain, **kwargs):
        return self.moves.with_user(self.accountant).search(domain, **kwargs)

    def _send_all(self, moves, user=None):
        """The window of *Send all by SMS* for a list of these."""
        user = user or self.accountant
        action = self.moves.with_user(user).organizer_send_all(
            [["id", "in", moves.ids]]
        )
        wizard = self.env[action["res_model"]].with_user(user)
        return wizard.browse(action["res_id"])

    def _draft(self, moves):
        wizard = self._send_all(moves)
        action = wizard.action_review()
        return self.env["organizer.run"].browse(action["res_id"])
