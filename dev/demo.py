"""./dev/odoo shell -d DATABASE --no-http < dev/demo.py

Send an SMS for each open overdue invoice that has not been told yet, and one about all
that a customer owes; print what became of each, of this and of earlier runs.
"""
# ruff: noqa: F821 - `env` is the shell's

import re
import time
import unicodedata

from odoo import fields

env = env(user=env.ref("base.user_admin"))
company = env.ref("base.main_company")
template = env["organizer.template"]._on_offer("sms", company, "invoice_overdue")[:1]
overdue = env["account.move"].search(
    [
        ("company_id", "=", company.id),
        ("move_type", "=", "out_invoice"),
        ("state", "=", "posted"),
        ("payment_state", "in", ("not_paid", "partial")),
        ("invoice_date_due", "<", fields.Date.context_today(template)),
    ],
    order="invoice_date_due, id",
)
Line = env["organizer.run.line"]
about = [("move_id", "in", overdue.ids), ("run_id.origin", "!=", "forecast")]
untold = overdue - Line.search(about).move_id
if untold:
    template._draft_run(company, untold)._send()
    env.cr.commit()
# one customer is told of all that is open at once: its link leads to several invoices
debtors = env["organizer.debtor"].search(
    [("company_id", "=", company.id), ("open_invoices", ">", 1), ("balance", ">", 0)]
)
told_debts = Line.search([("run_id.basis", "=", "customer_debt")]).partner_id
debtor = debtors.partner_id.filtered("sms_phone")[:1]
if debtor and not told_debts:
    debt = env["organizer.template"]._on_offer("sms", company, "customer_debt")[:1]
    debt._draft_run(company, debtor)._send()
    env.cr.commit()
# by now the running server's own jobs may be at it: each message goes once all the same
waiting = [("state", "in", ("outgoing", "process", "pending"))]
for _attempt in range(20):
    env["sms.sms"]._process_queue()
    env.cr.commit()
    left = env["sms.sms"].sudo().search(waiting)
    if not left.filtered(lambda sms: not sms.number.endswith("01")):
        break
    time.sleep(0.5)

# the last word on each invoice
lines = Line.browse(
    {line.move_id: line.id for line in Line.search(about, order="id")}.values()
)
# one customer has opened the link, for Send to Buyer to show
links = lines.filtered(lambda line: line.outcome == "delivered").sms_ids.link_id
if links and not any(links.mapped("opened_count")):
    now = fields.Datetime.now()
    links[:1].sudo().write(
        {"opened_first_on": now, "opened_last_on": now, "opened_count": 1}
    )
    env.cr.commit()
lines += Line.search(
    [("run_id.basis", "=", "customer_debt"), ("run_id.origin", "!=", "forecast")],
    order="id desc",
    limit=1,
)
outcomes = dict(lines._fields["outcome"]._description_selection(env))
rows = [("Invoice", "Customer", "Number", "SMS", "Price", "State", "Link or reason")]
for line in lines:
    sms = line.sms_ids[:1]
    link = re.search(r"https?://\S+/s/[A-Za-z0-9]{12}", sms.body or "")
    rows.append(
        (
            line.move_id.name or "all that is open",
            line.partner_id.name[:24],
            line.number or "–",
            str(sms.segments) if sms else "–",
            f"{sms.price:.2f} {sms.currency_id.name or ''}" if sms else "–",
            outcomes[line.outcome],
            line.explanation or (link and link[0]) or "",
        )
    )


def width(text):
    """Columns of a terminal: wide letters take two, combining ones none."""
    return sum(
        0
        if unicodedata.category(char) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )


widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
print()
for number, row in enumerate(rows):
    cells = [
        cell + " " * (size - width(cell))
        for cell, size in zip(row, widths, strict=True)
    ]
    print("  ".join(cells).rstrip())
    if not number:
        print("  ".join("-" * size for size in widths))
told = lines.filtered(lambda line: line.outcome in ("sent", "delivered"))
print(f"\n{len(told)} of {len(lines)} told by SMS; the others say why not.")
