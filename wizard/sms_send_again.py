from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

SHOWN = 5


class SmsSendAgain(models.TransientModel):
    """*Send again* of messages in doubt: what it may cost, before it is decided."""

    _name = "sms.send.again"
    _description = "Send in spite of doubt"

    sms_ids = fields.Many2many("sms.sms", string="In doubt", readonly=True)
    words = fields.Text(compute="_compute_words", store=True)

    @api.depends("sms_ids")
    def _compute_words(self):
        for wizard in self:
            wizard.words = wizard._in_words()

    def _in_words(self):
        return "\n\n".join(self._paragraphs())

    def _paragraphs(self):
        doubtful = self.sms_ids
        # sudo: which provider repeats safely is no secret
        safe = doubtful.filtered(lambda sms: sms.sudo()._repeats_safely())
        if risky := doubtful - safe:
            yield self.env._(
                "%(count)s SMS may have been sent already, to %(whom)s. Whoever has it "
                "gets it twice.",
                count=len(risky),
                whom=self._whom(risky),
            )
            yield self.env._(
                "Sending again may cost up to %s for nothing.", self._price(risky)
            )
        if safe:
            yield self.env._(
                "%(count)s SMS, to %(whom)s: the provider does not send the same "
                "message twice. This costs nothing if it has it already.",
                count=len(safe),
                whom=self._whom(safe),
            )

    def _whom(self, messages):
        everyone = list(
            dict.fromkeys(sms.partner_id.name or sms.number for sms in messages)
        )
        names = everyone[:SHOWN]
        if left := len(everyone) - len(names):
            names.append(self.env._("%s more", left))
        return ", ".join(names)

    def _price(self, messages):
        return " + ".join(
            formatLang(
                self.env,
                sum(group.mapped("price")),
                digits=max(currency.decimal_places, 2),
                currency_obj=currency,
            )
            for currency, group in messages.grouped("currency_id").items()
        )

    def action_send_again(self):
        if self.words != self._in_words():
            raise UserError(
                self.env._(
                    "What it may cost has changed meanwhile. Close this window and "
                    "look again."
                )
            )
        return self.sms_ids.action_send_doubtful_again()
