"""What ``bench/ledger.py`` does inside Odoo."""

import time
from datetime import timedelta
from statistics import median

from books import ids

from odoo import fields

NAMES = ("queued_at", "number", "segments", "cost", "state", "explanation", "is_test")
NAMED = {"fields": {"display_name": {}}}
SPEC = {name: {} for name in NAMES} | {"partner_id": NAMED, "move_id": NAMED}
OLD_NOTES = 3_000


def fill(env, messages):
    """A year's messages, in the order of time, about the invoices of the books."""
    cr, moves = env.cr, ids(env)
    company = env.ref("base.main_company")
    gateway = env["sms.gateway"].search([], limit=1)
    # their references are those of the books: nothing to be checked row by row
    cr.execute("SET session_replication_role = replica")
    cr.execute(
        """
        INSERT INTO sms_sms (
            uuid, number, state, body, company_id, partner_id, move_id, res_model,
            res_id, user_id, gateway_id, currency_id, segments, price, cost, encoding,
            provider_id, queued_at, sent_at, delivered_at, handed_over_at, charged_on,
            attempts, create_date, write_date, create_uid, write_uid)
        SELECT md5('ledger' || n), '+' || (48601000000 + n %% 99000000),
               CASE WHEN n %% 50 = 0 THEN 'error' WHEN n %% 200 = 1 THEN 'canceled'
                    WHEN n %% 97 = 0 THEN 'pending' ELSE 'sent' END,
               'Drukarnia: invoice INV/2026/' || n || ' of 100.00 PLN is overdue. '
               'See it at https://pay.example.com/s/' || left(md5(n::text), 12),
               %(company)s, move.partner_id, move.id, 'account.move', move.id, 2,
               %(gateway)s, %(currency)s, 1 + n %% 2, 0.16, 0.16, 'GSM-7', 'p' || n,
               queued.at, queued.at + interval '5 s', queued.at + interval '20 s',
               queued.at + interval '4 s', queued.at::date, 1, queued.at, queued.at,
               1, 1
          FROM generate_series(1, %(messages)s) n
          JOIN account_move move ON move.id = %(first)s + n %% %(moves)s
    CROSS JOIN LATERAL (
                   SELECT %(now)s::timestamp - interval '366 days'
                          + n * (interval '365 days' / %(messages)s) AS at
               ) queued
      ORDER BY n
        """,
        {
            "company": company.id,
            "gateway": gateway.id,
            "currency": gateway.currency_id.id or company.currency_id.id,
            "messages": messages,
            "first": moves[0],
            "moves": len(moves),
            "now": fields.Datetime.now(),
        },
    )
    _note_the_oldest(cr)
    cr.execute("SET session_replication_role = DEFAULT")
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute("VACUUM ANALYZE sms_sms")
    cr._cnx.autocommit = False
    return messages


def _note_the_oldest(cr):
    """They stand in the chatter, which the retention job cleans as well."""
    cr.execute(
        """
        WITH oldest AS (
            SELECT id, move_id, body, queued_at FROM sms_sms
          ORDER BY queued_at LIMIT %s
        ), noted AS (
            INSERT INTO mail_message (model, res_id, body, date, message_type,
                                      subject)
            SELECT 'account.move', move_id, body, queued_at, 'sms', id::text
              FROM oldest
         RETURNING id, subject::int AS sms_id
        )
        UPDATE sms_sms SET mail_message_id = noted.id
          FROM noted WHERE noted.sms_id = sms_sms.id
        """,
        [OLD_NOTES],
    )


def sum_up(env):
    """The first night after an upgrade; then nights are short."""
    begin = time.perf_counter()
    while env["sms.day"]._sum_up()[1]:
        env.cr.commit()
    env.cr.commit()
    return time.perf_counter() - begin


def measure(env, rounds=5):
    """:return: ``{what: (milliseconds, queries)}``, medians"""
    user = env.ref("base.user_admin")
    user.group_ids |= env.ref("sms_organizer.group_sms_administer")
    env["ir.config_parameter"].set_param("sms_organizer.retention_days", "90")
    env.cr.commit()
    mine = env(user=user.id, context={"allowed_company_ids": user.company_ids.ids})
    ledger, analysis = mine["sms.sms"], mine["sms.analysis"]
    customer = env["account.move"].browse(ids(env, 1)).partner_id

    def page(domain=(), order=None):
        return lambda: ledger.web_search_read(
            list(domain), SPEC, limit=80, order=order, count_limit=10_001
        )

    def pivot():
        analysis.formatted_read_grouping_sets(
            [],
            [["day:month", "currency_id"], ["day:month"], []],
            ["messages:sum", "segments:sum", "cost:sum"],
        )

    works = {
        "list": page(),
        "list, by date": page(order="queued_at desc"),
        "list, by status": page(order="state"),
        "failed": page([("state", "=", "error")]),
        "waiting": page([("state", "in", ("outgoing", "process"))]),
        "of a customer": page([("partner_id", "child_of", customer.id)]),
        "by the end of a number": page([("number_ending", "ilike", "601 012 345")]),
        "pivot by month": pivot,
        "retention, 1,000 messages": env["sms.sms"]._gc_personal_data,
    }
    return {name: _time(env, work, rounds) for name, work in works.items()}


def _time(env, work, rounds):
    taken = []
    for _round in range(rounds + 1):
        env.invalidate_all()
        env.cr.commit()
        queries, begin = env.cr.sql_log_count, time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
        queries = env.cr.sql_log_count - queries
    return median(taken[1:]) * 1000, queries


def outbox(env, messages=2_000):
    """:return: messages a second through the sandbox, and how the claim is planned"""
    company = env.ref("base.main_company")
    # the sandbox takes tests of all apps
    env["sms.gateway"].search([("provider", "=", "sandbox")]).handles = "all"
    ledger = env["sms.sms"].with_context(organizer_now=None)
    ledger.create(
        [
            {
                "number": f"+486020{number:05}",
                "body": "Waiting",
                "company_id": company.id,
                "is_test": True,
                "queued_at": fields.Datetime.now() - timedelta(minutes=1),
            }
            for number in range(messages)
        ]
    )
    env.cr.commit()
    way = ledger._ways()[0]
    waiting = ledger._search(way.domain, order="id", limit=500).select()
    env.cr.execute(
        "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
        + waiting.code
        + " FOR UPDATE SKIP LOCKED",
        waiting.params,
    )
    plan = [line for (line,) in env.cr.fetchall()]
    env.cr.commit()
    begin = time.perf_counter()
    ledger._process_queue()
    env.cr.commit()
    seconds = time.perf_counter() - begin
    left = ledger.search_count([("state", "=", "outgoing")])
    return {"speed": (messages - left) / seconds, "plan": plan}
