"""What installation does to a database that has been in use."""

from odoo.tools import SQL


def pre_init_hook(env):
    """Add the number's column by SQL: Odoo would fill it invoice by invoice."""
    env.cr.execute(
        "ALTER TABLE account_move ADD COLUMN IF NOT EXISTS sms_phone varchar"
    )


def post_init_hook(env):
    """Give the invoices that are still open their customer's number.

    Older ones take it from the customer when an SMS about them is sent.
    """
    moves = env["account.move"]
    is_open = [
        ("move_type", "in", moves.get_sale_types(include_receipts=True)),
        ("state", "in", ("draft", "posted")),
        ("payment_state", "not in", ("paid", "reversed", "in_payment")),
        ("sms_phone", "=", False),
    ]
    partners = env["res.partner"].union(
        *(partner for (partner,) in moves._read_group(is_open, ["partner_id"]))
    )
    numbers = {partner.id: partner._get_sms_phone() for partner in partners}
    found = {partner_id: number for partner_id, number in numbers.items() if number}
    env.cr.execute(
        SQL(
            """
            UPDATE account_move
               SET sms_phone = found.number
              FROM unnest(%s::int[], %s::varchar[]) AS found(partner_id, number)
             WHERE account_move.partner_id = found.partner_id
               AND account_move.id IN %s
            """,
            list(found),
            list(found.values()),
            moves._search(is_open).subselect(),
        )
    )
    moves.invalidate_model(["sms_phone"])
