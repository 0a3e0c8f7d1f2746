"""The books that both sides work on: one posted invoice by Odoo, all others by SQL.

Two invoices a customer, of the last three months, all open and overdue.
"""

from odoo import Command, fields

MOBILE = "(48601000000 + n)"


def pattern(env):
    """A customer and its posted invoice, of which the others are copies."""
    company = env.ref("base.main_company")
    poland = env.ref("base.pl")
    company.write({"name": "Drukarnia", "country_id": poland.id})
    env.ref("base.PLN").active = True
    customer = env["res.partner"].create(
        {"name": "Pattern", "country_id": poland.id, "customer_rank": 1}
    )
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": fields.Date.today(),
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                Command.create(
                    {"name": "Print", "price_unit": 100, "tax_ids": [Command.clear()]}
                )
            ],
        }
    )
    move.action_post()
    env["ir.config_parameter"].set_param("bench.pattern", move.id)
    env.cr.commit()
    return move.id


def fill(env, invoices):
    """Copy the pattern; customer n has the invoices 2n - 1 and 2n."""
    cr = env.cr
    move = int(env["ir.config_parameter"].get_param("bench.pattern"))
    cr.execute("SELECT partner_id FROM account_move WHERE id = %s", [move])
    (partner,) = cr.fetchone()
    cr.execute("SELECT COALESCE(MAX(id), 0) FROM res_partner")
    (last_partner,) = cr.fetchone()
    _copy(
        cr,
        "res_partner",
        f"pattern.id = {partner}",
        (invoices + 1) // 2,
        {
            "id": f"{last_partner} + n",
            "commercial_partner_id": f"{last_partner} + n",
            "name": "'Customer ' || to_char(n, 'FM00000')",
            "complete_name": "'Customer ' || to_char(n, 'FM00000')",
            "phone": f"'+' || {MOBILE}",
            "phone_sanitized": f"'+' || {MOBILE}",
            "email": "'customer' || n || '@example.com'",
            "email_normalized": "'customer' || n || '@example.com'",
        },
    )
    cr.execute("SELECT COALESCE(MAX(id), 0) FROM account_move")
    (last_move,) = cr.fetchone()
    customer = f"{last_partner} + (n + 1) / 2"
    name = "'INV/2026/' || to_char(n + 100, 'FM000000')"
    due = "CURRENT_DATE - 1 - n % 90"
    _copy(
        cr,
        "account_move",
        f"pattern.id = {move}",
        invoices,
        {
            "id": f"{last_move} + n",
            "partner_id": customer,
            "commercial_partner_id": customer,
            "partner_shipping_id": customer,
            "invoice_partner_display_name": "'Customer ' || (n + 1) / 2",
            "name": name,
            "payment_reference": name,
            "sequence_prefix": "'INV/2026/'",
            "sequence_number": "n + 100",
            "invoice_date": f"{due} - 14",
            "invoice_date_due": due,
            "date": f"{due} - 14",
            "access_token": "NULL",
            "sms_phone": "NULL",
        },
    )
    _copy(
        cr,
        "account_move_line",
        f"pattern.move_id = {move}",
        invoices,
        {
            "id": "nextval('account_move_line_id_seq')",
            "move_id": f"{last_move} + n",
            "partner_id": customer,
            "move_name": name,
            "date": f"{due} - 14",
            "invoice_date": f"{due} - 14",
            "date_maturity": f"CASE WHEN date_maturity IS NOT NULL THEN {due} END",
        },
    )
    for table in ("res_partner", "account_move"):
        last = f"SELECT MAX(id) FROM {table}"  # noqa: S608 - names from here
        cr.execute(f"SELECT setval('{table}_id_seq', ({last}))")
    # the pattern itself is paid
    cr.execute(
        "UPDATE account_move SET payment_state = 'paid', amount_residual = 0, "
        "amount_residual_signed = 0 WHERE id = %s",
        [move],
    )
    cr.execute(
        "UPDATE account_move_line SET reconciled = TRUE, amount_residual = 0, "
        "amount_residual_currency = 0 WHERE move_id = %s",
        [move],
    )
    env.invalidate_all(flush=False)
    if "sms.gateway" in env:
        _as_installed(env)
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute("VACUUM ANALYZE")
    cr._cnx.autocommit = False
    return {"invoices": invoices}


def _as_installed(env):
    """What our installation does to a database that has invoices."""
    env["account.move"]._fill_sms_phones()


def _copy(cr, table, which, count, values):
    """:param dict values: column → SQL, in which ``n`` runs from 1 to ``count``"""
    cr.execute(
        """
        SELECT attname FROM pg_attribute
         WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
        """,
        [table],
    )
    columns = [column for (column,) in cr.fetchall()]
    cr.execute(
        "INSERT INTO {table} ({names}) SELECT {values} FROM {table} pattern, "  # noqa: S608
        "generate_series(1, {count}) n WHERE {which}".format(
            table=table,
            names=", ".join(f'"{column}"' for column in columns),
            values=", ".join(
                values.get(column, f'pattern."{column}"') for column in columns
            ),
            count=count,
            which=which,
        )
    )


def ids(env, count=None):
    """The invoices of the books, in their order."""
    move = int(env["ir.config_parameter"].get_param("bench.pattern"))
    env.cr.execute(
        "SELECT id FROM account_move WHERE id > %s ORDER BY id LIMIT %s", [move, count]
    )
    return [one for (one,) in env.cr.fetchall()]
