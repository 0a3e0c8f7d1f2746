import logging

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext

from .organizer_schedule_cron import OTHERS_AT_IT

_logger = logging.getLogger(__name__)

TROUBLE = "sms_organizer.mail_activity_trouble"


class OrganizerSchedule(models.Model):
    """What goes wrong with one schedule, or one document, stops no other; and somebody
    is told."""

    _inherit = "organizer.schedule"

    # -- of a schedule ---------------------------------------------------------------

    def _despite_trouble(self, step, run=None):
        """The trouble of one schedule is not the others'.

        :param run: where self is empty, ``organizer.run`` that a person made
        :return: False when the time is up
        """
        try:
            return step()
        except OTHERS_AT_IT:
            self._roll_back()
            return True  # another process is at it
        except Exception as error:
            if not self._can_commit():
                raise
            self._roll_back()
            if not isinstance(error, UserError):
                whose = (self or run).exists()
                _logger.exception("%s %s failed", whose, whose.mapped("name"))
            self._report_despite_others((self or run).exists(), str(error))
            return True

    def _report_despite_others(self, whose, words):
        if not whose:
            return  # deleted meanwhile
        try:
            whose._report_trouble(words)
            self._commit()
        except OTHERS_AT_IT:
            self._roll_back()  # it is said the next time

    def _check_can_run(self):
        """:raise UserError: with what is in the way, and the cure"""
        if problem := self.sudo()._problem():
            raise UserError(problem)

    def _problem(self):
        """What keeps it from running, in words; or None."""
        user = self.user_id
        if not user.active:
            return self.env._(
                "%s, who is in charge, has been archived. Put somebody else in charge.",
                user.name,
            )
        if not user.has_group("sms_organizer.group_sms_send"):
            return self.env._(
                "%s, who is in charge, may not send SMS any more. Put somebody else in "
                "charge.",
                user.name,
            )
        if self.company_id not in user.company_ids:
            return self.env._(
                "%(user)s, who is in charge, has no access to %(company)s any more. "
                "Put somebody else in charge.",
                user=user.name,
                company=self.company_id.name,
            )
        if not self.template_id.active:
            return self.env._(
                "The template “%s” has been archived. Choose another one.",
                self.template_id.name,
            )
        return None

    def _report_trouble(self, words):
        """One activity for the one in charge, as long as nobody has dealt with it."""
        schedule = self.sudo().with_context(lang=self.user_id.lang)
        if known := schedule.activity_search([TROUBLE]):
            if words not in (html2plaintext(known[0].note or "") or ""):
                known[0].note = words
            return
        schedule.activity_schedule(
            TROUBLE,
            user_id=schedule._who_can_be_asked().id,
            summary=schedule.env._("“%s” could not run", schedule.name),
            note=words,
        )

    def _who_can_be_asked(self):
        """The one in charge, else who made it, else who administers; of those who are
        still there."""
        people = self.user_id | self.create_uid
        administers = self.env.ref("sms_organizer.group_sms_administer")
        people |= self.env["res.users"].search(
            [
                ("all_group_ids", "in", administers.ids),
                ("company_ids", "in", self.company_id.ids),
            ],
            limit=1,
        )
        root = self.env.ref("base.user_root")
        able = (people - root).filtered(lambda user: user.active and not user.share)
        return able[:1] or self.user_id

    # -- of a document ---------------------------------------------------------------

    def _lines_despite(self, run, documents, make_lines):
        """What ``make_lines`` makes of the documents. One that cannot be judged is left
        out with that reason, and stops no other."""
        try:
            with self.env.cr.savepoint():
                return make_lines(documents)
        except OTHERS_AT_IT:
            raise
        except Exception as error:
            if len(documents) == 1:
                _logger.warning("%s cannot be judged", documents, exc_info=True)
                return [self._unjudged(documents, error)]
        self.env.invalidate_all(flush=False)
        half = len(documents) // 2
        first = self._lines_despite(run, documents[:half], make_lines)
        second = self._lines_despite(run, documents[half:], make_lines)
        return self._once_for_each_customer(first + second)

    def _unjudged(self, document, error):
        if isinstance(error, AccessError):
            why = self.env._(
                "%s, who is in charge, may not see it.", self.env.user.display_name
            )
        else:
            why = self.env._("It could not be looked at: %s", error)
        # sudo: whose document it is, is said to who may see the line
        partner = self._basis()._recipients(document.sudo())[document.id]
        return {
            "partner_id": partner.id,
            "res_model": document._name,
            "res_id": document.id,
            "move_id": document.id if document._name == "account.move" else False,
            "reason": "unjudged",
            "why": why,
        }

    def _once_for_each_customer(self, values_list):
        """Those that were judged apart from each other know nothing of each other."""
        going = [values for values in values_list if not values["reason"]]
        # sudo: as above
        partners = self.env["res.partner"].sudo()
        seen = set()
        for values in going:
            customer = partners.browse(values["partner_id"]).commercial_partner_id
            if customer.id in seen:
                why = self.env._("A customer gets one message a day.")
                values |= {"reason": "too_recent", "why": why}
            seen.add(customer.id)
        return values_list
