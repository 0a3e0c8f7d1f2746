"""What is measured of Odoo's own ``sms``, on a database without ours."""

import books
from meter import Meter, forget_plans
from working import work_until_killed

WARM = 20


def _compose(env, ids, link):
    """Odoo's mass mode, as it sends by the gear menu of a list, with its note."""
    template = env["sms.template"].search([("name", "=", link or "Bench")])
    composer = env["sms.composer"].create(
        {
            "composition_mode": "mass",
            "res_model": "account.move",
            "res_ids": repr(ids),
            "template_id": template.id,
            "body": template.body,
            "mass_keep_log": True,
            "mass_force_send": False,
        }
    )
    composer.action_send_sms()
    env.flush_all()


def _as_admin(env):
    return env(user=env.ref("base.user_admin").id)


def compose(env, link, count):
    env = _as_admin(env)
    ids = books.ids(env, count)
    _compose(env, ids[:WARM], link)
    env.cr.rollback()
    env.invalidate_all(flush=False)
    forget_plans(env)
    with Meter(env) as meter:
        _compose(env, ids, link)
        env.cr.commit()
    env.cr.execute("SELECT COUNT(*) FROM sms_sms")
    (made,) = env.cr.fetchone()
    return {**meter.figures(count), "made": made}


def fill_queue(env, root):
    """:param root: of the provider"""
    env = _as_admin(env)
    env["ir.config_parameter"].sudo().set_param("sms.endpoint", root)
    _compose(env, books.ids(env), "")
    # Odoo takes the second invoice of a customer for a duplicate
    env.cr.execute("DELETE FROM sms_sms WHERE state <> 'outgoing'")
    env.cr.commit()
    return env["sms.sms"].search_count([])


def point_to(env, root):
    """Twilio's address stands in Odoo's code."""
    env["ir.config_parameter"].sudo().set_param("sms.endpoint", root)
    if "sms_twilio_number_ids" not in env["res.company"]._fields:
        return
    import requests

    post = requests.Session.post

    def to_us(self, url, **kwargs):
        return post(
            self, url.replace("https://api.twilio.com", f"{root}/twilio"), **kwargs
        )

    requests.Session.post = to_us


def _pass(env):
    env["sms.sms"]._process_queue()
    env.cr.commit()


def _waiting(env):
    return env["sms.sms"].search_count([("state", "=", "outgoing")])


def hand_over(env, root, count):
    """Passes of Odoo's scheduled action until so many were handed over."""
    point_to(env, root)
    env.cr.execute(
        "DELETE FROM sms_sms WHERE id NOT IN "
        "(SELECT id FROM sms_sms ORDER BY id LIMIT %s)",
        [count + WARM],
    )
    env.cr.commit()
    # one pass first, for what is read once
    env["ir.config_parameter"].sudo().set_param("sms.session.batch.size", str(WARM))
    env["ir.config_parameter"].sudo().set_param(
        "sms_twilio.session.batch.size", str(WARM)
    )
    env.cr.commit()
    _pass(env)
    env["ir.config_parameter"].sudo().set_param("sms.session.batch.size", "500")
    env["ir.config_parameter"].sudo().set_param("sms_twilio.session.batch.size", "10")
    env.cr.commit()
    before = _waiting(env)
    env.invalidate_all()
    with Meter(env) as meter:
        while _waiting(env):
            _pass(env)
    return meter.figures(before)


def debts(env):
    """What all customers owe, as Odoo's own field says it; and with their names and
    what they were invoiced in all, which stands beside it on each customer's form."""
    env = _as_admin(env)
    partners = env["res.partner"]
    owing = [("customer_rank", ">", 0), ("credit", ">", 0)]
    partners.search(owing, limit=WARM).read(["name", "credit"])
    env.invalidate_all()
    with Meter(env) as meter:
        rows = partners.search_read(owing, ["credit"], load=None)
    env.invalidate_all()
    with Meter(env) as more:
        partners.search_read(owing, ["name", "credit", "total_invoiced"])
    return {
        **meter.figures(1),
        "rows": len(rows),
        "total": round(sum(row["credit"] for row in rows), 2),
        "more_wall": more.wall,
        "more_queries": more.queries,
    }


def work(env, root, gate=""):
    """Pass after pass, as Odoo's scheduler does, until somebody ends it."""
    point_to(env, root)
    env.cr.commit()
    work_until_killed(env, gate)
