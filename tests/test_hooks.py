from odoo.tests import tagged

from ..hooks import post_init_hook, uninstall_hook
from .common import LANDLINE_PL, MOBILE_PL, OrganizerCommon


@tagged("post_install", "-at_install")
class TestHooks(OrganizerCommon):
    """What installation does to a database that has been in use."""

    def test_invoices_get_their_customers_number(self):
        move = self._invoice()
        landline = self._invoice(self._partner("Saldo", phone=LANDLINE_PL))
        own = self._invoice(sms_phone="+48512345678")
        paid = self._invoice()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({})._create_payments()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET sms_phone = NULL WHERE id IN %s",
            [(move | paid)._ids],
        )
        self.env.invalidate_all()
        post_init_hook(self.env)
        self.assertEqual(move.sms_phone, MOBILE_PL)
        self.assertEqual(own.sms_phone, "+48512345678")
        self.assertFalse(landline.sms_phone)
        self.assertEqual(paid.sms_phone, MOBILE_PL)

    def test_earlier_messages_come_into_the_ledger(self):
        move = self._invoice()
        sms = self._send(move).line_ids.sms_ids
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sms_sms SET queued_at = NULL, move_id = NULL, res_model = NULL "
            "WHERE id = %s",
            [sms.id],
        )
        self.env.invalidate_all()
        post_init_hook(self.env)
        self.assertEqual(sms.queued_at, sms.create_date)
        self.assertEqual(sms.move_id, move)
        self.assertEqual(sms.res_model, "account.move")

    def test_uninstalling_leaves_the_salesperson_with_what_is_to_be_done(self):
        gateway = self.gateway
        self.env.cr.execute(
            "INSERT INTO sms_reply (gateway_id, provider_key, received_at, kind) "
            "VALUES (%s, 'x', now(), 'other')",
            [gateway.id],
        )
        activities = self.customer.activity_schedule(
            "sms_organizer.mail_activity_reply", user_id=self.env.uid
        ) | self.customer.activity_schedule(
            "sms_organizer.mail_activity_reply", user_id=self.env.uid, active=False
        )
        uninstall_hook(self.env)
        todo = self.env.ref("mail.mail_activity_data_todo")
        self.assertEqual(activities.activity_type_id, todo)
        self.assertFalse(self.env["sms.reply"].sudo().search([]))
