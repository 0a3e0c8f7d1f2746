from .common import OrganizerCommon


class TemplateCommon(OrganizerCommon):
    """Making templates as an accountant does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.name = "Drukarz"
        cls.company.phone = "+48 22 123 45 67"
        cls.templates = cls.env["organizer.template"].with_user(cls.accountant)

    def _new(self, text="[number] [link]", basis="invoice_overdue", **values):
        return self.templates.create(
            {"name": "Mine", "basis": basis, "text": text, **values}
        )

    def _new_mail(self, body, subject="[number]", basis="invoice_overdue", **values):
        return self._new(
            False, basis, channel="email", subject=subject, body=body, **values
        )

    def _lines(self, template, documents):
        return template._run_lines(documents)

    def _text(self, template, document):
        return template._run_lines(document)[0]["text"]

    def _matching(self, template):
        return template.env[template.model].search(template._matching())
