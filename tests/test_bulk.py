import re
from unittest.mock import patch
from uuid import uuid4

from freezegun import freeze_time

from odoo import api, fields
from odoo.tests import tagged
from odoo.tools import SQL, html2plaintext
from odoo.tools.mail import html_to_inner_content

from odoo.addons.sms_organizer.models import bulk
from odoo.addons.sms_organizer.models.organizer_run_line_note import note_html

from .common import OrganizerCommon

# what differs in any case
OWN = {"id", "uuid", "sms_uuid", "token_hash", "message_id"}
TABLES = (
    "organizer_run_line",
    "organizer_link",
    "sms_sms",
    "mail_message",
    "mail_notification",
    "sms_tracker",
)
# what points from one of them to another: ids differ, and are compared by their order
LINKS = {
    "run_id",
    "run_line_id",
    "link_id",
    "mail_message_id",
    "mail_notification_id",
    "sms_id_int",
}

# each message has its own
TOKEN = re.compile(r"/s/[\w-]{12}")


@tagged("post_install", "-at_install")
class TestBulk(OrganizerCommon):
    """Rows that are copied are those that Odoo would have written one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moves = cls._invoices_of_many(7)
        # one who writes with an ampersand, and one in another language
        cls.moves[1].partner_id.name = "A & B <Söhne> [link]"
        cls.moves[1].sms_phone = "+48601230001"
        cls.template = cls.env["organizer.template"].create(
            {
                "name": "Bulk",
                "basis": "invoice_issued",
                "text": "[customer]: [number], [amount_due]\n[link]",
                "company_id": cls.company.id,
            }
        )

    def _rows_of_a_run(self):
        """``{table: rows}`` of what a run wrote, each row as a dictionary."""
        self.env.flush_all()
        before = {table: self._last_id(table) for table in TABLES}
        self.template._draft_run(self.company, self.moves)._send()
        self.env.flush_all()
        return {table: self._rows(table, before[table]) for table in TABLES}

    def _last_id(self, table):
        last = SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table))
        self.env.cr.execute(last)
        return self.env.cr.fetchone()[0]

    def _rows(self, table, after):
        new = SQL(
            "SELECT * FROM %s WHERE id > %s ORDER BY id", SQL.identifier(table), after
        )
        self.env.cr.execute(new)
        rows = self.env.cr.dictfetchall()
        first = {
            name: min(filter(None, (row[name] for row in rows)), default=0)
            for name in LINKS & set(rows[0])
        }
        for row in rows:
            for name, smallest in first.items():
                row[name] = row[name] and row[name] - smallest
        return [
            {name: value for name, value in row.items() if name not in OWN}
            for row in rows
        ]

    def _without_own(self, text):
        """Without the token of a link; HTML as Odoo writes it."""
        return text and TOKEN.sub("/s/TOKEN", text).replace("<br/>", "<br>")

    @freeze_time("2026-11-20 10:00:00")  # both at the same second
    def test_copies_are_as_odoo_writes_them(self):
        copied = self._rows_of_a_run()
        with patch.object(bulk, "KNOWN", set()):
            made = self._rows_of_a_run()
        for table in TABLES:
            with self.subTest(table):
                self.assertEqual(len(copied[table]), len(made[table]))
                for one, other in zip(copied[table], made[table], strict=True):
                    # the occasion names its run; moments are their own
                    for name in ("occasion", "write_date", "made_on"):
                        one.pop(name, None), other.pop(name, None)
                    for name in {"body", "text"} & set(one):
                        one[name] = self._without_own(one[name])
                        other[name] = self._without_own(other[name])
                    self.assertEqual(one, other)

    def test_each_has_its_own(self):
        self.template._draft_run(self.company, self.moves)._send()
        told = self.moves.sms_ids
        self.assertEqual(len(told), 4)  # each third one has a landline
        self.assertEqual(len(set(told.mapped("uuid"))), 4)
        self.assertEqual(len(set(told.link_id.sudo().mapped("token_hash"))), 4)
        for sms in told:
            note = sms.mail_message_id
            self.assertEqual((note.model, note.res_id), ("account.move", sms.res_id))
            self.assertEqual(html_to_inner_content(note.body).split(), sms.body.split())
            self.assertEqual(note.notification_ids.sms_id_int, sms.id)
            self.assertEqual(note.notification_ids.res_partner_id, sms.partner_id)
            self.assertEqual(sms.sms_tracker_id.sms_uuid, sms.uuid)
            self.assertEqual(sms.run_line_id.outcome, "waiting")

    def test_who_extends_create_is_asked_for_each(self):
        made = []
        create = type(self.env["mail.message"]).create

        def counted(records, vals_list):
            made.extend(vals_list)
            return create(records, vals_list)

        # as automation rules do it
        with patch.object(type(self.env["mail.message"]), "create", counted):
            self.assertTrue(bulk.is_extended(self.env["mail.message"]))
            self.template._draft_run(self.company, self.moves)._send()
        self.assertEqual(len([one for one in made if one["message_type"] == "sms"]), 4)

    def test_who_checks_records_is_asked_for_each(self):
        messages, checked = self.env["mail.message"], []

        @api.constrains("body")
        def check(records):
            checked.extend(records)

        check.__module__ = "odoo.addons.another.models.mail_message"
        self.assertFalse(bulk.is_extended(messages, {"sms.tracker.sms_uuid"}))
        known = messages._constraint_methods
        with patch.object(type(messages), "_constraint_methods", [*known, check]):
            self.assertTrue(bulk.is_extended(messages))
            self.template._draft_run(self.company, self.moves)._send()
        self.assertEqual(len([one for one in checked if one.message_type == "sms"]), 4)

    def test_who_extends_logging_is_asked_for_each(self):
        moves, logged = type(self.moves), []
        for name in ("_message_log_batch", "_message_create"):
            extended = getattr(moves, name)

            def log(documents, *args, _extended=extended, **kwargs):
                logged.extend(documents.ids or args[0])
                return _extended(documents, *args, **kwargs)

            with self.subTest(name), patch.object(moves, name, log):
                self.template._draft_run(self.company, self.moves)._send()
                self.assertEqual(len(logged), 4)
            logged.clear()

    def test_each_line_about_a_document_has_its_own_note(self):
        lines = self.template._draft_run(self.company, self.moves).line_ids
        lines[1].res_id = lines[3].res_id = lines[0].res_id
        texts = [f"Text {number}" for number in range(len(lines))]
        notes = lines._post_notes(texts)
        self.assertEqual([html2plaintext(note.body) for note in notes], texts)
        self.assertEqual([note.res_id for note in notes], lines.mapped("res_id"))

    def test_defaults_of_others_are_asked_for_each(self):
        messages = self.env["sms.sms"]
        field = messages._fields["sender"]
        settled = {"organizer.run.line.outcome"}
        with patch.object(field, "_modules", ("sms_organizer", "another")):
            self.assertFalse(bulk.is_extended(messages, settled=settled))
            with patch.object(field, "default", lambda _model: uuid4().hex):
                self.assertTrue(bulk.is_extended(messages, settled=settled))
                self.assertFalse(bulk.is_extended(messages, {"sender"}, settled))

    def test_number_of_queries_does_not_depend_on_how_many(self):
        few, many = self.moves[:3], self.moves

        def count(moves):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.template._draft_run(self.company, moves)._send()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(few)  # what is read once
        self.assertEqual(count(few), count(many))

    def test_many_are_not_checked_by_plans_of_empty_tables(self):
        def whole_reads():
            """How often a run reads all of what its rows point to."""
            before = self._whole_reads()
            self.template._draft_run(self.company, self.moves)._send()
            self.env.flush_all()
            return self._whole_reads() - before

        # as PostgreSQL plans for tables with next to nothing
        self._plan_by(seqscan="on", indexscan="off", bitmapscan="off")
        self.env.cr.execute("DISCARD PLANS")
        whole_reads()
        whole_reads()  # the sixth check of a connection keeps its plan
        self._plan_by(seqscan="off", indexscan="on", bitmapscan="on")
        self.assertGreaterEqual(whole_reads(), 3 * 4)
        with patch.object(bulk, "MANY", 4):
            self.assertEqual(whole_reads(), 0)

    def _plan_by(self, **kinds):
        for kind, is_on in kinds.items():
            setting = SQL.identifier(f"enable_{kind}")
            self.env.cr.execute(SQL("SET LOCAL %s = %s", setting, is_on))

    def _whole_reads(self):
        self.env.cr.execute(
            "SELECT SUM(seq_scan) FROM pg_stat_xact_user_tables WHERE relname IN "
            "('organizer_run_line', 'mail_message', 'mail_notification')"
        )
        return int(self.env.cr.fetchone()[0])

    def test_note_hides_nothing_in_an_address(self):
        for text in (
            "https://erp.example.com/s/Ab3dEf6hIj9k",
            'https://a.example/?q="><script>alert(1)</script>',
            "A & B <b>owe</b> \"10\" 'euro'\nhttp://a.example/x?a=1&b=2 now",
            "www.example.com/%20 ąż€",
        ):
            with self.subTest(text):
                html = str(note_html(text))
                self.assertNotIn("<script", html)
                self.assertNotIn("<b>", html)
                saved = self.env["mail.message"].create({"body": note_html(text)}).body
                self.assertEqual(
                    html2plaintext(html).split(), html2plaintext(saved).split()
                )

    def test_copy_in_order(self):
        first = self.env["res.partner.category"].create({"name": "One"})
        copies = bulk.copy_row(first, {"color": [3, False, 5]})
        self.assertEqual(copies.mapped("color"), [3, 0, 5])
        self.assertEqual(copies.mapped("name"), ["One"] * 3)
        self.assertEqual(copies.create_uid, first.create_uid)
        self.assertLessEqual(first.create_date, fields.Datetime.now())

    def test_one_alone(self):
        lines = self.env["organizer.run.line"].sudo()
        self.assertFalse(bulk.create_many(lines, []))


@tagged("post_install", "-at_install")
class TestFieldsOfOthers(OrganizerCommon):
    """What Studio and other add-ons keep of messages is worked out for each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add("organizer.run.line", name="x_name", related="partner_id.name")
        cls._add("organizer.run.line", **cls._copied("x_outcome", "outcome"))
        cls._add("sms.sms", **cls._copied("x_state", "state"))
        cls._add("sms.sms", **cls._copied("x_provider", "provider_id"))
        cls.moves = cls._invoices_of_many(5)

    @classmethod
    def _copied(cls, name, other):
        compute = f"for record in self:\n    record[{name!r}] = record[{other!r}]"
        return {"name": name, "depends": other, "compute": compute}

    @classmethod
    def _add(cls, model, **values):
        cls.env["ir.model.fields"].create(
            {
                "model_id": cls.env["ir.model"]._get_id(model),
                "ttype": "char",
                "store": True,
                "readonly": True,
                "field_description": f"Of others {values['name']}",
                **values,
            }
        )

    def test_each_has_its_own(self):
        lines = self._send(self.moves).line_ids
        names = [line.partner_id.name for line in lines]
        self.assertEqual(len(set(names)), 5)
        self.assertEqual(lines.mapped("x_name"), names)
        self.assertEqual(lines.mapped("x_outcome"), lines.mapped("outcome"))

    def test_what_depends_on_a_message_is_told(self):
        lines = self._send(self.moves).line_ids
        self._pass()
        sent = lines.sms_ids
        self.assertEqual(len(sent), 3)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(set(sent.mapped("x_state")), {"pending"})
        self.assertEqual(sent.mapped("x_provider"), sent.mapped("provider_id"))
        self.assertEqual(set(sent.run_line_id.mapped("x_outcome")), {"sent"})
        self.assertFalse(sent.filtered("claim"))
