"""python bench/inside.py TASK DATABASE < PARAMETERS: one measurement, in a process of
its own, on a database of its own.

TASK is ``module.function`` of ``bench/tasks_*.py``: it takes an environment and the
parameters (JSON on standard input), and what it returns is printed as the last line.
The process speaks to Odoo as a script does: nothing of Odoo's runs beside it.
"""

import importlib
import json
import os
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent
RESULT = "RESULT "


def registry_of(database):
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(
        [
            "-d",
            database,
            "--no-http",
            "--log-level",
            os.environ.get("BENCH_LOG", "warn"),
        ],
        setup_logging=True,
    )
    return Registry(database)


def main():
    task, database = sys.argv[1:3]
    parameters = json.load(sys.stdin)
    registry = registry_of(database)

    from odoo import SUPERUSER_ID, api

    sys.path.insert(0, str(BENCH))
    module, _dot, name = task.partition(".")
    function = getattr(importlib.import_module(f"tasks_{module}"), name)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        result = function(env, **parameters)
    print(RESULT + json.dumps(result), flush=True)
    # a pool of threads that a gateway left behind is nobody's business
    os._exit(0)


if __name__ == "__main__":
    main()
