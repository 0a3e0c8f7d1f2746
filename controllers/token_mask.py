import logging
import re

from ..models.organizer_link import LINK_PATH
from ..models.sms_reply import REPLY_PATH
from ..models.sms_report import REPORT_PATH


class TokenMask(logging.Filter):
    """Keep tokens of links, secrets of callbacks, and what customers write, out of
    Odoo's access log."""

    patterns = [
        re.compile(rf"(?<={LINK_PATH})[^/?#\s]+"),
        re.compile(rf"(?<={REPORT_PATH}/)[^?#\s]+"),
        re.compile(rf"(?<={REPLY_PATH}/)\S+"),
    ]

    def filter(self, record):
        record.msg = self._mask(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._mask, record.args))
        return True

    def _mask(self, part):
        if isinstance(part, str):
            for pattern in self.patterns:
                part = pattern.sub("***", part)
        return part


logging.getLogger("werkzeug").addFilter(TokenMask())
