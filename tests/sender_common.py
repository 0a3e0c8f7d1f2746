from contextlib import contextmanager

from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

from .common import OrganizerCommon
from .gateways.recorder import Recorder


class Operator:
    """An account at SMSAPI on loopback: it keeps sender names, and takes messages.

    ``names``: name → status, as the provider has it; ``sent``: what came, as forms;
    ``decision``: the status of a name as soon as it has said that it will decide.
    """

    def __init__(self):
        self.names = {}
        self.sent = []
        self.decision = "PENDING"
        self.is_down = False

    def answer(self, request):
        if self.is_down:
            return 503, "Not now"
        if request.path == "/sms/sendernames":
            if request.method == "POST":
                name = request.form["sender"]
                self.names[name] = "PENDING"
                answer = self._name(name)
                self.names[name] = self.decision
                return 201, answer
            return {"collection": [self._name(name) for name in self.names]}
        if "status" in request.form:
            return {"list": []}
        self.sent.append(request.form)
        references = request.form["idx"].split("|")
        numbers = request.form["to"].split(",")
        return {
            "list": [
                {"id": f"id-{reference}", "points": 0.16, "number": number}
                | {"idx": reference, "status": "QUEUE", "error": None}
                for reference, number in zip(references, numbers, strict=True)
            ]
        }

    def _name(self, name):
        return {"sender": name, "status": self.names[name], "is_default": False}


class SenderCommon(OrganizerCommon):
    """Who administers SMS and nothing else, with an account at a provider that can be
    asked for names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {"name": "Drukarz", "street": "Długa 1", "city": "Łódź", "zip": "90-001"}
        )
        cls.company.country_id = cls.poland
        cls.company.vat = "PL5260250995"
        cls.administrator = mail_new_test_user(
            cls.env,
            login="sms_administrator",
            name="Administrator of SMS",
            email="admin@drukarz.example.com",
            groups="base.group_user,sms_organizer.group_sms_administer",
            company_id=cls.company.id,
        )
        cls.all_senders = cls.env["sms.sender"].with_context(active_test=False)
        cls.all_senders.search([("in_use", "=", True)]).sudo().in_use = False
        cls.senders = cls.env["sms.sender"].with_user(cls.administrator)
        cls.gateway.active = False

    def setUp(self):
        super().setUp()
        self.operator = Operator()
        web = self.enterContext(Recorder(self.operator.answer))
        self.smsapi = self.env["sms.gateway"].create(
            {
                "name": "Ours",
                "provider": "smsapi",
                "company_id": self.company.id,
                "base_url": web.url,
                "password": "token-of-ours",
                "local_network": True,
                "test_mode": False,
                "price": 0.16,
                "currency_id": self.env.ref("base.PLN").id,
            }
        )

    @contextmanager
    def _pdfs(self):
        """Real PDFs; no server answers for their styles here, which is logged."""
        with (
            self._real_pdfs(),
            mute_logger("odoo.addons.base.models.ir_actions_report"),
        ):
            yield

    def _sender(self, name="Drukarz", state="draft", **values):
        """A name of the company, brought as far as that by superuser."""
        sender = self.senders.create({"name": name, **values})
        if state != "draft":
            sender.is_declared = True
            sender.action_declare()
        if state not in ("draft", "declared"):
            sender._note_submission("email")
        if state in ("authorised", "refused"):
            sender._decide(state, False)
        return sender

    def _by_hand(self, name="Drukarz", state="draft", **values):
        """As above, of a provider that cannot be asked."""
        kannel = self.env["sms.gateway"].create(
            {
                "name": "Warehouse",
                "provider": "kannel",
                "company_id": self.company.id,
                "currency_id": self.env.ref("base.PLN").id,
                "sequence": 99,
            }
        )
        values = {"operator_email": "sms@operator.example.com", **values}
        return self._sender(name, state, gateway_id=kannel.id, **values)

    def _queued(self, count=1, **values):
        """Messages about overdue invoices, waiting in the outbox."""
        moves = self.env["account.move"].union(
            *(self._invoice(days_overdue=5, **values) for _one in range(count))
        )
        return self._send(moves).line_ids.sms_ids
