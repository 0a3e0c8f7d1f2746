"""./dev/bench pool [--messages 2000] [--answer 0.05]

One Odoo process empties an outbox through a provider that takes one message a call
(Kannel's way of speaking): with the gateway's pool of threads, and one after another.

Prints a line for ``bench/README.md``; exits with 1 when one was lost or sent twice.
"""

import sys

from common import Databases, clone, drop, inside, run
from fake_provider import Provider
from options import options_of


def seconds(options, source, threads):
    """:param threads: calls at a time; 0: as many as the gateway makes by itself"""
    clone(source, "pool")
    with Provider(delay=options.answer) as provider:
        inside(
            "alone.fill",
            "pool",
            kind="kannel",
            url=provider.url("kannel"),
            messages=options.messages,
        )
        found = inside("alone.drain", "pool", threads=threads)
        accepted = provider.accepted()["references"]
    drop("pool")
    if len(accepted) != options.messages or any(n > 1 for n in accepted.values()):
        sys.exit(f"{len(accepted)} of {options.messages} accepted, or some twice")
    return found


def main():
    options = options_of("pool")
    source = Databases(options.keep).side("ours")
    one = seconds(options, source, 1)
    many = seconds(options, source, 0)
    print(
        f"| {options.messages} | {options.answer * 1000:.0f} ms | {one:.1f} s | "
        f"{many:.1f} s | {one / many:.1f} |"
    )


if __name__ == "__main__":
    run(main)
