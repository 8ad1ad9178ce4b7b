"""Child processes that say a line of JSON for each thing they tried: (what, what was wrong)."""

import json
import os
import subprocess
import sys

SECONDS = 900


def answers(module: str, *arguments: str, **environment: str) -> dict[str, str]:
    """What ``python -m module`` found wrong, by what it tried; an empty text for nothing."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {str(what): problem for what, problem in map(json.loads, done.stdout.splitlines())}
