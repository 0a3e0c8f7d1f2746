import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, html_escape

from ..tools.phone import country_prefix

DAYS_PARAMETER = "sms_organizer.retention_days"
# Reports may still come, and a person may still have to decide, until then.
FEWEST_DAYS = 30

BATCH = 1000
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
        """:return: how many messages were done, and whether there are more"""
        # sudo: the ledger is written by this add-on alone
        days = self.env["ir.config_parameter"].sudo().get_param(DAYS_PARAMETER)
        days = int(days) if (days or "").isdigit() else 0
        if not days:
            return 0, False
        before = fields.Datetime.now() - timedelta(days=max(days, FEWEST_DAYS))
        old = self.sudo().search(
            [
                ("queued_at", "<", before),
                ("is_anonymous", "!=", True),
                ("state", "in", OVER),
            ],
            limit=BATCH,
            order="queued_at, id",
        )
        old._make_anonymous()
        # sudo: as for the ledger
        lines = self.env["organizer.run.line"].sudo()._untold_before(before, BATCH)
        lines._make_anonymous()
        # sudo: as for the ledger
        replies = self.env["sms.reply"].sudo()._known_before(before, BATCH)
        replies._make_anonymous()
        # sudo: as for the ledger
        answers = self.env["organizer.answer"].sudo()._known_before(before, BATCH)
        answers._make_anonymous()
        counts = len(old), len(lines), len(replies), len(answers)
        return sum(counts), BATCH in counts

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

    def _untold_before(self, before, limit):
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


class SmsReply(models.Model):
    _inherit = "sms.reply"

    is_anonymous = fields.Boolean(
        "Anonymous",
        readonly=True,
        help="Number and text were removed after the retention period.",
    )

    def _known_before(self, before, limit):
        return self.search(
            [("received_at", "<", before), ("is_anonymous", "!=", True)],
            limit=limit,
            order="received_at, id",
        )

    def _make_anonymous(self):
        """Remove number and text: here, in the chatter, from activities, also from what
        the chatter says of those that are done."""
        removed = self.env._("[removed after the retention period]")
        notes = self.note_ids | self._notes_of_activities()
        notes.write({"body": f"<p>{html_escape(removed)}</p>"})
        for prefix, replies in self.grouped(
            lambda reply: country_prefix(reply.number)
        ).items():
            replies.write({"number": prefix, "text": removed, "is_anonymous": True})
        for activity in self.activity_id:
            self._tell_in_activity(activity)


def without_numbers(words):
    return ADDRESS.sub("•••", NUMBER.sub("•••", words)) if words else words
