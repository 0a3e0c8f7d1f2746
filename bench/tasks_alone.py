"""What ``soak.py`` and ``pool.py`` ask of Odoo."""

import time

from working import work_until_killed


def fill(env, kind, url, messages):
    """So many messages that wait for a gateway of this kind."""
    company = env.ref("base.main_company")
    env["sms.gateway"].search([]).active = False
    env["sms.gateway"].create(
        {
            "name": "Bench",
            "provider": kind,
            "company_id": company.id,
            "base_url": url,
            "local_network": True,
            "username": "user",
            "password": "secret",
            "test_mode": False,
        }
    )
    env["sms.sms"].create(
        [
            {
                "number": f"+486{number:08}",
                "body": f"Invoice {number}",
                "company_id": company.id,
            }
            for number in range(messages)
        ]
    )
    env.cr.commit()


def work(env):
    """Pass after pass, as Odoo's scheduler does, until somebody ends it."""
    work_until_killed(env)


def states(env):
    """``{reference: state}`` of all messages."""
    return {sms._reference(): sms.state for sms in env["sms.sms"].search([])}


def drain(env, threads):
    """Pass after pass until nothing waits.

    :param int threads: calls at a time; 0: as many as the gateway makes by itself
    :return: seconds
    """
    from odoo.addons.sms_organizer.gateways.kannel import KannelGateway

    if threads:
        KannelGateway.threads = threads
    begin = time.monotonic()
    while env["sms.sms"].search_count([("state", "=", "outgoing")]):
        env["sms.sms"]._process_queue()
        env.cr.commit()
    return time.monotonic() - begin
