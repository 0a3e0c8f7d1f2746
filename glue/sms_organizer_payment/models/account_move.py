from odoo import models

from odoo.addons.sms_organizer.models.account_move_page import PAID_STATES


class AccountMove(models.Model):
    _inherit = "account.move"

    def _payable_with_others(self):
        """Return those for which Odoo's portal would take a payment now.

        Not those under discussion: they can be paid singly. A payment that its provider
        has confirmed counts at once: Odoo books it a moment later, and until then the
        invoice still looks open.
        """
        return self.filtered(
            lambda move: (
                move.payment_state not in PAID_STATES
                and move._has_to_be_paid()
                and not move._has_unbooked_transaction()
                and not any(move._payment_term_lines().mapped("no_followup"))
            )
        )

    def _has_unbooked_transaction(self):
        self.ensure_one()
        return any(
            transaction.state == "done" and not transaction.is_post_processed
            for transaction in self.transaction_ids
        )

    def _payment_term_lines(self):
        return self.line_ids.filtered(lambda line: line.display_type == "payment_term")
