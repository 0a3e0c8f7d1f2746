from datetime import timedelta

from odoo import fields, models

MOST_A_DAY = 5
MOST_IN_ALL = 20
# the same on all links of a customer together: each reminder brings one more
MOST_A_DAY_BY_CUSTOMER = 10
MOST_BY_CUSTOMER = 60  # in the life of a link
DAY = timedelta(days=1)
LIFE = timedelta(days=180)


class OrganizerLink(models.Model):
    """How often a customer may answer on the page."""

    _inherit = "organizer.link"

    def _lock_answers(self):
        """One answer at a time.

        :raise SerializationFailure: where another process has just taken one; Odoo
            begins again, and sees it
        """
        self.env.cr.execute(
            "SELECT id FROM organizer_link WHERE id = %s FOR NO KEY UPDATE",
            [self.id],
            log_exceptions=False,
        )
        self.invalidate_recordset(["answer_count"])

    def _may_answer(self):
        """Whether it was not enough yet: on this link, and on all that the customer has
        of this company."""
        link, customer = [("link_id", "=", self.id)], self._answering_domain()
        return (
            self.answer_count < MOST_IN_ALL
            and self._is_fewer(MOST_A_DAY, link, DAY)
            and self._is_fewer(MOST_A_DAY_BY_CUSTOMER, customer, DAY)
            and self._is_fewer(MOST_BY_CUSTOMER, customer, LIFE)
        )

    def _answering_domain(self):
        """All that the customer has told this company; of a receipt of nobody, all
        that was told about it."""
        customer = self._answering_customer()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("partner_id", "=", customer.id),
        ]
        return domain if customer else [*domain, ("move_ids", "in", self.move_id.ids)]

    def _is_fewer(self, most, domain, within):
        """Whether there have been fewer answers than that lately."""
        since = ("answered_at", ">", fields.Datetime.now() - within)
        answers = self.env["organizer.answer"]
        return answers.search_count([*domain, since], limit=most) < most
