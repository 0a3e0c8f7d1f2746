from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html_sanitize

from ..tools.texts import MailText, SmsText

TEXTS = ("text", "subject", "body")


class OrganizerTemplate(models.Model):
    """What is wrong with a text; and the lines of a run."""

    _inherit = "organizer.template"

    # -- what is wrong ---------------------------------------------------------------

    @api.constrains("basis", "channel", "text", "subject", "body", "plain_letters")
    def _check_texts(self):
        for template in self:
            if problems := template._problems_of_all_languages():
                raise ValidationError("\n".join(problems))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._sanitize_body(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._sanitize_body(vals)
        self._check_not_of_others(vals)
        if not {"basis", "channel"} & set(vals):
            return super().write(vals)
        # the translations of a text about something else are of no use any more
        result = super(
            OrganizerTemplate, self.with_context(organizer_one_language=True)
        ).write(vals)
        self._replace_wrong_translations()
        return result

    def _check_not_of_others(self, vals):
        """A schedule goes by the rights of the one in charge: what it says, and to
        whom, is not for everybody to change."""
        me = self.env.user
        if self.env.su or me.has_group("sms_organizer.group_sms_administer"):
            return
        if not set(vals) - {"in_menu", "sequence", "name"}:
            return
        # sudo: schedules of other companies' people count too
        running = (
            self.env["organizer.schedule"]
            .sudo()
            .search(
                [
                    ("is_on", "=", True),
                    ("user_id", "!=", me.id),
                    "|",
                    ("template_id", "in", self.ids),
                    ("fallback_template_id", "in", self.ids),
                ],
                limit=1,
            )
        )
        if running:
            raise UserError(
                self.env._(
                    "“%(template)s” is sent by the schedule “%(schedule)s”, of which "
                    "%(user)s is in charge. Duplicate the template, change the copy.",
                    template=(running.template_id | running.fallback_template_id)
                    .filtered(lambda one: one in self)[:1]
                    .name,
                    schedule=running.name,
                    user=running.user_id.name,
                )
            )

    @api.model
    def _sanitize_body(self, vals):
        if not vals.get("body"):
            return vals
        return {**vals, "body": html_sanitize(vals["body"])}

    def _replace_wrong_translations(self):
        """Put the text of this language in place of those that cannot be saved."""
        for lang, _name in self.env["res.lang"].get_installed():
            for template in self.with_context(lang=lang, organizer_one_language=True):
                if lang != (self.env.lang or "en_US") and template._problems():
                    source = template.with_env(self.env)
                    template.write({name: source[name] for name in TEXTS})

    def update_field_translations(self, field_name, translations, source_lang=""):
        # EXTENDS 'base': which writes past create, write and the constraints
        if field_name == "body":
            translations = {
                lang: html_sanitize(text) if text else text
                for lang, text in translations.items()
            }
        result = super().update_field_translations(
            field_name, translations, source_lang=source_lang
        )
        if field_name in TEXTS:
            self._check_texts()
        if field_name == "name":
            self._set_actions()
        return result

    def _problems_of_all_languages(self):
        """Sentences; those about a translation name its language."""
        langs = {}
        if not self.env.context.get("organizer_one_language"):
            langs = dict(self.env["res.lang"].get_installed())
        current = self.env.lang or "en_US"
        found = dict.fromkeys(self._problems())
        for lang, name in langs.items():
            translated = self.with_context(lang=lang)
            if lang == current or translated._texts() == self._texts():
                continue
            for problem in translated._problems(self.env):
                found.setdefault(f"{name}: {problem}")
        return list(found)

    def _texts(self):
        return self.text, self.subject, self.body

    def _problems(self, env=None):
        """:param env: in whose language the sentences are; by default, the text's"""
        words = self.with_env(env)._basis() if env else self._basis()
        samples = self._basis().with_context(lang=self.env.lang)._samples()
        if self.channel == "sms":
            return self._sms_problems(words, samples)
        problems = words._mail_problems(self.subject, self.body)
        return problems + words._missing_problems(
            MailText(self.subject, self.body).names
        )

    def _sms_problems(self, words, samples):
        problems = words._sms_problems(self.text, samples, self.plain_letters)
        if not (self.text or "").strip():
            return problems
        return problems + words._missing_problems(SmsText(self.text).names)

    # -- texts -----------------------------------------------------------------------

    def _writer(self, lang=None):
        """
        :param str lang: a code; by default, the language of the context
        :return: :class:`..tools.texts.SmsText` or :class:`..tools.texts.MailText`
        """
        template = self.with_context(lang=lang) if lang else self
        if self.channel == "email":
            return MailText(template.subject, template.body)
        return SmsText(template.text, template.plain_letters)

    def _writer_by_candidate(self):
        """Return a function of a candidate: the text in its language, parsed once."""
        basis, writers = self._basis(), {}

        def write_text(candidate):
            lang = basis._lang(candidate.partner)
            if lang not in writers:
                writers[lang] = self._writer(lang)
            return writers[lang]

        return write_text

    def _run_lines(self, documents, addresses=None):
        """Values of a run's lines that tell each of the documents by this template, in
        its customer's language; what cannot be told is left out with the reason.

        A number of queries that does not depend on how many documents there are.

        :param dict addresses: see ``organizer.basis._candidates``
        """
        basis = self._basis()
        candidates = basis._candidates(documents, self.channel, addresses)
        return self._lines_for(candidates, basis)

    def _lines_for(self, candidates, basis):
        """The same for what was judged already.

        :param list candidates: :class:`.basis.basis_candidates.Candidate`
        :param basis: by which they were judged; about the same documents as this one
        """
        self.ensure_one()
        documents = self._documents().union(*(one.document for one in candidates))
        lines = basis._run_lines(
            candidates,
            self.channel,
            self._writer_by_candidate(),
            basis._values(documents, self._names()),
        )
        if self.attach_document:
            for line in lines:
                line["attach_document"] = bool(line["move_id"])
        return lines

    def _names(self):
        """The placeholders of its texts in all languages."""
        langs = [lang for lang, _name in self.env["res.lang"].get_installed()]
        return {name for lang in langs for name in self._writer(lang).names}

    def _draft_run(self, company, documents, **values):
        """A draft of a run that tells these documents of one company."""
        template = self.with_company(company)
        return self.env["organizer.run"]._draft(
            company,
            self.basis,
            self.text if self.channel == "sms" else self.subject,
            template._run_lines(documents),
            channel=self.channel,
            template_id=self.id,
            **values,
        )
