from odoo.tests import HttpCase, tagged

from .sender_common import SenderCommon


@tagged("post_install", "-at_install")
class TestSenderBrowser(SenderCommon, HttpCase):
    """A sender name from the first letter to the first message under it."""

    def test_from_draft_to_the_first_message(self):
        self.operator.decision = "ACTIVE"
        self.start_tour(
            "/odoo/sms-senders", "sms_organizer_sender", login="sms_administrator"
        )
        sender = self.senders._named("MyShop", self.company.id)
        self.assertEqual(sender.state, "authorised")
        self.assertEqual(self.senders._sender_of(self.company), sender)
        sms = self._queued()
        self._pass()
        self.assertEqual([form["from"] for form in self.operator.sent], ["MyShop"])
        self.start_tour(
            f"/odoo/sms-messages/{sms.id}",
            "sms_organizer_sender_message",
            login="sms_administrator",
        )
