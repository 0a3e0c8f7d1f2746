"""What is measured of this add-on."""

import sys
from statistics import median

import books
from lxml import etree
from meter import Meter, forget_plans
from working import RETRIED, work_until_killed

from odoo.tools.safe_eval import safe_eval

WARM = 20
FIELDS = [
    "partner_id",
    "currency_id",
    "balance",
    "overdue",
    "oldest_due_date",
    "days_overdue",
    "open_invoices",
]


def _compose(env, template, ids, rollback=False):
    """A run, batch by batch, each in a transaction of its own: as a schedule makes it,
    but for its manners, by which a customer gets one message a day."""
    from odoo.addons.sms_organizer.models.organizer_schedule_pass import BATCH

    run = env["organizer.run"]._draft(
        env.company,
        template.basis,
        template.text,
        [],
        channel="sms",
        template_id=template.id,
        state="preparing",
    )
    finish = env.cr.rollback if rollback else env.cr.commit
    for begin in range(0, len(ids), BATCH):
        documents = env["account.move"].browse(ids[begin : begin + BATCH])
        lines = run._add_lines(template._run_lines(documents))
        run._send_lines(lines)
        env.flush_all()
        env.invalidate_all()
        if not rollback:
            finish()
    run._begin(True)
    env.flush_all()
    finish()
    return run


def _template(env, link):
    return env["organizer.template"].search([("name", "=", link or "Bench")])


def _as_admin(env):
    company = env.ref("base.main_company")
    return env(
        user=env.ref("base.user_admin").id,
        context={"allowed_company_ids": company.ids},
    )


def _gateway(env, kind, root, **values):
    env["sms.gateway"].search([]).active = False
    url = root if kind in ("iap", "odoo") else f"{root}/{kind}"
    gateway = env["sms.gateway"].create(
        {
            "name": "Bench",
            "provider": "odoo" if kind == "iap" else kind,
            "company_id": env.ref("base.main_company").id,
            "base_url": url,
            "local_network": True,
            "username": "user",
            "password": "secret",
            "test_mode": False,
            "price": 0.16,
            "currency_id": env.ref("base.PLN").id,
            **values,
        }
    )
    env["ir.config_parameter"].set_param("sms.endpoint", root)
    return gateway


def compose(env, link, count):
    _gateway(env, "kannel", "http://127.0.0.1:9")
    env.cr.commit()
    env = _as_admin(env)
    ids = books.ids(env, count)
    template = _template(env, link)
    _compose(env, template, ids[:WARM], rollback=True)
    env.invalidate_all(flush=False)
    forget_plans(env)
    with Meter(env) as meter:
        _compose(env, template, ids)
    env.cr.execute("SELECT COUNT(*) FROM sms_sms WHERE state = 'outgoing'")
    (made,) = env.cr.fetchone()
    return {**meter.figures(count), "made": made}


def fill_queue(env, kind, root, count=None):
    """Compose, and leave all of it in the queue of a gateway of this kind."""
    _gateway(env, kind, root)
    env.cr.commit()
    env = _as_admin(env)
    _compose(env, _template(env, ""), books.ids(env, count))
    return env["sms.sms"].search_count([("state", "=", "outgoing")])


def point_to(env, root, kind):
    """The provider has another port each time."""
    url = root if kind in ("iap", "odoo") else f"{root}/{kind}"
    gateway = env["sms.gateway"].search([("name", "=", "Bench")])
    # the account was the same all the time: only its port is another one
    gateway.base_url = url
    gateway.account_since = False
    env["ir.config_parameter"].set_param("sms.endpoint", root)
    env.cr.commit()


def _pass(env):
    env["sms.sms"]._process_queue()
    env.cr.commit()


def _waiting(env):
    return env["sms.sms"].search_count([("state", "=", "outgoing")])


def hand_over(env, root, kind, count):
    """Passes of the scheduled action until so many were handed over."""
    point_to(env, root, kind)
    later = (
        "UPDATE sms_sms SET next_attempt_at = now() + interval '1 day' WHERE id > %s"
    )
    env.cr.execute("SELECT id FROM sms_sms ORDER BY id LIMIT %s", [WARM + count])
    ids = [one for (one,) in env.cr.fetchall()]
    env.cr.execute(later, [ids[WARM - 1]])
    env.cr.commit()
    _pass(env)
    env.cr.execute(
        "UPDATE sms_sms SET next_attempt_at = NULL WHERE id = ANY(%s)", [ids[WARM:]]
    )
    env.cr.commit()
    env.invalidate_all()
    handed_over = len(ids) - WARM
    due = env["sms.sms"]._due_domain()
    with Meter(env) as meter:
        while env["sms.sms"].search_count(due):
            _pass(env)
    return meter.figures(handed_over)


def debts(env):
    """*Debtors*, all of them: who owes what; and with what the list says beside it."""
    env = _as_admin(env)
    debtors = env["organizer.debtor"]
    debtors.search_read([], FIELDS, limit=WARM)
    env.invalidate_all()
    with Meter(env) as meter:
        rows = debtors.search_read([], ["partner_id", "balance"], load=None)
    env.invalidate_all()
    with Meter(env) as more:
        debtors.search_read([], FIELDS)
    return {
        **meter.figures(1),
        "rows": len(rows),
        "total": round(sum(row["balance"] for row in rows), 2),
        "more_wall": more.wall,
        "more_queries": more.queries,
    }


def _tell_retries(env):
    """Say on standard error when the outbox takes a step again: it leaves
    nothing in the log, as a rule."""
    outbox = env.registry["sms.sms"]
    despite_others = outbox._despite_others

    def _despite_others(self, step, *args, **kwargs):
        is_first = True

        def told():
            nonlocal is_first
            if not is_first:
                print(RETRIED, file=sys.stderr, flush=True)
            is_first = False
            return step()

        return despite_others(self, told, *args, **kwargs)

    outbox._despite_others = _despite_others


def work(env, root, kind, gate=""):
    """Pass after pass, as Odoo's scheduler does, until somebody ends it."""
    point_to(env, root, kind)
    _tell_retries(env)
    work_until_killed(env, gate)


def states(env):
    """``{reference: state}`` of all messages."""
    return {sms._reference(): sms.state for sms in env["sms.sms"].search([])}


# -- lists -----------------------------------------------------------------------------

# where they are opened: an action, the field that says what became of the SMS (where
# the list has one), and how a customer is looked for
LISTS = (
    ("account.action_move_out_invoice_type", None, "partner_id"),
    ("sms_organizer.action_send_to_buyer", "sms_delivery", "partner_id"),
    ("sms_organizer.action_organizer_debtor", None, "partner_id"),
    ("sms_organizer.action_organizer_unpaid", None, "partner_id"),
    ("sms_organizer.action_sms_message", "state", "partner_id"),
)
PAGE, COUNTED, TIMES = 80, 10_001, 5


def fill_ledger(env):
    """A message about each invoice, in all states."""
    fill_queue(env, "kannel", "http://127.0.0.1:9")
    env.cr.execute(
        """
        UPDATE sms_sms
           SET state = CASE WHEN id % 10 < 6 THEN 'sent' WHEN id % 10 < 8 THEN 'pending'
                            WHEN id % 10 < 9 THEN 'error' ELSE 'outgoing' END
        """
    )
    env.cr.commit()
    env.cr._cnx.autocommit = True
    env.cr.execute("VACUUM ANALYZE")


def lists(env):
    """:return: ``{action: {what is done: its figures}}``, of the actions that exist"""
    env = _as_admin(env)
    found = {}
    for xmlid, state, customer in LISTS:
        action = env.ref(xmlid, raise_if_not_found=False)
        if action:
            found[xmlid] = _look_at(env, action, state, customer)
    return found


def _look_at(env, action, state, customer):
    """What the browser asks for: the first page, sorted, and searched."""
    values = env["ir.actions.act_window"]._for_xml_id(
        action.get_external_id()[action.id]
    )
    model = env[action.res_model].with_context(**_evaluated(env, values["context"]))
    view = next((one for one, kind in values["views"] if kind == "list"), False)
    arch = etree.fromstring(model.get_views([(view, "list")])["views"]["list"]["arch"])
    specification = _specification(model, arch)
    domain = _evaluated(env, values["domain"] or "[]")
    order = arch.get("default_order")
    asked = {"open": (domain, order)}
    if state and model.fields_get([state])[state].get("sortable"):
        asked["sorted by SMS state"] = (domain, f"{state}, id")
    # the letters that somebody enters in the search
    asked["search"] = ([*domain, (customer, "ilike", "Customer 00012")], order)
    return {
        what: {"name": action.name, **_measure(model, specification, *one)}
        for what, one in asked.items()
    }


def _measure(model, specification, domain, order):
    walls = []
    for _time in range(TIMES):
        model.env.invalidate_all()
        with Meter(model.env) as meter:
            page = model.web_search_read(
                domain, specification, limit=PAGE, order=order, count_limit=COUNTED
            )
        walls.append(meter.wall)
    return {
        "wall": median(walls),
        "queries": meter.queries,
        "rows": len(page["records"]),
        "length": page["length"],
    }


def _specification(model, arch):
    """The fields of the list, as the browser asks for them."""
    specification = {}
    for node in arch.iter("field"):
        # fields of a list within the list are not the list's
        if any(parent.tag == "field" for parent in node.iterancestors()):
            continue
        field = model._fields[node.get("name")]
        of_other = {"fields": {"display_name": {}}}
        specification[field.name] = of_other if field.relational else {}
    return specification


def _evaluated(env, text):
    return safe_eval(text or "{}", {"uid": env.uid, **env.context})
