from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import opt_out
from ...tools.opt_out import wish

always = settings(max_examples=300, deadline=None, derandomize=True, database=None)

STOPS = """
STOP
stop.
“Stop!”
 s t o p
S.T.O.P.
Stop stop STOP stop
STOP 🛑
ＳＴＯＰ
stop please
Please stop
Stop it
STOP SMS
stop all messages
no sms
No more texts, please
unsubscribe me
Cancel
Wypisz mnie
WYPISZ
rezygnuję
Proszę nie wysyłać
nie chcę sms
ΣΤΟΠ
στοπ
Στοπ παρακαλώ
Διαγραφή
ΔΙΑΓΡΑΦΗ
διακοπή
Όχι SMS
სტოპ
NOSMS
No SMS
გაუქმება
არ მინდა სმს
หยุด
หยุดค่ะ
หยุดส่ง SMS
ไม่ต้องการรับ
Abmelden
keine SMS bitte
Arrêt
désabonner
BAJA
СТОП
стоп пожалуйста
отписаться
Відписатися
відмова
odhlásit
zrušit
İPTAL
iptal
odjava
leiratkozás
"""
STARTS = """
START
start!
Start please
UNSTOP
wznów
ΣΤΑΡΤ
Έναρξη
სტარტი
เริ่ม
เริ่มค่ะ
Anmelden
ALTA
Старт
підписатися
"""
NEITHERS = """
I will stop by tomorrow
please don't stop sending
Don't stop
Non stop
Stop lying please
Stop the car
Stop or I call the police
This stop
The last stop
nonstop
start stop
Start on Monday
I cancel my order
No
ok
please
sms
Thank you
Nie
Zatrzymaj maszynę
Καλημέρα
მე არ მინდა
შეწყვიტეთ მიწოდება
ผมไม่หยุด
когда старт?
1
"""


def lines(text):
    return [line for line in text.split("\n") if line]


@tagged("post_install", "-at_install")
class TestOptOut(BaseCase):
    def assert_wish(self, texts, expected):
        for text in lines(texts):
            with self.subTest(text):
                self.assertEqual(wish(text), expected)

    def test_who_wants_no_more(self):
        self.assert_wish(STOPS, "stop")

    def test_who_wants_more_again(self):
        self.assert_wish(STARTS, "start")

    def test_who_says_something_else(self):
        self.assert_wish(NEITHERS, None)
        for text in ("", None, " \n", "…", "STOP " * 40):
            with self.subTest(text):
                self.assertIsNone(wish(text))

    def test_greek_letters_of_a_phone_that_has_capitals_alone(self):
        # GSM-7 has Σ and Π; the others are sent as their Latin twins
        self.assertEqual(wish("\u03a3TO\u03a0"), "stop")
        self.assertEqual(wish("\u0394IA\u0393PA\u03a6H"), "stop")

    def test_what_nobody_sees_is_not_read(self):
        self.assertEqual(wish("\u200eST\u200bOP\u00a0\ufeff"), "stop")

    def test_georgian_and_accents_in_capitals(self):
        self.assertEqual(wish("სტოპ".upper()), "stop")
        self.assertEqual(wish("ARRE\u0302T"), "stop")

    def test_no_word_is_both(self):
        (_stop, _words, stop), (_start, _words, start) = opt_out._WISHES
        self.assertFalse(stop & start)
        self.assertFalse((stop | start) & opt_out._AFTER)

    @always
    @given(st.text(max_size=100))
    def test_whatever_a_phone_sends(self, text):
        self.assertIn(wish(text), ("stop", "start", None))

    @always
    @given(st.text(st.sampled_from("sStToOpP .!\u0301\u200bστοπ\ud83d"), max_size=12))
    def test_what_looks_like_stop(self, text):
        self.assertIn(wish(text), ("stop", None))

    @always
    @given(st.sampled_from(lines(STOPS)), st.text(" .,!?\n", max_size=5))
    def test_punctuation_changes_nothing(self, text, more):
        self.assertEqual(wish(more + text.upper() + more), "stop")
