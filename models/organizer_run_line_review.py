from odoo import api, models
from odoo.exceptions import AccessError, ValidationError

from ..tools import gsm, placeholders
from ..tools.texts import MAX_SEGMENTS
from .basis.basis_candidates import Candidate

# what a person may mend in a draft
MENDED = {"selected", "number", "email", "text", "subject", "body"}
# what may be in the way of a message that another address would mend
ADDRESS_REASONS = (
    "no_number",
    "bad_number",
    "no_email",
    "bad_email",
    "opted_out",
    "wrong_number",
    "too_long",
    "unticked",
)


class OrganizerRunLine(models.Model):
    """A line of a draft, which a person may mend before it is sent."""

    _inherit = "organizer.run.line"

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self.check_access("write")
        if set(vals) - MENDED or any(line.run_id.state != "draft" for line in self):
            raise AccessError(
                self.env._(
                    "Only tick, number, address and text can be changed, and only "
                    "while the sending is a draft."
                )
            )
        # sudo: of a line that the user may write, what was checked above
        result = super(OrganizerRunLine, self.sudo()).write(vals)
        self._judge_again(vals)
        return result

    def _judge_again(self, vals):
        """Say anew whether the mended lines can be told."""
        for run, lines in self.sudo().grouped("run_id").items():
            by_sms = run.channel == "sms"
            name = "number" if by_sms else "email"
            addresses = {line.res_id: line[name] for line in lines}
            basis = self.env["organizer.basis"]._get(run.basis)
            basis = basis.with_company(run.company_id)
            documents = lines._documents()
            # in the user's name: nothing is said of what may not be read
            documents.with_env(self.env).check_access("read")
            recipients = basis._recipients(documents)
            check = basis._check_numbers if by_sms else basis._check_emails
            checked = check(documents, recipients, addresses)
            for line in lines:
                if line.res_id in checked:
                    address, refusal = checked[line.res_id]
                    line._mend(name, address, refusal, vals)

    def _mend(self, name, address, refusal, vals):
        """
        :param str name: of the field that the address is in
        :param refusal: (reason, why) or None
        """
        values = {name: address or False}
        if self.run_id.channel == "sms":
            values["segments"] = self._measure()
            if values["segments"] > MAX_SEGMENTS:
                refusal = refusal or ("too_long", self._too_long_words())
        if name == "email" and not (self.subject or "").strip():
            raise ValidationError(
                self.env._("%s: enter a subject.", self.partner_id.display_name)
            )
        if "text" in vals and not (self.text or "").strip():
            raise ValidationError(
                self.env._("%s: enter a text.", self.partner_id.display_name)
            )
        if not self.reason or self.reason in ADDRESS_REASONS:
            if not refusal and not self.selected:
                refusal = "unticked", self.env._("Left out by hand.")
            reason, why = refusal or (False, False)
            values |= {"reason": reason, "why": why}
        self.write(values)

    def _as_candidate(self):
        return Candidate(
            self.env[self.res_model].browse(self.res_id),
            self.partner_id,
            self.email or self.number,
            self.reason,
            self.why,
        )

    def _measure(self):
        """SMS that the text takes, with a link as long as the real one."""
        link = self.env["organizer.link"]._sample_url(self.run_id.company_id)
        text = placeholders.render(self.text or "", {"link": link})
        return gsm.measure(text).segments

    @api.model
    def _too_long_words(self):
        return self.env._(
            "The text is too long. Shorten it to %s SMS at the most.", MAX_SEGMENTS
        )
