from odoo import models


class OrganizerLink(models.Model):
    """What a page says in the place of a form: thanks, why not, good-bye.

    Each is a heading and a list of sentences, in the language of the context.
    """

    _inherit = "organizer.link"

    def _thanks(self, kind):
        """:return: (heading, sentences) about the last answer; None without one"""
        answers = self.env["organizer.answer"]
        last = answers.search(
            [("link_id", "=", self.id), ("kind", "=", kind)], order="id desc", limit=1
        )
        if not last:
            return None
        day = self._answer_date(last.date) if last.date else ""
        said = {
            "paid": self.env._("We will look for your payment of %s.", day),
            "promise": self.env._("We have noted that you will pay by %s.", day),
            "question": self.env._("Your question is with us. We will answer it."),
            "wrong_number": "",
        }[kind]
        return self.env._("Thank you"), [said] if said else []

    def _why_not(self, kind):
        """:return: (heading, sentences) why an answer cannot be given; None where it
        is plain from the page"""
        if (
            kind == "promise"
            and self.company_id.organizer_promise_days
            and self._has_unpaid()
            and not self._promises_left()
        ):
            return self._please_contact_words(
                self.env._("You have told us a day to pay by several times.")
            )
        return None

    def _too_many_words(self):
        return self._please_contact_words(
            self.env._("You have sent us several answers here already.")
        )

    def _please_contact_words(self, why):
        company = self.company_id
        if company.phone:
            return self.env._("Please call us"), [
                why,
                self.env._("Please call %s, so that we find a way.", company.name),
            ]
        return self.env._("Please contact us"), [
            why,
            self.env._("Please contact %s, so that we find a way.", company.name),
        ]

    def _goodbye_words(self):
        seller = self.company_id.name
        return self.env._("Thank you"), [
            self.env._("%s will not write to this number again.", seller)
        ]
