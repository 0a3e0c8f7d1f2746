from odoo import models

# on the page, before a person is to be asked
MOST_PROMISES = 3


class OrganizerLink(models.Model):
    """The days by which a customer says on the page that it will pay."""

    _inherit = "organizer.link"

    def _overdue_debts(self):
        """``organizer.debtor`` of this customer and company with something overdue.

        With the day since when: what is read by id later sums up the whole ledger.
        """
        return self.env["organizer.debtor"].search_fetch(
            [
                ("partner_id", "=", self._answering_customer().id),
                ("company_id", "=", self.company_id.id),
                ("overdue", ">", 0),
            ],
            ["oldest_due_date"],
        )

    def _broken_promise(self):
        """:return: the day that was promised and is over, while something is overdue;
        None where there is no such day"""
        promised = self._answering_customer().reminder_promised_on
        if promised and promised < self._seller_day() and self._overdue_debts():
            return promised
        return None

    def _promises_in_a_row(self):
        """How many there have been on the page about what is overdue now.

        A person who changes or clears the day of the promise begins anew.
        """
        customer = self._answering_customer()
        last = self._last_answers("promise", customer)
        overdue_since = min(self._overdue_debts().mapped("oldest_due_date"), default=0)
        is_counted = (
            last
            and overdue_since
            and last.date == customer.reminder_promised_on
            and last.answered_at.date() > overdue_since
        )
        return last.in_a_row if is_counted else 0

    def _last_answers(self, kind, customer):
        return self.env["organizer.answer"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", customer.id),
                ("kind", "=", kind),
            ],
            order="id desc",
            limit=1,
        )

    def _promises_left(self):
        return self._promises_in_a_row() < MOST_PROMISES
