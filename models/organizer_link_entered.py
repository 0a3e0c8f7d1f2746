import re
from datetime import date, timedelta

from odoo import fields, models

from .sms_reply_receive import cleaned

DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MAX_TEXT = 1000
MAX_REFERENCE = 64
# It may be tomorrow already where the customer is.
TIME_ZONES = timedelta(days=1)
OLDEST_PAYMENT = timedelta(days=365)
# An open invoice more is one that can be meant by "all of them" only.
MOST_INVOICES = 50
ALL = "all"


class OrganizerLink(models.Model):
    """What came in with a form of the page, and what is wrong with it.

    ``entered`` and ``errors`` are those of ``organizer_link_form.py``.
    """

    _inherit = "organizer.link"

    def _read_answer(self, kind, entered):
        """Check what came in.

        :return: (values of ``organizer.answer``, errors)
        """
        read = {
            "paid": self._read_paid,
            "promise": self._read_promise,
            "question": self._read_question,
            "wrong_number": lambda entered: ({}, {}),
        }
        values, errors = read[kind](entered)
        about, about_errors = self._read_invoices(kind, entered)
        return {**values, **about}, {**errors, **about_errors}

    def _read_paid(self, entered):
        date, errors = self._read_date(entered)
        first, last = self._days_of_payment()
        if date and date > last:
            errors["date"] = self.env._(
                "This day is still to come. Enter the day on which you paid."
            )
        elif date and date < first:
            errors["date"] = self.env._(
                "This is more than a year ago. Check the day, or use “I have a "
                "question”."
            )
        reference = " ".join(cleaned(entered.get("reference")).split())
        if len(reference) > MAX_REFERENCE:
            errors["reference"] = self._too_long(MAX_REFERENCE, reference)
        return {"date": date, "reference": reference}, errors

    def _read_promise(self, entered):
        date, errors = self._read_date(entered)
        first, last = self._days_of_promise()
        if date and date < first:
            errors["date"] = self.env._(
                "This day is over. Choose today or a later one."
            )
        elif date and date > last:
            errors["date"] = self.env._(
                "This is too far off. Choose a day until %s, or ask us with “I have a "
                "question”.",
                self._answer_date(last),
            )
        return {"date": date}, errors

    def _read_question(self, entered):
        text, errors = cleaned(entered.get("text")), {}
        if not text:
            errors["text"] = self.env._("Write what you want to ask.")
        elif len(text) > MAX_TEXT:
            errors["text"] = self._too_long(MAX_TEXT, text)
        return {"text": text}, errors

    def _read_date(self, entered):
        """:return: (date or None, errors)"""
        text = entered.get("date", "").strip()
        example = fields.Date.to_string(self._seller_day())
        if not text:
            words = self.env._("Enter a day, for example %s.", example)
            return None, {"date": words}
        try:
            return date.fromisoformat(DATE.fullmatch(text)[0]), {}
        except (TypeError, ValueError):
            words = self.env._(
                "This is no day. Enter year, month and day, for example %s.", example
            )
            return None, {"date": words}

    def _too_long(self, most, text):
        return self.env._(
            "This is too long: %(length)s characters, and %(most)s fit in.",
            length=len(text),
            most=most,
        )

    def _read_invoices(self, kind, entered):
        moves = self._documents_in_question(kind)
        if not self._answer_invoices(kind, entered, {}):
            return {"move_ids": moves.ids, "is_about_all": len(moves) > 1}, {}
        chosen = set(entered.get("invoice", []))
        if ALL in chosen:
            return {"move_ids": moves.ids, "is_about_all": True}, {}
        meant = moves[:MOST_INVOICES].filtered(
            lambda move: self._document_key(move.id) in chosen
        )
        if not meant:
            return {}, {"invoice": self.env._("Tick the invoices that you mean.")}
        return {"move_ids": meant.ids, "is_about_all": meant == moves}, {}

    # -- which days ------------------------------------------------------------------

    def _days_of_payment(self):
        today = self._seller_day()
        return today - OLDEST_PAYMENT, today + TIME_ZONES

    def _days_of_promise(self):
        today = self._seller_day()
        return today, today + timedelta(days=self.company_id.organizer_promise_days)
