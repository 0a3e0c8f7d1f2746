"""A real Kannel: what arrives at the operator, and what does not, byte for byte.

The operator (``kannel.operator.messages()``) is the witness: what it got, a phone would
show. Reports come to Odoo's own controller, over HTTP.
"""

from collections import Counter
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from threading import Thread
from unittest.mock import patch

from odoo.tests import BaseCase, HttpCase, tagged

from ..gateways.base import Account, Message, Verdict
from ..gateways.kannel import KannelGateway, reply_configuration
from ..tools.gsm import GSM7, UCS2, measure
from .kannel import PASSWORD, REFUSED_PREFIX, USERNAME, Kannel, wait_until
from .process_common import NUMBER, ProcessCommon

SENDER = "My Firm"

# Each of one part.
TEXTS = {
    "Polish": "Prosimy o wpłatę 1234,56 zł za fakturę FV/42. Dziękujemy!",
    "Greek": "Το τιμολόγιο 42 έληξε.\nΠαρακαλούμε πληρώστε 1.234,56 €.",
    "Georgian": "გთხოვთ, გადაიხადოთ 1234,56 ₾ ინვოისისთვის 42. გმადლობთ!",
    "Thai": "ใบแจ้งหนี้ 42 เกินกำหนดแล้ว กรุณาชำระ 1,234.56 บาท ขอบคุณค่ะ",
    "plain": "Faktura [42] na 1.234,56 € ~ {brutto}: 50% + 50%\n ΔΩ @_|^\\ à!",
}


def of_three_parts(text):
    long = text
    while measure(long).segments < 3:
        long = f"{long} {text}"
    return long


@contextmanager
def running_kannel(**options):
    with TemporaryDirectory() as directory, Kannel(directory, **options) as kannel:
        yield kannel


@tagged("post_install", "-at_install")
class TestKannelLetters(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kannel = cls.enterClassContext(running_kannel())

    def _send(self, text, sender=SENDER, number=NUMBER):
        """:return: what the operator got of it"""
        account = Account(
            base_url=self.kannel.url(),
            username=USERNAME,
            password=PASSWORD,
            sender=sender,
            local_network=True,
        )
        size = measure(text)
        message = Message("one", number, text, size.encoding, size.segments)
        before = len(self.kannel.operator.messages())
        (outcome,) = KannelGateway(account).send([message])
        self.assertEqual(outcome.verdict, Verdict.ACCEPTED)
        return self.kannel.operator.wait_for(before + 1)[before]

    def test_text_arrives_as_it_was_written_in_as_many_parts_as_are_billed(self):
        for language, text in TEXTS.items():
            for segments, sent in ((1, text), (3, of_three_parts(text))):
                with self.subTest(language, segments=segments):
                    got = self._send(sent)
                    self.assertEqual(got.text, sent)
                    self.assertEqual(got.parts, segments)
                    self.assertEqual(got.parts, measure(sent).segments)
                    self.assertEqual(got.coding, measure(sent).encoding)
                    self.assertEqual((got.sender, got.receiver), (SENDER, NUMBER))

    def test_both_alphabets_are_among_the_texts(self):
        encodings = Counter(measure(text).encoding for text in TEXTS.values())
        self.assertEqual(encodings, {UCS2: 4, GSM7: 1})

    def test_sender_is_a_name_or_a_number(self):
        for sender in ("ACME", "My Firm 24", "+48500600700", "500600"):
            with self.subTest(sender):
                self.assertEqual(self._send("Hello", sender).sender, sender)

    def test_letters_of_two_units_arrive(self):
        for text in ("€" * 100, "[" * 160, "a" + "😀" * 60, "👩‍👧" * 30):
            with self.subTest(text[:2]):
                self.assertEqual(self._send(text).text, text)


@tagged("post_install", "-at_install")
class TestKannelLive(ProcessCommon, HttpCase):
    # what Kannel reports is written for good, like everything here
    registry_test_mode = False

    def setUp(self):
        super().setUp()
        gateways = self.env.registry["sms.gateway"]
        self.startPatcher(
            patch.object(gateways, "get_base_url", lambda gateway: self.base_url())
        )
        self.kannel = self.enterContext(running_kannel(service=self._service()))
        self._use("kannel", self.kannel)
        self._change(sender=SENDER)

    def _service(self):
        """The very lines that an administrator is told to enter."""
        with self._process() as env:
            gateway = env["sms.gateway"].browse(self.gateway_id)
            return reply_configuration(gateway._reply_url())

    def _change(self, **values):
        with self._process() as env:
            env["sms.gateway"].browse(self.gateway_id).write(values)

    def _texts(self, texts, number=NUMBER):
        with self._process() as env:
            messages = env["sms.sms"].create(
                [
                    {"number": number, "body": text, "company_id": self.company_id}
                    for text in texts
                ]
            )
            return messages.ids

    def _wait_for(self, ids, *states):
        wait_until(lambda: self._states(ids) == list(states), states)

    def _time_passes(self, ids):
        """The pauses of messages and of the gateway are over."""
        self._let_time_pass(ids)
        with self._process() as env:
            env.cr.execute(
                "UPDATE sms_gateway SET rest_until = rest_until - interval '10 minutes'"
            )

    def _read(self, ids, field):
        with self._process() as env:
            return env["sms.sms"].browse(ids).mapped(field)

    def assertOnceAtTheOperator(self, texts):
        got = self.kannel.operator.wait_for(len(texts))
        self.assertEqual(Counter(sms.text for sms in got), Counter(texts))

    def assertGatewayIsFine(self):
        with self._process() as env:
            gateway = env["sms.gateway"].browse(self.gateway_id)
            self.assertFalse(gateway.failing_since or gateway.trouble)
            self.assertEqual(gateway.refused_reports, 0)

    def assertGatewayRests(self, words):
        with self._process() as env:
            gateway = env["sms.gateway"].browse(self.gateway_id)
            self.assertTrue(gateway.failing_since)
            self.assertTrue(gateway._rests())
            self.assertIn(words, gateway.trouble)
            return gateway.trouble_hint

    # -- reports ---------------------------------------------------------------------

    def test_delivery_is_reported(self):
        texts = [TEXTS["Polish"], of_three_parts(TEXTS["Thai"])]
        ids = self._texts(texts)
        self._pass()
        self._wait_for(ids, "sent", "sent")
        self.assertTrue(all(self._read(ids, "delivered_at")))
        self.assertOnceAtTheOperator(texts)
        self.assertGatewayIsFine()

    def test_number_that_no_operator_takes_fails_alone(self):
        refused = self._texts(["Hello"], f"{REFUSED_PREFIX}111222")
        self._pass()
        self._wait_for(refused, "error")
        self.assertGatewayIsFine()
        ids = self._queue(2)
        self._pass()
        self._wait_for(ids, "sent", "sent")
        (reason,) = self._read(refused, "failure_reason")
        # by the answer, or by the report where that was faster
        self.assertRegex(reason, "Not routable|NACK/no SMSC")
        self.assertOnceAtTheOperator(["Hello"] * 2)

    def test_what_was_accepted_and_then_given_up_fails_in_words(self):
        self.kannel.operator.stop()
        ids = self._queue(1)
        self._pass()
        self.assertEqual(self._states(ids), ["pending"])
        self.kannel.close_operator()
        self._wait_for(ids, "error")
        self.assertEqual(self._read(ids, "failure_reason"), ["NACK/no SMSC"])
        self.assertGatewayIsFine()

    def test_what_waits_for_the_operator_is_delivered_later(self):
        self.kannel.operator.stop()
        ids = self._queue(2)
        self._pass()
        self.assertEqual(self._states(ids), ["pending", "pending"])
        self.kannel.start()
        self._wait_for(ids, "sent", "sent")
        self._time_passes(ids)
        self._pass()
        self.assertOnceAtTheOperator(["Hello"] * 2)

    # -- replies ---------------------------------------------------------------------

    def _clean_up(self):
        with self._process() as env:
            env.cr.execute(
                "DELETE FROM sms_sms WHERE company_id = %s", [self.company_id]
            )
            env.cr.execute(
                "DELETE FROM sms_reply WHERE gateway_id = %s", [self.gateway_id]
            )
            blacklist = env["phone.blacklist"].with_context(active_test=False)
            blacklist.search([("number", "=", NUMBER)]).unlink()
        return super()._clean_up()

    def _replies(self):
        with self._process() as env:
            replies = env["sms.reply"].search([("gateway_id", "=", self.gateway_id)])
            return [(one.number, one.text, one.kind) for one in replies.sorted("id")]

    def _is_stopped(self):
        with self._process() as env:
            return bool(env["phone.blacklist"].search([("number", "=", NUMBER)]))

    def test_stop_and_start_from_a_phone(self):
        ids = self._queue(1)
        self._pass()
        self._wait_for(ids, "sent")
        self.kannel.phone_sends(NUMBER, "Stop!")
        wait_until(self._is_stopped, "the number is on the blacklist")
        self.assertEqual(self._replies(), [(NUMBER, "Stop!", "stop")])
        self._pass()
        got = self.kannel.operator.wait_for(2)
        self.assertIn("START", got[1].text)
        self.kannel.phone_sends(NUMBER, "START")
        wait_until(lambda: not self._is_stopped(), "the number is off the blacklist")
        self._pass()
        got = self.kannel.operator.wait_for(3)
        self.assertIn("STOP", got[2].text)

    def test_what_a_phone_writes_comes_in_its_letters(self):
        texts = ["Zapłacę jutro – ok?", "გადავიხდი ხვალ", "จะจ่ายพรุ่งนี้ 😀"]
        for count, text in enumerate(texts, 1):
            self.kannel.phone_sends(NUMBER, text)
            wait_until(lambda count=count: len(self._replies()) == count, text)
        self.assertEqual([text for _n, text, _kind in self._replies()], texts)
        self._pass()
        self.assertEqual(self.kannel.operator.messages(), [])

    # -- outages ---------------------------------------------------------------------

    def test_with_a_wrong_password_messages_wait_until_it_is_mended(self):
        self._change(password="horse-battery")
        ids = self._queue(3)
        self._pass()
        self._time_passes(ids)
        self._pass()
        self.assertEqual(self._states(ids), ["outgoing"] * 3)
        self.assertIn("password", self.assertGatewayRests("Authorization failed"))
        self.assertEqual(self.kannel.operator.messages(), [])
        self._change(password=PASSWORD)
        self._pass()
        self._wait_for(ids, *["sent"] * 3)
        self.assertOnceAtTheOperator(["Hello"] * 3)
        self.assertGatewayIsFine()

    def test_messages_wait_for_a_stopped_smsbox(self):
        self._outage(self.kannel.smsbox)

    def test_messages_wait_for_a_stopped_bearerbox(self):
        self._outage(self.kannel.bearerbox)

    def _outage(self, process):
        ids = self._queue(3)
        process.stop()
        for _pass in range(2):
            self._pass()
            self.assertEqual(self._states(ids), ["outgoing"] * 3)
        self.assertGatewayRests("could not connect")
        self._time_passes(ids)
        self._pass()
        self.assertEqual(self._states(ids), ["outgoing"] * 3)
        self.kannel.start()
        self._time_passes(ids)
        self._pass()
        self._wait_for(ids, *["sent"] * 3)
        self._time_passes(ids)
        self._pass()
        self.assertOnceAtTheOperator(["Hello"] * 3)
        self.assertGatewayIsFine()

    def test_what_a_dying_bearerbox_was_given_is_in_doubt(self):
        ids = self._queue(1)
        self.kannel.bearerbox.freeze()
        # smsbox has taken the message, and waits for bearerbox with its answer
        power_failure = Thread(target=self._kill_once_it_is_handed_over)
        power_failure.start()
        self._pass()
        power_failure.join()
        self.assertEqual(self._states(ids), ["unconfirmed"])
        self.kannel.start()
        for _pass in range(2):
            self._time_passes(ids)
            self._pass()
        self.assertEqual(self._states(ids), ["unconfirmed"])
        later = self._texts(["Nothing before me"])
        self._pass()
        self._wait_for(later, "sent")
        self.assertOnceAtTheOperator(["Nothing before me"])

    def _kill_once_it_is_handed_over(self):
        handed_over = f"to:<{NUMBER}>".encode()
        wait_until(
            lambda: handed_over in self.kannel.contents("smsbox.log"), "hand-over"
        )
        self.kannel.kill()
