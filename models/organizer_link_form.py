from odoo import fields, models

from .organizer_link_entered import ALL, MAX_REFERENCE, MAX_TEXT, MOST_INVOICES


class OrganizerLink(models.Model):
    """The forms of the page: what is asked for; what came in is read in
    ``organizer_link_entered.py``.

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
