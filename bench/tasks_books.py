"""Building the databases."""

import books


def make_pattern(env):
    return books.pattern(env)


def fill(env, invoices):
    return books.fill(env, invoices)


def _account(env):
    """An account with Odoo's own service: given in a transaction of its own."""
    env["iap.account"].get("sms")
    env.cr.commit()
    env.invalidate_all()
    env["iap.account"].get("sms").sudo().account_token = "bench"


def ours(env):
    """The add-on as somebody uses it: channels on, a gateway, the texts."""
    company = env.ref("base.main_company")
    for channel in ("sms", "email"):
        company._organizer_set_channel(channel, True)
    # texts without a link are compared too
    env["ir.config_parameter"].set_param("sms_organizer.relax_placeholders", "1")
    text = (
        "[company]: invoice [number] of [date], [amount_due] is due since [due_date]."
    )
    env["organizer.template"].create(
        [
            {
                "name": name,
                "basis": "invoice_overdue",
                "company_id": company.id,
                "text": words,
                "sequence": 1,
            }
            for name, words in (("Bench", text), ("Bench link", f"{text} [link]"))
        ]
    )
    _account(env)
    env.cr.commit()


def odoo(env):
    """The same texts as a template of Odoo's."""
    text = (
        "{{ object.company_id.name }}: invoice {{ object.name }} of "
        "{{ format_date(object.invoice_date) }}, "
        "{{ format_amount(object.amount_residual, object.currency_id) }} is due since "
        "{{ format_date(object.invoice_date_due) }}."
    )
    link = "{{ object.get_base_url() }}{{ object.get_portal_url() }}"
    env["sms.template"].create(
        [
            {
                "name": name,
                "model_id": env["ir.model"]._get_id("account.move"),
                "body": words,
            }
            for name, words in (("Bench", text), ("Bench link", f"{text} {link}"))
        ]
    )
    _account(env)
    env.cr.commit()


def twilio(env, root):
    """Odoo's own provider that takes one message a call."""
    company = env.ref("base.main_company")
    company.write(
        {
            "sms_provider": "twilio",
            "sms_twilio_account_sid": "AC" + "0" * 32,
            "sms_twilio_auth_token": "secret",
            "sms_twilio_number_ids": [
                (0, 0, {"number": "+48600000000", "country_id": env.ref("base.pl").id})
            ],
        }
    )
    env.cr.commit()
