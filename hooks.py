"""What installation does to a database that has been in use."""

from odoo.tools import SQL


def pre_init_hook(env):
    """Add the number's column by SQL: Odoo would fill it invoice by invoice."""
    env.cr.execute("ALTER TABLE account_move ADD COLUMN IF NOT EXISTS sms_phone varchar")


def post_init_hook(env):
    """Give the invoices that are still open their customer's number.

    Older ones take it from the customer when an SMS about them is sent.
    """
    groups = env["account.move"]._read_group(
        [
            ("move_type", "in", env["account.move"].get_sale_types(include_receipts=True)),
            ("state", "in", ("draft", "posted")),
            ("payment_state", "not in", ("paid", "reversed", "in_payment")),
            ("sms_phone", "=", False),
        ],
        ["partner_id"],
    )
    numbers = [
        (partner.id, partner._get_sms_phone()) for (partner,) in groups if partner
    ]
    numbers = [(partner_id, number) for partner_id, number in numbers if number]
    if not numbers:
        return
    env.cr.execute(
        SQL(
            """
            UPDATE account_move
               SET sms_phone = found.number
              FROM unnest(%s::int[], %s::varchar[]) AS found(partner_id, number)
             WHERE account_move.partner_id = found.partner_id
               AND account_move.sms_phone IS NULL
               AND account_move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND account_move.state IN ('draft', 'posted')
               AND account_move.payment_state NOT IN ('paid', 'reversed', 'in_payment')
            """,
            [partner_id for partner_id, _number in numbers],
            [number for _partner_id, number in numbers],
        )
    )
    env["account.move"].invalidate_model(["sms_phone"])
