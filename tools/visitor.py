"""Who asks for a page: a person, or a program that looks ahead; and from where."""

import ipaddress
import re

# previews in chats, search engines, scripts; a Cubot is a phone
ROBOTS = re.compile(
    r"whatsapp|facebookexternalhit|facebot|telegram|slackbot|skypeuripreview|viber"
    r"|page-?renderer|(?<!cu)bot|crawl|spider|preview|curl|wget|python"
    r"|okhttp|go-http|java/|libwww|httpclient",
    re.IGNORECASE,
)
# headers in which browsers say that nobody looks at the page yet
AHEAD_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)


def is_robot(user_agent):
    """Whether a program asks, by what it calls itself; one without a name is one."""
    return not (user_agent or "").strip() or bool(ROBOTS.search(user_agent))


def looks_ahead(headers):
    """Whether a browser loads the page before anybody has asked for it."""
    return any(AHEAD.search(headers.get(name) or "") for name in AHEAD_HEADERS)


def address_of(peer, forwarded):
    """The address of a visitor.

    :param str peer: who is connected; a proxy near by, maybe
    :param str forwarded: ``X-Forwarded-For``; its last entry is the one that the proxy
        has written, what stands before it can be anything
    """
    last = _parsed((forwarded or "").rpartition(",")[2])
    near = _parsed(peer)
    if last and near and _is_near(near):
        return str(last)
    return str(near or peer or "")


def is_near(address):
    """Whether an address is one of this network: that of a proxy, maybe, which does not
    say for whom it asks."""
    ip = _parsed(address)
    return not ip or _is_near(ip)


def _is_near(ip):
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_loopback or ip.is_private or ip.is_link_local


def _parsed(text):
    """An address of what may have a port, or brackets, with it; None if it is none."""
    text = (text or "").strip()
    if match := re.fullmatch(r"\[([^\]]+)\](:\d+)?|(\d+(?:\.\d+){3}):\d+", text):
        text = match[1] or match[3]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
