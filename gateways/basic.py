"""Providers that are shown a user name and a password in HTTP's own way."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

from .web import Answer, PooledGateway


class BasicAuthGateway(PooledGateway):
    """Basic authentication, in UTF-8 whatever letters they have (RFC 7617)."""

    def authenticate(self, request):
        request.headers["Authorization"] = f"Basic {self._token()}"
        return request

    def words(self, answer: Answer) -> str:
        # before it is cut, so that no half of a secret is left
        return super().words(replace(answer, text=self.without_secrets(answer.text)))

    def without_secrets(self, words: str) -> str:
        """:return: ``words`` for everybody, also where a provider quotes our header"""
        return self.account.without_secrets(words.replace(self._token(), "•••"))

    def _token(self):
        credentials = f"{self.account.username}:{self.account.password}"
        return b64encode(credentials.encode()).decode()
