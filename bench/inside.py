"""``python -m bench.inside MODE CASES.json THREADS``: looks into our own training, case by case.

A process of its own, because NumPy and Numba read the number of threads when they are loaded. A
mode makes a record of a case (``bench/agreement.py`` and others), printed as a line of JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.cases import Case
from bench.contenders import FORCED, ROOT
from tuidl.core.children import child_environment, module_command
from tuidl.core.environment import prepare_environment

MODES = {"agreement": "bench.agreement", "accuracy": "bench.float_losses", "steady": "bench.steady"}
"""Modules with a function ``look(case, work) -> record``."""

Record = dict[str, Any]


def look_into(mode: str, cases: list[Case], folder: Path, threads: int) -> Iterator[Record]:
    """The records of the cases, from a process of its own, each as soon as it is there.

    Raises RuntimeError where that process fails.
    """
    file = folder / "cases.json"
    file.write_text(json.dumps([case.record() for case in cases]), encoding="utf-8")
    environment = child_environment(NUMBA_NUM_THREADS=str(max(threads, os.cpu_count() or 1)))
    for name in FORCED:
        environment.pop(name, None)
    command = module_command("bench.inside", mode, str(file), str(threads))
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                yield json.loads(line)
    if process.returncode:
        raise RuntimeError(f"--{mode} ended with {process.returncode}")


def main(mode: str, file: str, threads: str) -> None:
    prepare_environment(int(threads))
    look: Callable[[Case, Record], Record] = import_module(MODES[mode]).look
    for record in json.loads(Path(file).read_text(encoding="utf-8")):
        found = look(Case.of_record(record), record["work"])
        print(json.dumps({"case": record["name"], **found}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
