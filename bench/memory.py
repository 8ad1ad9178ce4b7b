"""The memory that a run is predicted to take, beside what it takes.

    python -m bench.memory                     all networks of bench/footprints.py, as a table
    python -m bench.memory embedding images    only these

Each network is trained by ``tuidl`` in a process of its own, first so that its kernels are in the
cache, then to be measured: the peak is VmHWM, what the process had resident at most. Needs Linux
and MNIST (``tuidl download mnist``).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.footprints import footprints, prepare
from tuidl.core.children import child_environment, module_command

SECONDS = 1800
ENOUGH = 0.2
"""The share by which a prediction may be off."""
HEADER = "| network | predicted, MB | measured, MB | off by | peak while |\n|---|---|---|---|---|"


def main() -> None:
    wanted = sys.argv[1:]
    print(HEADER)
    missed = []
    with tempfile.TemporaryDirectory() as place:
        prepare(Path(place))
        for name, arguments in footprints(Path(place)).items():
            if not wanted or name in wanted:
                missed += [name] if _line(name, arguments) > ENOUGH else []
    sys.exit(f"off by more than {ENOUGH:.0%}: {', '.join(missed)}" if missed else 0)


def _line(name: str, arguments: tuple[str, ...]) -> float:
    """Print a network's line; by which share the prediction is off."""
    preset, *overrides = [word for word in arguments if word != "--set"]
    _run(preset, *overrides)  # compiles
    predicted, _, moment = _run(preset, "--predict", *overrides).partition(" ")
    measured = int(_run(preset, *overrides).rpartition(" ")[2])
    off = int(predicted) / measured - 1
    sizes = f"{int(predicted) / 1e6:,.0f} | {measured / 1e6:,.0f} | {off:+.0%}"
    print(f"| {name} | {sizes} | {moment} |", flush=True)
    return abs(off)


def _run(*arguments: str) -> str:
    """The last line that a process of its own writes."""
    with tempfile.TemporaryDirectory() as place:
        return _last_line(arguments, place)


def _last_line(arguments: tuple[str, ...], place: str) -> str:
    """``place``: the folder for the runs, so that saving is measured too."""
    command = module_command("bench.peak_memory", *arguments)
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=SECONDS,
        stdin=subprocess.DEVNULL, env=child_environment(TUIDL_RUNS_DIR=place),
    )  # fmt: skip
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        sys.exit(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return lines[-1]


if __name__ == "__main__":
    main()
