"""Read whether an SMS asks for no more of them, or for more. Pure functions.

Only a message that says nothing else counts: who writes "I will stop by tomorrow" wants
an answer, and gets it from a person. Capitals or not, with or without accents, with
dots between the letters, in look-alike letters of another alphabet (a Greek phone sends
ΣΤΟΠ with a Latin T and O): it is the same.

What is missed costs a person a look at it; what is taken for STOP by mistake, a
customer who gets no reminders. So words that may as well be about an order or a debt
("no", "enough", "I don't want") are not among these.
"""

import re
from unicodedata import category, normalize

STOP, START = "stop", "start"

# A message that asks for one or the other is short.
MAX_LENGTH = 80
MAX_WORDS = 3

# Also beside one or two words of those below: "Please stop", "Stop SMS now".
STOP_WORDS = """
    stop stopp stopall unsubscribe
    стоп στοπ სტოპ სტოპი ստոպ หยุด
    wypisz abmelden abbestellen desabonner desinscrire odhlasit odhlaste
    відписатися отписаться διαγραφη απεγγραφη
"""
START_WORDS = """
    start unstop старт σταρτ სტარტ სტარტი ստարտ
"""

# All that a message says but for "please", with its blanks left out.
STOP_MESSAGES = """
    nosms smsoff smsstop stoppen nomoresms nomoretexts nomoremessages
    dontsendsms donotsendsms donttext donottext optout optmeout removeme
    cancel end quit revoke

    wypisuje wypisujesie rezygnuje rezygnacja zrezygnuj usunmnie bezsms
    niewysylaj niewysylajcie niewysylac niewysylajsms niechcesms niechcewiecejsms

    διακοπη τελος σταματα σταματηστε οχιsms οχιαλλαsms οχιμηνυματα
    μηνστελνετε μηνστελνετεsms μηνστελνετεμηνυματα μηνμουστελνετε

    გაუქმება გააუქმე გააუქმეთ შეწყვიტე შეწყვიტეთ შეწყვეტა არმინდასმს არმინდაsms
    აღარგამომიგზავნოთ ნუგამომიგზავნით

    ยกเลิกsms ยกเลิกรับsms ยกเลิกการรับ ยกเลิกการรับsms หยุดส่ง หยุดส่งsms หยุดรับ
    เลิกส่ง เลิกรับ ไม่รับ ไม่รับsms ไม่ต้องส่ง ไม่ต้องส่งมา ไม่ต้องส่งsms ไม่ต้องการรับ
    ไม่ต้องการรับsms งดรับ งดส่ง

    ende keinesms keineweiterensms austragen abmeldung
    arret arreter arretez pasdesms plusdesms desabonnement desinscription
    baja parar cancelar nomassms
    pare sair descadastrar cancellami disiscrivimi disiscrizione
    uitschrijven afmelden afmeld avsluta avregistrera peruuta
    odhlaseni odhlasenie zrusit nechcisms nechcemsms
    iptal smsiptal smsistemiyorum
    leiratkozas leiratkozom dezabonare anulare odjava odjavi
    відписка відмова скасувати нетребасмс небільшесмс
    отписка отказ неприсылайте неприсылать нешлитесмс спри отписване
    стій atsisakau atteikties loobun
    הסר הסירו توقف ايقاف إيقاف الغاء إلغاء
"""
START_MESSAGES = """
    startsms smsstart subscribe resubscribe optin optmein smson
    wznow zapiszmnie chcesms aktywuj przywroc
    εναρξη εγγραφη
    დაწყება დაიწყე განახლება მინდასმს მინდაsms
    เริ่ม เริ่มส่ง เริ่มรับ รับsms สมัครรับ สมัครรับsms
    anmelden anmeldung reprendre reabonner
    reanudar iscrivimi prihlasit obnovit
    baslat smsistiyorum feliratkozas feliratkozom abonare
    підписатися відновити подписаться возобновить
    התחל ابدأ
"""

POLITE = """
    please pls plz thanks thank you thx prosze dziekuje παρακαλω ευχαριστω
    bitte danke svp merci por favor gracias obrigado grazie prosim dekuji
    lutfen пожалуйста спасибо будь ласка дякую გთხოვთ გმადლობთ მადლობა
"""
OTHERS = """
    sms smsy smses text texts txt txts message messages msg msgs it all info me now
    sending this these wiadomosci wiadomosc mnie juz teraz μηνυματα μηνυμα τωρα
    nachrichten mich jetzt mensajes mensagens messaggi zpravy spravy mesaj
    смс сообщения меня повідомлення мене სმს შეტყობინება
"""
# said at the end of a Thai sentence, which has no blanks
_THAI_ENDING = re.compile("(?:ครับ|คับ|ค่ะ|คะ|นะ)+$")

_MARKS = re.compile("[\u0300-\u036f]")
# Thai vowels and tones belong to a word; for Python they are no letters
_WORDS = re.compile(r"(?:[^\W_]|[\u0e00-\u0e7f])+")
# letters that no decomposition brings to their plain ones
_PLAIN = str.maketrans("łđøı", "ldoi")
# Greek and Cyrillic letters whose capitals look like a Latin one; in small letters
_TWINS = str.maketrans(
    "αβεζηικμνορτυχ" + "авекмнорстухіѕј",
    "abezhikmnoptyx" + "abekmhopctyxisj",
)


def wish(text):
    """Return "stop", "start", or None where a message asks for neither, or for more."""
    text = text or ""
    if len(text) > MAX_LENGTH:
        return None
    words = _words(text)
    said = "".join(word for word in words if word not in _POLITE)
    said = _THAI_ENDING.sub("", said)
    for asked, asking, messages in _WISHES:
        if said in messages or _asks_first(words, asking):
            return asked
    return None


def _asks_first(words, asking):
    """Whether such a word comes first, and hardly anything after it."""
    words = list(dict.fromkeys(words))
    while words and words[0] in _BEFORE:
        del words[0]
    return bool(
        words
        and len(words) <= MAX_WORDS
        and words[0] in asking
        and asking.union(_AFTER).issuperset(words)
    )


def _words(text):
    """The words of a text, folded."""
    text = _MARKS.sub("", normalize("NFD", normalize("NFKC", text).casefold()))
    # neither joiners nor marks of direction, which nobody sees
    text = "".join(char for char in text if category(char) != "Cf")
    return _WORDS.findall(normalize("NFC", text.translate(_PLAIN).translate(_TWINS)))


def _folded(words):
    return frozenset("".join(_words(word)) for word in words.split())


_POLITE = _folded(POLITE)
_BEFORE = _POLITE | {"sms"}
_AFTER = _POLITE | _folded(OTHERS)
_WISHES = tuple(
    (asked, _folded(words), _folded(words) | _folded(messages))
    for asked, words, messages in (
        (STOP, STOP_WORDS, STOP_MESSAGES),
        (START, START_WORDS, START_MESSAGES),
    )
)
