from datetime import timedelta

from odoo import fields, models

from .sms_reply_receive import cleaned

MAX_TEXT = 1000
MAX_REFERENCE = 64
# It may be tomorrow already where the customer is.
TIME_ZONES = timedelta(days=1)
OLDEST_PAYMENT = timedelta(days=365)
# An open invoice more is one that can be meant by "all of them" only.
MOST_INVOICES = 50
ALL = "all"


class OrganizerLink(models.Model):
    """The forms of the page: what is asked for, and what is wrong with what came in.

    ``entered`` is what came in, as ``{name: text}``, ``invoice`` being a list of keys.
    ``errors`` is ``{name: what is wrong and the cure}``. Texts are in the language of
    the context.
    """

    _inherit = "organizer.link"

    def _answer_form(self, kind, entered=None, errors=None):
        """Return what the template ``document_answer_form`` shows."""
        entered, errors = entered or {}, errors or {}
        asked = self._answer_fields(kind)
        for field in asked:
            name = field["name"]
            field["value"] = entered.get(name, field.get("value", ""))
            field["error"] = errors.get(name)
        invoices = self._answer_invoices(kind, entered, errors)
        names = [field["name"] for field in asked] + ["invoice"] * bool(invoices)
        return {
            "heading": self._answer_label(kind),
            "intro": self._answer_intro(kind),
            "fields": asked,
            "invoices": invoices,
            "button": self._answer_button(kind),
            "errors": [
                {"name": name, "words": errors[name]}
                for name in names
                if name in errors
            ],
        }

    def _answer_intro(self, kind):
        """:return: list of sentences"""
        seller = self.company_id.name
        return {
            "paid": [
                self.env._("When did you pay? %s will look for it.", seller),
            ],
            "promise": [self._told_promise() or self.env._("When will you pay?")],
            "question": [
                self.env._("What is not clear, or not right? %s will answer.", seller),
            ],
            "wrong_number": [
                self.env._(
                    "The message with this link went to the number that ends in %s.",
                    (self._answering_sms().number or "")[-3:],
                ),
                self.env._(
                    "If this is your phone, and you have nothing to do with this, say "
                    "so: %s will not write to it again, and this page will be closed.",
                    seller,
                ),
            ],
        }[kind]

    def _answer_button(self, kind):
        if kind == "wrong_number":
            return self.env._("This is not my number")
        return self.env._("Send")

    def _answer_fields(self, kind):
        """:return: list of ``dict``: attributes, label and hint of each input"""
        return {
            "paid": lambda: [self._paid_on_field(), self._reference_field()],
            "promise": lambda: [self._promise_field()],
            "question": lambda: [self._text_field()],
            "wrong_number": list,
        }[kind]()

    def _paid_on_field(self):
        first, last = self._days_of_payment()
        return {
            "name": "date",
            "type": "date",
            "label": self.env._("Paid on"),
            "value": fields.Date.to_string(self._seller_day()),
            "min": fields.Date.to_string(first),
            "max": fields.Date.to_string(last),
            "required": True,
        }

    def _reference_field(self):
        return {
            "name": "reference",
            "type": "text",
            "label": self.env._("Reference (if you have one)"),
            "hint": self.env._("What your bank calls the payment, or its number."),
            "maxlength": MAX_REFERENCE,
        }

    def _promise_field(self):
        first, last = self._days_of_promise()
        return {
            "name": "date",
            "type": "date",
            "label": self.env._("I will pay by"),
            "hint": self.env._("At the latest %s.", self._answer_date(last)),
            "min": fields.Date.to_string(first),
            "max": fields.Date.to_string(last),
            "required": True,
        }

    def _text_field(self):
        return {
            "name": "text",
            "type": "textarea",
            "label": self.env._("Your question"),
            "hint": self.env._("At most %s characters.", MAX_TEXT),
            "maxlength": MAX_TEXT,
            "required": True,
        }

    def _days_of_payment(self):
        today = self._seller_day()
        return today - OLDEST_PAYMENT, today + TIME_ZONES

    def _days_of_promise(self):
        today = self._seller_day()
        return today, today + timedelta(days=self.company_id.organizer_promise_days)

    # -- which invoices --------------------------------------------------------------

    def _documents_in_question(self, kind):
        """What an answer of this kind can be about."""
        if kind == "wrong_number":
            return self.move_id
        return self._documents() if kind == "question" else self._unpaid_documents()

    def _answer_invoices(self, kind, entered, errors):
        """The choice of invoices, where there is one: ``dict`` or None."""
        moves = self._documents_in_question(kind)
        if kind not in ("paid", "question") or len(moves) < 2:
            return None
        chosen = entered.get("invoice", [])
        options = [{"key": ALL, "label": self.env._("All of them")}]
        options += [
            {
                "key": self._document_key(move.id),
                "label": move._document_title(),
                "amount": move._document_money(move.amount_residual),
            }
            for move in moves[:MOST_INVOICES]
        ]
        for option in options:
            option["checked"] = option["key"] in chosen
        return {
            "legend": self.env._("Which invoices?"),
            "options": options,
            "error": errors.get("invoice"),
        }

    # -- what came in ----------------------------------------------------------------

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
            return fields.Date.to_date(text), {}
        except ValueError:
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

    # -- what is said afterwards -----------------------------------------------------

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
