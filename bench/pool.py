"""./dev/bench pool [--messages 2000] [--answer 0.05]

One Odoo process empties an outbox through a provider that takes one message a call
(Kannel's way of speaking): with the gateway's pool of threads, and one after another.

Prints a line for ``bench/README.md``; exits with 1 when one was lost or sent twice.
"""

import argparse
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests"))

from provider import Provider

PASS = """
import time
from odoo.addons.sms_organizer.gateways.kannel import KannelGateway

company = env.ref("base.main_company")
env["sms.gateway"].search([]).active = False
env["sms.gateway"].create({
    "name": "Pool", "provider": "kannel", "company_id": company.id,
    "base_url": %(url)r, "username": "user", "password": "secret",
    "test_mode": False,
})
messages = env["sms.sms"].create([
    {"number": "+486%%08d" %% number, "body": "Invoice %%s" %% number,
     "company_id": company.id}
    for number in range(%(messages)s)
])
env.cr.commit()
if %(threads)s:
    KannelGateway.threads = %(threads)s
begin = time.monotonic()
# as Odoo's scheduler does, until nothing waits
while env["sms.sms"].search_count([("id", "in", messages.ids),
                                   ("state", "=", "outgoing")]):
    env["sms.sms"]._process_queue()
    env.cr.commit()
print("SECONDS", time.monotonic() - begin)
"""


def seconds(options, threads):
    """:param threads: calls at a time; 0: as many as the gateway makes by itself"""
    with Provider(delay=options.answer) as provider:
        script = PASS % {
            "url": provider.url("kannel"),
            "messages": options.messages,
            "threads": threads,
        }
        output = subprocess.run(
            ["odoo", "shell", "--no-http", "--log-level=error"],
            input=script,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        accepted, twice = len(provider.accepted), len(provider.twice)
    if accepted != options.messages or twice:
        sys.exit(f"{accepted} of {options.messages} accepted, {twice} of them twice")
    return float(output.partition("SECONDS ")[2].split()[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--answer", type=float, default=0.05, help="seconds")
    options = parser.parse_args()
    one = seconds(options, 1)
    many = seconds(options, 0)
    print(
        f"| {options.messages} | {options.answer * 1000:.0f} ms | {one:.1f} s | "
        f"{many:.1f} s | {one / many:.1f} |"
    )


if __name__ == "__main__":
    main()
