"""Who may do what: every model, every button, over RPC as a restricted user.

The tables are the promise. A new model or button without a row fails the tests: give
it one.
"""

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .schedule_common import MONDAY, ScheduleCommon

# Model: what *SMS: send* may, and what *SMS: administer* may: r(ead), w(rite),
# c(reate), d(elete). Users without a right, portal users and the public may nothing.
MODELS = {
    "organizer.answer": ("r", "r"),
    "organizer.by_template": ("rwc", "rwc"),
    "organizer.compose": ("rwcd", "rwcd"),
    "organizer.compose.line": ("rwcd", "rwcd"),
    "organizer.debtor": ("r", "r"),
    "organizer.link": ("r", "r"),
    "organizer.link.renewed": ("", "rwc"),
    "organizer.mail.outcome": ("", ""),
    "organizer.number": ("rwc", "rwc"),
    "organizer.run": ("rw", "rw"),  # its lines, while it is a draft
    "organizer.run.line": ("rw", "rw"),  # of a draft
    "organizer.send_all": ("rwc", "rwc"),
    "organizer.schedule": ("rwcd", "rwcd"),  # one's own; an administrator all
    "organizer.stranger": ("", ""),
    "organizer.template": ("rwcd", "rwcd"),  # the company's; an administrator all
    "organizer.unpaid": ("r", "r"),
    "sms.analysis": ("r", "r"),
    "sms.day": ("", "r"),
    "sms.gateway": ("r", "rwcd"),
    "sms.gateway.senders": ("", "r"),  # what the provider says
    "sms.gateway.senders.line": ("", "r"),
    "sms.gateway.try": ("", "rwcd"),
    "sms.package": ("r", "rwcd"),
    "sms.package.check": ("", "rwc"),
    "sms.package.use": ("", "r"),
    "sms.price": ("r", "rwcd"),
    "sms.purse": ("", "r"),
    "sms.reply": ("r", "r"),
    "sms.report.refusal": ("", "r"),
    "sms.send.again": ("rwc", "rwc"),
    "sms.sender": ("r", "rwcd"),
    "sms.sms": ("r", "r"),
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}

# Buttons that take *SMS: administer*; the others take *SMS: send*.
ADMINISTERS = {
    "organizer.link": {"action_renew", "action_revoke"},
    "organizer.link.renewed": {"action_send"},
    "sms.gateway": {
        "action_go_live",
        "action_look_up_senders",
        "action_open_prices",
        "action_refresh_balance",
        "action_test_connection",
        "action_test_mode",
        "action_try",
        "action_try_now",
    },
    "sms.gateway.senders": {"action_use"},
    "sms.gateway.senders.line": {"action_keep", "action_use"},
    "sms.gateway.try": {"action_open_message", "action_send"},
    "sms.package": {"action_check"},
    "sms.package.check": {"action_mend"},
    "sms.sender": {
        "action_ask",
        "action_authorised",
        "action_declare",
        "action_draft",
        "action_refused",
        "action_stop_using",
        "action_submit",
        "action_use",
    },
}
# Buttons that open a list, or the settings, which then refuse: they tell nothing.
OPENS_WHAT_REFUSES = {
    ("account.move", "action_open_sms"),
    ("organizer.compose", "action_open_settings"),
    ("organizer.run", "action_open_delivered"),
    ("organizer.run", "action_open_failed"),
    ("organizer.run", "action_open_going"),
    ("organizer.run", "action_open_left_out"),
    ("organizer.run", "action_open_sent"),
    ("organizer.run", "action_open_waiting"),
    ("organizer.schedule", "action_open_runs"),
    ("res.partner", "action_open_sms"),
    ("sms.gateway", "action_open_failed"),
    ("sms.gateway", "action_open_sent"),
    ("sms.gateway", "action_open_unconfirmed"),
    ("sms.gateway", "action_open_waiting"),
}
# Buttons that are about no record.
ABOUT_NOTHING = {("sms.sms", "action_new")}


class Undo(Exception):
    """What was tried leaves no trace."""


class Samples:
    """``{model: a record}`` of one company; windows are those of one user."""

    def __init__(self, case, company, user):
        self.case, self.company, self.user = case, company, user
        self.env = case.env(user=user.id).company.with_company(company).env
        self.root = self.env(su=True)
        self.records = {}
        self._add_what_is_kept()
        self._add_windows()
        self.root.flush_all()

    def __getitem__(self, model):
        return self.records[model]

    def _add(self, record):
        self.records[record._name] = record[:1]
        return record[:1]

    def _add_what_is_kept(self):
        partner = self.case._partner("Sample", sms_phone="601234567")
        move = self._add(
            self.case._invoice(partner, days_overdue=7, company=self.company)
        )
        self._add(partner)
        gateway = self._add(self._gateway())
        template = self._add(self._template())
        self._add(self._schedule(template))
        run = self._add(template._draft_run(self.company, move).with_env(self.root))
        run._send()
        line = self._add(run.line_ids)
        self._add(line.sms_ids)
        links = self.root["organizer.link"]
        self._add(links.search([("move_id", "=", move.id)]))
        self.root.flush_all()
        for model in ("organizer.debtor", "organizer.unpaid"):
            found = self.root[model].search([("partner_id", "=", partner.id)])
            self._add(found)
        note = {"line": line.id, "state": "sent"}
        self._add(self.root["organizer.mail.outcome"].create(note))
        day = {"company_id": self.company.id, "day": MONDAY, "is_reopened": True}
        self._add(self.root["sms.day"].create(day))
        figures = self.root["sms.analysis"]
        self._add(figures.search([("company_id", "=", self.company.id)]))
        self._create("organizer.stranger", address="hashed", missed_on=MONDAY)
        refusals = self.root["sms.report.refusal"]
        refused = {"gateway_id": gateway.id, "day": MONDAY, "count": 1}
        self._add(refusals.create(refused))

        self._add_what_is_bought(gateway, line.sms_ids)
        self._create(
            "sms.reply",
            gateway_id=gateway.id,
            company_id=self.company.id,
            partner_id=partner.id,
            move_id=move.id,
            sms_id=line.sms_ids.id,
            number="+48601234567",
            text="Hello",
            received_at=MONDAY,
            provider_key="sample",
            kind="other",
        )
        self._create(
            "organizer.answer",
            company_id=self.company.id,
            partner_id=partner.id,
            move_ids=move.ids,
            kind="question",
            text="Why?",
            answered_at=MONDAY,
        )
        self._create("sms.sender", name="SAMPLE", company_id=self.company.id)

    def _add_what_is_bought(self, gateway, sms):
        package = self._create(
            "sms.package",
            company_id=self.company.id,
            quantity=100,
            bought_on=MONDAY,
            price=10,
        )
        self._create(
            "sms.package.use",
            package_id=package.id,
            sms_id=sms.id,
            attempt=0,
            segments=1,
        )
        self._create("sms.price", gateway_id=gateway.id, prefix="+48", price=0.1)
        purses = self.root["sms.purse"]
        purse = purses.search([("company_id", "=", self.company.id)], limit=1)
        self._add(purse or purses.create({"company_id": self.company.id}))

    def _gateway(self):
        values = {"name": "Sample", "company_id": self.company.id, "price": 0.1}
        return self.root["sms.gateway"].create(values)

    def _template(self):
        return self.root["organizer.template"].create(
            {
                "name": "Sample",
                "company_id": self.company.id,
                "basis": "invoice_overdue",
                "text": "[number] [link]",
            }
        )

    def _schedule(self, template):
        return self.root["organizer.schedule"].create(
            {
                "name": "Sample",
                "company_id": self.company.id,
                "template_id": template.id,
                "user_id": self.user.id,
                "tz": "UTC",
            }
        )

    def _add_windows(self):
        """As their user has opened them: with the rights of superuser, lest the table
        decide what can be tried."""
        compose = self._add(
            self.root["organizer.compose"].create(
                {
                    "company_id": self.company.id,
                    "many": True,
                    "documents_model": "account.move",
                    "basis": "invoice_overdue",
                }
            )
        )
        move, gateway = self["account.move"], self["sms.gateway"]
        compose._fill_lines(move)
        self._add(compose.line_ids)
        self._create(
            "organizer.by_template",
            channel="sms",
            company_id=self.company.id,
            template_id=self.root["organizer.template"].search([], limit=1).id,
        )
        self._create("organizer.number", move_id=move.id, sms_phone="601234567")
        self._create(
            "organizer.send_all",
            company_id=self.company.id,
            domain=[["id", "=", move.id]],
            template_id=self["organizer.template"].id,
        )
        self._create("sms.send.again", sms_ids=self["sms.sms"].ids)
        link = self["organizer.link"]
        self._create("organizer.link.renewed", link_id=link.id)
        self._create("sms.gateway.try", gateway_id=gateway.id, text="Hello")
        packages = self["sms.package"].ids
        self._create("sms.package.check", package_ids=packages)
        wizard = self._create("sms.gateway.senders", gateway_id=gateway.id)
        self._create("sms.gateway.senders.line", wizard_id=wizard.id, name="SHOP")

    def _create(self, model, **values):
        return self._add(self.root[model].create(values))


class MatrixCommon(ScheduleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sender = cls.accountant
        cls.boss = cls._user(
            "boss", "account.group_account_invoice,sms_organizer.group_sms_administer"
        )
        cls.powerless = [
            cls._user(name, f"base.group_{name}")
            for name in ("user", "portal", "public")
        ]

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(
            cls.env,
            f"matrix_{login}",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def _env(self, user):
        """As a request of this user has it."""
        return self.env(user=user.id, su=False, context={})

    def _refused(self, user, records, method, *args):
        """Whether a call over RPC is refused. What it did is undone."""
        env = self._env(user)
        try:
            with self.cr.savepoint():
                call_kw(env[records._name], method, [records.ids, *args], {})
                env.flush_all()
                raise Undo
        except AccessError:
            return True
        except (Undo, UserError, ValueError):
            return False
        finally:
            self.env.invalidate_all(flush=False)

    def _models(self):
        """Our models with a table, and Odoo's ledger, which is ours to guard."""
        fields = self.env["ir.model.data"].search(
            [("module", "=", "sms_organizer"), ("model", "=", "ir.model")]
        )
        models = self.env["ir.model"].browse(fields.mapped("res_id"))
        names = {model.model for model in models if model.model in self.env}
        return {name for name in names if self._is_guarded(self.env[name])}

    def _is_guarded(self, model):
        ours = model._original_module == "sms_organizer"
        return (ours or model._name == "sms.sms") and not model._abstract

    def _buttons(self):
        """``{(model, method)}`` of the buttons and rows in our views."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "sms_organizer"), ("model", "=", "ir.ui.view")]
        )
        found = set()
        for view in self.env["ir.ui.view"].browse(data.mapped("res_id")):
            if view.model:
                found |= set(self._buttons_of(etree.fromstring(view.arch), view.model))
        return found

    def _buttons_of(self, node, model):
        """A button in a list of lines is one of the lines' model."""
        if node.tag == "field" and len(node):
            model = self.env[model]._fields[node.get("name")].comodel_name
        if node.get("type") == "object":
            yield model, node.get("action") or node.get("name")
        for child in node:
            yield from self._buttons_of(child, model)

    def _takes_administer(self, model, method):
        return method in ADMINISTERS.get(model, ())


@tagged("post_install", "-at_install")
class TestRightsMatrix(MatrixCommon):
    """Within one company."""

    def test_every_model_is_in_the_table(self):
        self.assertEqual(self._models(), set(MODELS))

    def test_operations(self):
        wanted, found = {}, {}
        for model, (sends, administers) in MODELS.items():
            rows = {self.sender: sends, self.boss: administers}
            rows |= dict.fromkeys(self.powerless, "")
            for user, letters in rows.items():
                mine = self.env[model].with_user(user)
                wanted[model, user.login] = letters
                found[model, user.login] = "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if mine.has_access(operation)
                )
        self.assertEqual(found, wanted)

    def test_what_the_table_forbids_is_refused(self):
        samples = Samples(self, self.company, self.sender)
        for model, (sends, administers) in MODELS.items():
            rows = {self.sender: sends, self.boss: administers}
            rows |= dict.fromkeys(self.powerless, "")
            for user, letters in rows.items():
                for letter in set(OPERATIONS) - set(letters):
                    with self.subTest(model=model, user=user.login, letter=letter):
                        self.assertTrue(self._try(user, samples[model], letter))

    def _try(self, user, record, letter):
        """Whether an operation on a record is refused."""
        if letter == "c":
            env = self._env(user)
            with self.assertRaises(AccessError):
                call_kw(env[record._name], "create", [[{}]], {})
            return True
        args = {"r": [["id"]], "w": [{}], "d": []}[letter]
        return self._refused(user, record, OPERATIONS[letter], *args)

    def test_the_ledger_and_sendings_are_not_written_by_hand(self):
        samples = Samples(self, self.company, self.sender)
        for user in (self.sender, self.boss):
            sms, run = samples["sms.sms"], samples["organizer.run"]
            line = samples["organizer.run.line"]
            self.assertTrue(self._refused(user, sms, "write", {"state": "sent"}))
            self.assertTrue(self._refused(user, run, "write", {"state": "draft"}))
            self.assertTrue(self._refused(user, line, "write", {"told": False}))

    def test_buttons(self):
        """Each is refused to who lacks its right, and to nobody who has it."""
        samples = Samples(self, self.company, self.sender)
        buttons = self._buttons()
        self.assertGreater(len(buttons), 50)
        for model, method in sorted(buttons):
            record = samples[model]
            takes_administer = self._takes_administer(model, method)
            for user in self.powerless:
                if (model, method) in OPENS_WHAT_REFUSES:
                    continue
                with self.subTest(button=(model, method), user=user.login):
                    self.assertTrue(self._refused(user, record, method))
            with self.subTest(button=(model, method), user="send"):
                refused = self._refused(self.sender, record, method)
                self.assertEqual(refused, takes_administer)

    def test_an_administrator_may_press_them_all(self):
        samples = Samples(self, self.company, self.boss)
        for model, method in sorted(self._buttons()):
            with self.subTest(button=(model, method)):
                self.assertFalse(self._refused(self.boss, samples[model], method))

    def test_buttons_that_open_lists_do_nothing_else(self):
        samples = Samples(self, self.company, self.sender)
        self.assertLessEqual(OPENS_WHAT_REFUSES, self._buttons())
        for model, method in sorted(OPENS_WHAT_REFUSES):
            action = getattr(samples[model], method)()
            opened = self.env[action["res_model"]]
            for user in self.powerless:
                with self.subTest(button=(model, method), user=user.login):
                    self.assertFalse(opened.with_user(user).has_access("read"))


@tagged("post_install", "-at_install")
class TestOtherCompany(MatrixCommon):
    """Another company's records can neither be seen nor used, by whoever."""

    # of no company: written by all, read by administrators of Odoo
    NOBODYS = {"organizer.mail.outcome", "organizer.stranger"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls._switch_on(cls.other)
        stranger = new_test_user(
            cls.env,
            "stranger",
            groups="account.group_account_manager,base.group_system",
            company_id=cls.other.id,
            company_ids=[(6, 0, (cls.company | cls.other).ids)],
        )
        cls.theirs = Samples(cls, cls.other, stranger)

    def test_records(self):
        for model in set(MODELS) - self.NOBODYS:
            record = self.theirs[model]
            for user in (self.sender, self.boss):
                with self.subTest(model=model, user=user.login):
                    mine = self._env(user)[model]
                    if mine.has_access("read"):
                        self.assertFalse(mine.search([("id", "=", record.id)]))
                    for operation, args in (
                        ("read", [["id"]]),
                        ("write", [{"create_uid": user.id}]),
                        ("unlink", []),
                    ):
                        self.assertTrue(self._refused(user, record, operation, *args))

    def test_buttons(self):
        for model, method in sorted(self._buttons()):
            if model == "res.partner":
                continue  # partners are shared
            if (model, method) in OPENS_WHAT_REFUSES | ABOUT_NOTHING:
                continue
            for user in (self.sender, self.boss):
                with self.subTest(button=(model, method), user=user.login):
                    self.assertTrue(self._refused(user, self.theirs[model], method))

    def test_their_template_and_gateway_cannot_be_used(self):
        theirs = self.theirs
        schedule = {
            "name": "Mine",
            "company_id": self.company.id,
            "template_id": theirs["organizer.template"].id,
            "tz": "UTC",
        }
        mine = self.env["organizer.schedule"].with_user(self.sender)
        with self.assertRaises(UserError):
            mine.create(schedule)
        with self.assertRaises(AccessError):
            mine.create({**schedule, "company_id": self.other.id})
        compose = self._compose(self._invoice())
        compose.company_id = self.other
        with self.assertRaises(AccessError):
            compose.action_send()
