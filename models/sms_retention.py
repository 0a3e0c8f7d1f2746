import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, html_escape

from ..tools.phone import country_prefix
from . import clock

DAYS_PARAMETER = "sms_organizer.retention_days"
# Reports may still come, and a person may still have to decide, until then.
FEWEST_DAYS = 30

BATCH = 1000
PERSONAL_MODELS = ("sms.sms", "organizer.run.line", "sms.reply", "organizer.answer")
# What may still be on its way keeps its number and text.
OVER = ("sent", "error", "canceled", "pending", "unconfirmed")

# What of a line says who was told what.
PERSONAL = ("amounts", "body", "email", "number", "subject", "text")

# A number that a provider quotes in its words.
NUMBER = re.compile(r"\+?\d[\d ()./-]{5,}\d")
ADDRESS = re.compile(r"[^\s@<>“”\"]+@[^\s@<>“”\"]+")


class SmsSms(models.Model):
    """After the retention period, number and text go, and the figures stay."""

    _inherit = "sms.sms"

    is_anonymous = fields.Boolean(
        "Anonymous",
        readonly=True,
        help="Number and text were removed after the retention period.",
    )

    _readable_idx = models.Index("(queued_at) WHERE is_anonymous IS NOT TRUE")

    @api.autovacuum
    def _gc_personal_data(self):
        """:return: how many records were done, and whether there are more"""
        # sudo: parameters are for administrators alone
        days = self.env["ir.config_parameter"].sudo().get_param(DAYS_PARAMETER)
        days = int(days) if (days or "").isdecimal() else 0
        if not days:
            return 0, False
        days = min(max(days, FEWEST_DAYS), clock.MOST_DAYS)
        before = fields.Datetime.now() - timedelta(days=days)
        counts = []
        for name in PERSONAL_MODELS:
            # sudo: they are written by this add-on alone
            known = self.env[name].sudo()._known_before(before, BATCH)
            known._make_anonymous()
            counts.append(len(known))
        return sum(counts), BATCH in counts

    def _known_before(self, before, limit):
        return self.search(
            [
                ("queued_at", "<", before),
                ("is_anonymous", "!=", True),
                ("state", "in", OVER),
            ],
            limit=limit,
            order="queued_at, id",
        )

    def _make_anonymous(self):
        """Remove number and text: here, on the lines of their runs, in the chatter."""
        removed = self.env._("[removed after the retention period]")
        notes = self.mail_message_id.filtered(lambda note: note.message_type == "sms")
        notes.write({"body": f"<p>{html_escape(removed)}</p>"})
        for prefix, messages in self._grouped_by(
            lambda sms: country_prefix(sms.number)
        ).items():
            told = messages.mail_message_id.notification_ids.filtered(
                lambda one: one.notification_type == "sms"
            )
            told.sms_number = prefix
            for reason, group in told.grouped("failure_reason").items():
                group.failure_reason = without_numbers(reason)
            messages.number = prefix
        for words, messages in self._grouped_by(lambda sms: sms.failure_reason).items():
            messages.failure_reason = without_numbers(words)
        self.link_id = False
        self.run_line_id._make_anonymous()
        self._write_anonymous(removed)

    def _write_anonymous(self, removed):
        """By SQL: the text goes, and what was measured of it stays."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE sms_sms SET body = %s, is_anonymous = TRUE WHERE id IN %s",
                removed,
                tuple(self.ids) or (0,),
            )
        )
        self.invalidate_recordset()


class OrganizerRunLine(models.Model):
    _inherit = "organizer.run.line"

    def _known_before(self, before, limit):
        """Lines without an SMS that still say who was told by e-mail, or whose number
        was not written to."""
        return self.search(
            [
                ("run_id.sent_on", "<", before),
                ("sms_ids", "=", False),
                ("mail_state", "not in", ("preparing", "waiting")),
                *["|"] * 4,
                ("number", "!=", False),
                ("email", "!=", False),
                ("text", "!=", False),
                ("subject", "!=", False),
                ("body", "!=", False),
            ],
            limit=limit,
        )

    def _make_anonymous(self):
        removed = self.env._("[removed after the retention period]")
        notes = self.mail_message_id
        notes.write({"body": f"<p>{html_escape(removed)}</p>", "subject": removed})
        told = notes.notification_ids
        # Odoo wants an address or a partner: the partner says who it was
        told.filtered("res_partner_id").mail_email_address = False
        told.failure_reason = False
        self.mail_ids.unlink()
        self.write(dict.fromkeys(PERSONAL, False))
        for words, lines in self.grouped("why").items():
            lines.why = without_numbers(words)
        for words, lines in self.grouped("mail_failure").items():
            lines.mail_failure = without_numbers(words)
        # a text that was written for one customer
        free_bases = self.env["organizer.basis"]._free()
        free = self.run_id.filtered(lambda run: run.basis in free_bases)
        free.write({"text": False})


def without_numbers(words):
    return ADDRESS.sub("•••", NUMBER.sub("•••", words)) if words else words
