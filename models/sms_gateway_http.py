from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..gateways.http_request import PLACEHOLDERS, ProblemKind

CREDENTIALS = "sms_organizer.group_sms_administer"


class SmsGateway(models.Model):
    """A provider that has no class of its own, described by an administrator."""

    _inherit = "sms.gateway"

    http_method = fields.Selection(
        [("POST", "POST"), ("GET", "GET"), ("PUT", "PUT")],
        "Method",
        default="POST",
        groups=CREDENTIALS,
    )
    http_content = fields.Selection(
        [
            ("form", "Parameters"),
            ("json", "JSON"),
            ("text", "Text or XML"),
        ],
        "What is sent",
        default="form",
        groups=CREDENTIALS,
        help="Parameters are sent as a form, or in the address with GET.",
    )
    http_parameters = fields.Text(
        "Parameters",
        groups=CREDENTIALS,
        copy=False,
        help="One a line: name = value.",
    )
    http_headers = fields.Text(
        "Headers", groups=CREDENTIALS, copy=False, help="One a line: Name: value."
    )
    http_body = fields.Text("Body", groups=CREDENTIALS, copy=False)

    http_accepted_path = fields.Char(
        "Accepted: place in the JSON",
        groups=CREDENTIALS,
        help="Where the answer says what became of the message, such as "
        "messages.0.status; numbers count from 0.",
    )
    http_accepted_values = fields.Char(
        "Accepted: values",
        groups=CREDENTIALS,
        help="What stands there when it was accepted, with commas between several. "
        "Empty: anything. Another value: the message was refused.",
    )
    http_accepted_text = fields.Char(
        "Accepted: text",
        groups=CREDENTIALS,
        help="What the answer contains when the message was accepted.",
    )
    http_words_path = fields.Char(
        "Reason: place in the JSON",
        groups=CREDENTIALS,
        help="Where the provider's words stand when it refuses a message.",
    )
    http_id_path = fields.Char(
        "Id: place in the JSON",
        groups=CREDENTIALS,
        help="Where the answer has the provider's id of the message.",
    )
    http_id_after = fields.Char(
        "Id: after the text",
        groups=CREDENTIALS,
        help="In an answer without JSON, the text that the id follows.",
    )

    http_report_status = fields.Char(
        "Report: status",
        groups=CREDENTIALS,
        help="The name of the report's parameter, or its place in the JSON, that says "
        "what became of the message.",
    )
    http_report_delivered = fields.Char(
        "Report: delivered",
        groups=CREDENTIALS,
        help="The values that mean delivered, with commas between them.",
    )
    http_report_failed = fields.Char(
        "Report: failed",
        groups=CREDENTIALS,
        help="The values that mean that it was given up, with commas between them.",
    )
    http_report_reason = fields.Char(
        "Report: reason",
        groups=CREDENTIALS,
        help="The name of the report's parameter, or its place in the JSON, with the "
        "provider's words.",
    )
    http_report_id = fields.Char(
        "Report: id",
        groups=CREDENTIALS,
        help="The name of the report's parameter, or its place in the JSON, with the "
        "provider's id. Not needed where [report_url] is sent along.",
    )

    http_balance_url = fields.Char(
        "Balance: address",
        groups=CREDENTIALS,
        copy=False,
        help="Where the balance can be asked, with the same headers.",
    )
    http_balance_parameters = fields.Text(
        "Balance: parameters",
        groups=CREDENTIALS,
        copy=False,
        help="One a line: name = value.",
    )
    http_balance_path = fields.Char(
        "Balance: place in the JSON",
        groups=CREDENTIALS,
        help="Empty: the whole answer is the number.",
    )

    def _labels(self):
        return {**super()._labels(), "http_balance_url": self.env._("Balance: address")}

    @api.constrains("http_balance_url", "local_network")
    def _check_balance_url(self):
        label = self.env._("Balance: address")
        for gateway in self.sudo().filtered("http_balance_url"):  # sudo: to read it
            self._check_address(label, gateway.http_balance_url)
            gateway._check_outside(label, gateway.http_balance_url)

    @api.constrains(
        "provider",
        "test_mode",
        "http_method",
        "http_content",
        "http_parameters",
        "http_headers",
        "http_body",
        "http_balance_parameters",
    )
    def _check_description(self):
        """A description that cannot work is refused when it is written down, or when
        the gateway is to go live where nothing is written yet."""
        for gateway in self.sudo():  # sudo: to read the description
            if gateway.provider != "http":
                continue
            described = gateway.http_parameters or gateway.http_body
            if not described and gateway.test_mode:
                continue
            adapter = gateway._adapter(gateway.company_id, is_test=False)
            problems = [gateway._problem_words(one) for one in adapter.problems()]
            if problems:
                raise ValidationError("\n".join(problems))

    def _problem_words(self, problem):
        """:param problem: :class:`..gateways.http_request.Problem`"""
        field = self._fields.get(f"http_{problem.option}")
        label = field._description_string(self.env) if field else ""
        words = {
            ProblemKind.METHOD: self.env._("choose a method."),
            ProblemKind.CONTENT: self.env._("choose what is sent."),
            # not quoted: Odoo logs what it says, and a line may hold a password
            ProblemKind.PARAMETER: self.env._("write one “name = value” a line."),
            ProblemKind.HEADER: self.env._("write one “Name: value” a line."),
            ProblemKind.FORBIDDEN_HEADER: self.env._(
                "Host, Content-Length and the like are made by the connection itself: "
                "leave them out."
            ),
            ProblemKind.NO_BODY: self.env._(
                "GET sends no body: choose POST or PUT, or “Parameters”."
            ),
            ProblemKind.JSON: self.env._("this is no JSON: %s", problem.detail),
            ProblemKind.PLACEHOLDER: self.env._(
                "“%(name)s” is not known. Choose among %(known)s.",
                name=problem.detail,
                known=", ".join(f"[{name}]" for name in PLACEHOLDERS),
            ),
            ProblemKind.NO_NUMBER: self.env._(
                "[number] or [number_digits] has to stand somewhere."
            ),
            ProblemKind.NO_TEXT: self.env._("[text] has to stand somewhere."),
        }[problem.kind]
        return f"{label}: {words}" if label else words
