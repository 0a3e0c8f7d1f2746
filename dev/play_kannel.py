"""What ./dev/kannel does, once everything is there.

play_kannel.py run|conf FOLDER PORT REPLIES PASSWORD
play_kannel.py reply FOLDER NUMBER TEXT
"""

import re
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from kannel import OUR_NUMBER, REFUSED_PREFIX, USERNAME, Kannel, is_free

READY = """
  Kannel is ready. In Odoo: Organizer > Configuration > Gateways > New

    Provider       Kannel
    Address        {url}
    User name      {username}
    Password       {password}
    Local network  ticked
    Test mode      off

  Each SMS that the operator gets is shown below; none leaves this machine.
  Numbers that begin with {refused} are refused.
  Answer as a phone, from another terminal:

    ./dev/kannel reply{folder} +48601234567 "STOP"

  Replies go to {replies}
  Logs are in {logs}

  Ctrl-C stops it.
"""
NOWHERE = "nobody: say where by --replies URL, as the gateway's form shows it"


def run(folder, port, replies, password):
    if running(folder):
        sys.exit(f"Kannel runs already in {folder}. Stop it, or choose another: --dir")
    kannel = Kannel(folder, int(port), password, replies)
    taken = [port for port in kannel.ports().values() if not is_free(port)]
    if taken:
        sys.exit(f"Port {taken[0]} is in use by another program. Choose others: --port")
    for log in ("access.log", "fakesmsc.log"):
        (kannel.directory / log).unlink(missing_ok=True)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_args: sys.exit())
    try:
        with kannel:
            print(ready(kannel), flush=True)
            watch(kannel)
    except KeyboardInterrupt:
        print("\nKannel stopped.")
    except (RuntimeError, TimeoutError) as error:
        sys.exit(str(error))


def ready(kannel):
    default = Path(__file__).resolve().parents[1] / ".odoo" / "kannel-data"
    return READY.format(
        url=kannel.url(),
        username=USERNAME,
        password=kannel.password,
        refused=REFUSED_PREFIX,
        folder="" if kannel.directory == default else f" --dir {kannel.directory}",
        replies=kannel.replies or NOWHERE,
        logs=kannel.directory,
    )


def watch(kannel):
    shown = 0
    while kannel.bearerbox.runs and kannel.smsbox.runs and kannel.operator.runs:
        messages = kannel.operator.messages()
        for sms in messages[shown:]:
            show(sms)
        shown = len(messages)
        time.sleep(0.3)
    sys.exit(f"Kannel stopped by itself: see {kannel.directory}")


def show(sms):
    parts = "1 part" if sms.parts == 1 else f"{sms.parts} parts"
    clock = time.strftime("%H:%M:%S")
    print(f"{clock}  {sms.sender} to {sms.receiver}, {parts}, {sms.coding}")
    for line in sms.text.split("\n"):
        print(f"          {line}")
    print(flush=True)


def conf(folder, port, replies, password):
    kannel = Kannel(folder, int(port), password, replies)
    kannel.configure()
    print(kannel.directory / "kannel.conf")


def reply(folder, number, text):
    kannel = running(folder)
    if not kannel:
        sys.exit("No Kannel runs there. Start it in another terminal:  ./dev/kannel")
    kannel.phone_sends(number, text)
    print(f"{number} to {OUR_NUMBER}: {text}")


def running(folder):
    """:return: the Kannel that runs there; None where none does"""
    path = Path(folder) / "kannel.conf"
    text = path.read_text() if path.exists() else ""
    found = re.search(r"^sendsms-port = (\d+)$", text, re.MULTILINE)
    kannel = found and Kannel(folder, int(found[1]))
    return kannel if kannel and kannel.status() else None


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"run": run, "conf": conf, "reply": reply}[command](*arguments)
