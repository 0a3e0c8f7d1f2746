"""What our own side has to say of a sending. ``models/sms_words.py`` translates it; all
else that a person reads as a reason are the provider's own words."""

NO_CONNECTION = "could not connect"
UNKNOWN_HOST = "there is no such address"
NO_SECURE_CONNECTION = "no secure connection: see whether it is http or https"
LOCAL_ADDRESS = (
    "the address is inside the network: tick “Local network” if it is meant to be"
)
NO_REQUEST = "no request could be made with this address, user name and password"
NOT_DESCRIBED = "the request is not described as it should be: see the gateway"
REDIRECTED = "it redirects elsewhere: the address is another one"
WEB_PAGE = "a web page answers there: see whether it is the address for programs"
NONSENSE = "its answer makes no sense"
NO_ANSWER = "no answer in time"
NO_TIME = "the provider is too slow: there was no time left for it"
BROKE_OFF = "the connection broke off"
PARTLY_TAKEN = "only some of its parts were taken: a piece of it may arrive"
NOT_DELIVERED = "not delivered"
REFUSED_BY_OPERATOR = "refused by the operator"
NOT_KNOWN_THERE = "the provider does not know it"
NO_BALANCE = "the provider does not say what is left"
NO_SUCH_NUMBER = "Sandbox: numbers ending in 00 do not exist."

ALL = (
    NO_CONNECTION,
    UNKNOWN_HOST,
    NO_SECURE_CONNECTION,
    LOCAL_ADDRESS,
    NO_REQUEST,
    NOT_DESCRIBED,
    REDIRECTED,
    WEB_PAGE,
    NONSENSE,
    NO_ANSWER,
    NO_TIME,
    BROKE_OFF,
    PARTLY_TAKEN,
    NOT_DELIVERED,
    REFUSED_BY_OPERATOR,
    NOT_KNOWN_THERE,
    NO_BALANCE,
    NO_SUCH_NUMBER,
)
