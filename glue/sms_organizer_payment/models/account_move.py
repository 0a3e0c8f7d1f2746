from odoo import models

from odoo.addons.sms_organizer.models.account_move_page import PAID_STATES


class AccountMove(models.Model):
    _inherit = "account.move"

    def _payable_with_others(self, under_way):
        """Return those for which Odoo's portal would take a payment now.

        :param under_way: ``payment.transaction``, as ``_payments_under_way`` says
        """
        return self.filtered(
            lambda move: (
                move.payment_state not in PAID_STATES
                and move._has_to_be_paid()
                and not move.transaction_ids & under_way
            )
        )

    def _payments_under_way(self):
        """Return the payments that count, though Odoo has not booked them.

        One that its provider has confirmed is booked a moment later, and until then
        the invoice still looks open.
        """
        return self.transaction_ids.filtered(
            lambda transaction: (
                (transaction.state == "done" and not transaction.is_post_processed)
                or (
                    transaction.state in ("pending", "authorized")
                    # as in account.move._has_to_be_paid: a transfer is a promise
                    and transaction.provider_code not in ("none", "custom")
                )
            )
        )
