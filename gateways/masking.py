"""Secrets that a request spells in its own way are kept from people's eyes."""

from __future__ import annotations

import base64
import json
import re
from html import escape
from urllib.parse import quote, quote_plus

from .base import Account

MASK = "•••"


def without_spellings(account: Account, words: str) -> str:
    """As :meth:`Account.without_secrets`, for secrets as a request may spell them too:
    percent-encoded, in JSON, in XML, in Base64."""
    secrets = [account.password, account.username, account.signature_secret]
    spelt = {one for secret in secrets if len(secret) > 3 for one in _spellings(secret)}
    if account.password:
        spelt.add(_base64(f"{account.username}:{account.password}"))
    # the longest first: one may stand within another
    ordered = sorted(spelt, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, ordered)), MASK, words) if ordered else words


def _spellings(secret):
    return {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        escape(secret),
        escape(secret, quote=False),
        _base64(secret),
        _base64(secret).rstrip("="),
        quote(_base64(secret), safe=""),
    }


def _base64(text):
    return base64.b64encode(text.encode()).decode()
