from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from .account_move_reminder import SENDERS

# in the order of what wants a person's care, which lists are sorted by
DELIVERIES = [
    ("no_number", "No number"),
    ("failed", "Failed"),
    ("in_doubt", "In doubt"),
    ("opted_out", "Opted out"),
    ("cancelled", "Cancelled"),
    ("not_sent", "Not sent"),
    ("test", "Test"),
    ("waiting", "Waiting"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("opened", "Opened"),
]
# by the state of the last message in the ledger
DELIVERY_OF_STATE = {
    "outgoing": "waiting",
    "process": "waiting",
    "pending": "sent",
    "sent": "delivered",
    "unconfirmed": "in_doubt",
    "error": "failed",
    "canceled": "cancelled",
}
# which the gateway has, and whose link can have been opened by the customer: unless it
# was a test
MAY_BE_OPENED = ("pending", "sent", "unconfirmed")
# nobody was told by SMS, as far as is known
UNTOLD = ("no_number", "opted_out", "not_sent", "failed", "cancelled")


class AccountMove(models.Model):
    """What became of the last SMS about an invoice.

    It is said by one SQL expression, which reads no more of the ledger than that
    message: lists sort, group and filter by it, and a page is computed by it at once.
    It is not stored: the outbox must not write where people edit invoices.
    """

    _inherit = "account.move"

    sms_delivery = fields.Selection(
        DELIVERIES,
        "SMS state",
        compute="_compute_sms_delivery",
        search="_search_sms_delivery",
        groups=SENDERS,
        help="What became of the last SMS about this document. Opened: the customer "
        "has opened its link. Test: it reached nobody, or another number instead.",
    )
    sms_last_id = fields.Many2one(
        "sms.sms", "Last message", compute="_compute_sms_delivery", groups=SENDERS
    )
    sms_delivery_at = fields.Datetime(
        "SMS: when", compute="_compute_sms_delivery", groups=SENDERS
    )
    sms_delivery_words = fields.Char(
        "SMS: why", compute="_compute_sms_delivery", groups=SENDERS
    )
    sms_status = fields.Selection(
        selection=lambda self: self.env["sms.sms"]._fields["state"].selection,
        string="Last SMS",
        compute="_compute_sms_status",
        groups=SENDERS,
        help="What became of the last SMS about this document.",
    )
    sms_status_words = fields.Char(
        "Last SMS: when or why", compute="_compute_sms_status", groups=SENDERS
    )

    # -- SQL -------------------------------------------------------------------------

    def _field_to_sql(self, alias, fname, query=None):
        # EXTENDS 'base': sorted and grouped by, although it is not stored
        if fname == "sms_delivery":
            self._check_field_access(self._fields[fname], "read")
            return self._sms_delivery_sql(alias)
        return super()._field_to_sql(alias, fname, query)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        # EXTENDS 'base': in the order of the states, not of the alphabet
        if field_name == "sms_delivery":
            state = self._field_to_sql(alias, field_name, query)
            return SQL("%s %s %s", self._delivery_rank(state), direction, nulls)
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def _read_group_orderby(self, order, groupby_terms, query):
        # EXTENDS 'base': as above
        if "sms_delivery" not in groupby_terms:
            return super()._read_group_orderby(order, groupby_terms, query)
        state = groupby_terms["sms_delivery"]
        groupby_terms["sms_delivery"] = self._delivery_rank(state)
        result = super()._read_group_orderby(order, groupby_terms, query)
        groupby_terms["sms_delivery"] = state
        return result

    def _delivery_rank(self, state):
        codes = [code for code, _label in DELIVERIES]
        return SQL("array_position(%s::varchar[], %s)", codes, state)

    def _sms_delivery_sql(self, alias):
        """The state of an invoice's row, as a value of :data:`DELIVERIES`."""
        return SQL(
            "COALESCE((%s), %s)",
            self._last_sms_sql(alias, self._state_of_sms_sql(alias)),
            self._untold_sql(alias, "not_sent"),
        )

    def _untold_sql(self, alias, state):
        """
        :param str state: of those that have a number which may be written to
        """
        return SQL(
            "CASE WHEN COALESCE(%(phone)s, '') = '' THEN 'no_number'::varchar "
            "WHEN %(stopped)s THEN 'opted_out' ELSE %(state)s END",
            state=state,
            phone=SQL.identifier(
                alias, "sms_phone", to_flush=self._column("sms_phone")
            ),
            stopped=self._stopped_sql(alias),
        )

    def _column(self, name, model=None):
        return self.env[model or self._name]._fields[name]

    def _last_sms_sql(self, alias, what):
        """Something of the last SMS about an invoice's row; the index
        ``sms_sms__last_of_move_idx`` finds it.

        :param SQL what: of the tables ``sms`` and ``link``
        """
        return SQL(
            """
            SELECT %(what)s
              FROM sms_sms sms
         LEFT JOIN organizer_link link ON link.id = %(link)s
             WHERE %(move)s = %(row)s
          ORDER BY sms.id DESC
             LIMIT 1
            """,
            what=what,
            link=self._sms_column("link_id"),
            move=self._sms_column("move_id"),
            row=SQL.identifier(alias, "id"),
        )

    def _sms_column(self, name):
        field = self._column(name, "sms.sms")
        return SQL.identifier("sms", name, to_flush=field)

    def _state_of_sms_sql(self, alias):
        cases = (
            SQL("WHEN %s THEN %s", state, delivery)
            for state, delivery in DELIVERY_OF_STATE.items()
        )
        opened = self._column("opened_last_on", "organizer.link")
        return SQL(
            "CASE WHEN %(test)s AND %(state)s IN %(may)s THEN %(untold)s "
            "WHEN %(opened)s IS NOT NULL AND %(state)s IN %(may)s THEN 'opened' "
            "ELSE CASE %(state)s %(cases)s END END",
            test=self._is_test_sql(),
            untold=self._untold_sql(alias, "test"),
            opened=SQL.identifier("link", "opened_last_on", to_flush=opened),
            state=self._sms_column("state"),
            may=MAY_BE_OPENED,
            cases=SQL(" ").join(cases),
        )

    def _is_test_sql(self):
        """Whether the customer got nothing of a message, wherever it went."""
        return SQL(
            "(COALESCE(%s, FALSE) OR COALESCE(%s, '') <> '')",
            self._sms_column("is_test"),
            self._sms_column("redirected_to"),
        )

    def _stopped_sql(self, alias):
        active = self._column("active", "phone.blacklist")
        number = self._column("number", "phone.blacklist")
        return SQL(
            "EXISTS (SELECT FROM phone_blacklist stopped WHERE %s AND %s = %s)",
            SQL.identifier("stopped", "active", to_flush=active),
            SQL.identifier("stopped", "number", to_flush=number),
            SQL.identifier(alias, "sms_phone"),
        )

    # -- computed --------------------------------------------------------------------

    @api.depends(
        "sms_phone",
        "sms_ids.state",
        "sms_ids.is_test",
        "sms_ids.redirected_to",
        "sms_ids.failure_reason",
        "sms_ids.link_id.opened_last_on",
    )
    @api.depends_context("lang", "tz")
    def _compute_sms_delivery(self):
        """By three queries, whatever the number of invoices."""
        found = self._origin._sms_deliveries()
        # sudo: what became of the message about an invoice that the user may read
        messages = self.env["sms.sms"].sudo()
        messages = messages.browse([last for _state, last in found.values() if last])
        for move in self:
            state, last = found.get(move._origin.id, ("no_number", False))
            sms = messages.browse(last).with_prefetch(messages.ids)
            move.sms_delivery = state
            move.sms_last_id = sms.sudo(False)
            move.sms_delivery_at = sms._delivery_at(state)
            move.sms_delivery_words = sms._delivery_words(state)

    def _sms_deliveries(self):
        """``{id: (state, id of the last SMS or None)}``; one query"""
        if not self:
            return {}
        rows = self.env.execute_query(
            SQL(
                "SELECT move.id, %s, (%s) FROM account_move move WHERE move.id IN %s",
                self._sms_delivery_sql("move"),
                self._last_sms_sql("move", SQL("sms.id")),
                tuple(self.ids),
            )
        )
        return {move_id: (state, last) for move_id, state, last in rows}

    @api.depends("sms_last_id")
    @api.depends_context("lang", "tz")
    def _compute_sms_status(self):
        for move in self:
            sms = move.sms_last_id.sudo()  # sudo: as above
            move.sms_status = sms.state
            move.sms_status_words = sms._status_words()

    # -- searched --------------------------------------------------------------------

    def _search_sms_delivery(self, operator, value):
        if operator != "in":
            return NotImplemented
        states = tuple(state for state in value if state)
        if not states:
            return Domain.FALSE  # every invoice has a state

        def to_sql(model, alias, query):
            state = model._field_to_sql(alias, "sms_delivery", query)
            return SQL("%s IN %s", state, states)

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _sms_to_send(self):
        """The invoices that nobody was told of by SMS and can be: a domain. Those that
        failed are among them once they have another number, or failed as a test and
        now it is in earnest."""
        return self._in_sms_states(("not_sent",)) | self._sms_to_retry()

    @api.model
    def _sms_untold(self):
        """The invoices that nobody was told of by SMS, as far as is known: a domain."""
        return self._in_sms_states(UNTOLD)

    def _in_sms_states(self, states):
        """Those in these states, of the user's companies; and those that were told by a
        test alone, where what is sent now reaches people: a test is not followed by the
        same test."""
        live = self._companies_that_reach_people()
        return Domain.OR(
            Domain("company_id", "in", some.ids) & Domain("sms_delivery", "in", wanted)
            for some, wanted in (
                (live, (*states, "test")),
                (self.env.companies - live, states),
            )
            if some
        )

    def _companies_that_reach_people(self):
        return self.env.companies.filtered(self.env["sms.gateway"]._reaches_people)

    def _is_outlived_test_sql(self, alias):
        """Whether a message was a test, and the next one reaches people."""
        return SQL(
            "(%s AND %s = ANY(%s))",
            self._is_test_sql(),
            SQL.identifier(alias, "company_id", to_flush=self._column("company_id")),
            self._companies_that_reach_people().ids,
        )

    @api.model
    def _sms_to_retry(self):
        def to_sql(model, alias, query):
            phone = model._field_to_sql(alias, "sms_phone", query)
            # a number that was made anonymous, or was none, tells nothing
            failed = SQL(
                "%s = 'error' AND %s ~ '^[+][0-9]+$' AND (sms.number <> %s OR %s)",
                model._sms_column("state"),
                model._sms_column("number"),
                phone,
                model._is_outlived_test_sql(alias),
            )
            return SQL(
                "COALESCE(%s <> '' AND (%s) AND NOT %s, FALSE)",
                phone,
                model._last_sms_sql(alias, failed),
                model._stopped_sql(alias),
            )

        return Domain.custom(to_sql=to_sql)

    def _to_retry(self):
        """Those of self whose message failed at another number than they have now."""
        return self.search(Domain("id", "in", self.ids) & self._sms_to_retry())


class SmsSms(models.Model):
    """A message as the list of invoices shows it."""

    _inherit = "sms.sms"

    # the last message of an invoice comes first
    _last_of_move_idx = models.Index("(move_id, id DESC) WHERE move_id IS NOT NULL")

    def _delivery_at(self, delivery):
        """When it came to be so, UTC, or False.

        :param str delivery: a value of ``account.move.sms_delivery``
        """
        times = {
            "sent": self.sent_at,
            "delivered": self.delivered_at,
            "opened": self.link_id.opened_last_on,
            "in_doubt": self.handed_over_at,
        }
        return times.get(delivery) or False

    def _delivery_words(self, delivery):
        """Why it failed or waits, or what is to be known of one that was sent.

        :param str delivery: as above
        """
        opened = delivery == "opened" and self._how_often_opened()
        return ". ".join(filter(None, [opened, self._remark()])) or False

    def _how_often_opened(self):
        link = self.link_id
        if not link.opened_count or link.opened_count < 2:
            return False
        return self.env._(
            "%(count)s times, first on %(first)s",
            count=link.opened_count,
            first=format_datetime(self.env, link.opened_first_on, dt_format="short"),
        )

    def _remark(self):
        if self.state in MAY_BE_OPENED and self.is_test:
            return self.env._("A test: it reached nobody")
        if self.state in MAY_BE_OPENED and self.redirected_to:
            return self.env._(
                "To %s instead: the customer did not get it", self.redirected_to
            )
        return self._failure_words()
