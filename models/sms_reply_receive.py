import hashlib
import json
import logging
import re
from datetime import timedelta
from unicodedata import category

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS
from odoo.tools import SQL

from ..gateways.base import Forged
from ..tools import gsm, opt_out

_logger = logging.getLogger(__name__)

MAX_TEXT = 2000
MAX_NUMBER = 64
PROVIDER_ID = re.compile(r"[!-~]{1,100}")

# For how long the same text is the same message, where the provider says neither when
# it was sent nor gives it an id.
REPEATED_WITHIN = timedelta(minutes=10)
# A time before that, or in the future, is none.
OLDEST = timedelta(days=30)


class SmsReply(models.Model):
    """How replies come in: twice, several in one call, out of order, forged."""

    _inherit = "sms.reply"

    @api.model
    def _receive_replies(self, gateway, callback, secret):
        """Take in a request of a provider.

        :param gateway: ``sms.gateway``, maybe one that is not there
        :param callback: :class:`..gateways.base.Callback`
        :param str secret: that came with it
        :return: whether it came from the provider
        """
        gateway = gateway.exists()
        if not gateway:
            return False
        try:
            if not gateway._takes_callback("reply", secret):
                raise Forged("secret")
            adapter = gateway._adapter(gateway.company_id, False)
            replies = adapter.parse_replies(callback)
        except Forged:
            gateway._count_refused_report()
            return False
        # superuser: what is said and done is OdooBot's, not that of a public visitor
        self.with_user(SUPERUSER_ID)._take_in(gateway, replies)
        return True

    @api.model
    def _take_in(self, gateway, replies):
        """
        :param list replies: :class:`..gateways.base.Reply`
        :return: those that are new
        """
        told = {}
        known = self._known_keys(gateway, replies)
        for reply in replies:
            keys = self._provider_keys(reply)
            if not known.intersection(keys):
                told.setdefault(keys[0], reply)
        kept = self._keep(gateway, told)
        new = self.union(*kept.values())
        new._find_out(gateway)
        answered = [record.id for key, record in kept.items() if told[key].is_answered]
        for record in new.sorted(lambda one: (one.received_at, one.id)):
            record._act(is_answered=record.id in answered)
        return new

    # -- once ------------------------------------------------------------------------

    @api.model
    def _provider_keys(self, reply):
        """:return: what it is known by, and what else it may be known by already"""
        if PROVIDER_ID.fullmatch(reply.provider_id):
            return [reply.provider_id]
        if reply.provider_id:
            return [digest(reply.provider_id)]
        said = (reply.number, reply.to, reply.text)
        if reply.at:
            return [digest(*said, str(reply.at))]
        slot = int(fields.Datetime.now().timestamp() / REPEATED_WITHIN.total_seconds())
        return [digest(*said, slot), digest(*said, slot - 1)]

    @api.model
    def _known_keys(self, gateway, replies):
        keys = [key for reply in replies for key in self._provider_keys(reply)]
        earlier = {key for reply in replies for key in self._provider_keys(reply)[1:]}
        known = self.search_fetch(
            [("gateway_id", "=", gateway.id), ("provider_key", "in", keys)],
            ["provider_key", "create_date"],
        )
        recently = fields.Datetime.now() - REPEATED_WITHIN
        return {
            one.provider_key
            for one in known
            if one.provider_key not in earlier or one.create_date > recently
        }

    @api.model
    def _keep(self, gateway, told):
        """Write down what is new, whatever other processes do meanwhile.

        :param dict told: key → :class:`..gateways.base.Reply`
        :return: key → ``sms.reply``
        :raise SerializationFailure: when another process has just written one of them
        """
        if not told:
            return {}
        texts = [cleaned(reply.text)[:MAX_TEXT] for reply in told.values()]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sms_reply (gateway_id, company_id, provider_key, number,
                                       text, received_at, kind, create_uid, create_date,
                                       write_uid, write_date)
                     SELECT %(gateway)s, %(company)s, told.*,
                            %(user)s, %(now)s, %(user)s, %(now)s
                       FROM unnest(%(keys)s::text[], %(numbers)s::text[],
                                   %(texts)s::text[], %(moments)s::timestamp[],
                                   %(kinds)s::text[]) AS told
                ON CONFLICT (gateway_id, provider_key) DO NOTHING
                  RETURNING provider_key, id
                """,
                gateway=gateway.id,
                company=gateway.company_id.id or None,
                keys=list(told),
                numbers=[cleaned(reply.number)[:MAX_NUMBER] for reply in told.values()],
                texts=texts,
                moments=[self._moment(reply) for reply in told.values()],
                kinds=[opt_out.wish(text) or "other" for text in texts],
                user=self.env.uid,
                now=fields.Datetime.now(),
            ),
            log_exceptions=False,
        )
        return {key: self.browse(id_) for key, id_ in self.env.cr.fetchall()}

    @api.model
    def _moment(self, reply):
        """When it was sent, naive UTC; now, where the provider's clock cannot be."""
        now = fields.Datetime.now()
        is_sane = reply.at and now - OLDEST < reply.at <= now
        return reply.at.replace(microsecond=0) if is_sane else now

    # -- what is done about it -------------------------------------------------------

    def _act(self, is_answered):
        """
        :param bool is_answered: whether the provider itself has answered it
        """
        reply = self._for_company()
        words, has_changed = reply._obey()
        reply._despite_trouble(lambda: reply._show(words, has_changed))
        if has_changed:
            words += reply._despite_trouble(lambda: reply._confirm(is_answered)) or []
        if not self.partner_id:
            words += [reply.env._("Nobody is known by this number.")]
        self.outcome = " ".join(words)

    def _for_company(self):
        """In the company's name and words."""
        company = self.company_id or self.partner_id.company_id or self.env.company
        return self.with_company(company).with_context(
            lang=self._language(company.partner_id)
        )

    def _despite_trouble(self, step):
        """What a customer asked for is done, whatever becomes of telling about it.

        :return: what the step returns; None when it failed
        """
        try:
            with self.env.cr.savepoint():
                return step()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.exception("SMS reply %s is not told about", self.id)
            return None


def cleaned(text):
    """What the database takes: neither controls nor halves of characters."""
    return "".join(
        char
        for char in gsm.join_surrogates(text or "")
        if char in "\n\t" or category(char) not in ("Cc", "Cs")
    ).strip()


def digest(*parts):
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
