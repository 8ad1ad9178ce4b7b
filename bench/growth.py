"""Whether memory stays flat in both processes of the playground, over a run of many steps.

    python -m bench.growth linear_regression 40000

A preset and how many epochs. Resident memory of the screen and of the engine is told at every
tenth of the run, which goes at full speed. Needs pseudo-terminals and /proc.
"""

import re
import sys
import tempfile
import time
from pathlib import Path

from tests.tui.pseudo_terminal import Terminal

SECONDS = 60.0
PLACE = re.compile(r"epoch ([\d,]+)/([\d,]+) ")


def resident(process: int) -> float:
    """MiB of memory that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    preset, epochs = sys.argv[1:]
    options = ("--set", f"training.epochs={epochs}")
    with tempfile.TemporaryDirectory() as home, Terminal(preset, *options, home=Path(home)) as seen:
        steps = re.findall(r"step 0/(\d+)", seen.until("paused", SECONDS) + seen.until("log scale"))
        print(f"{preset}: {epochs} epochs of {steps[-1]} steps")
        time.sleep(1)
        if "slowed" in seen.everything:
            seen.press("f")
        seen.press(" ")
        start, told = time.monotonic(), 0
        while told < 10:
            share = _share(seen)
            time.sleep(0.2)
            while told < 10 and share * 10 >= told:
                print(f"{told * 10:3d}%  {_line(seen, start)}", flush=True)
                told += 1
        while " epochs in " not in seen.latest:
            time.sleep(0.2)
        print(f"end   {_line(seen, start)}")


def _line(seen: Terminal, start: float) -> str:
    screen, engine = resident(seen.process.pid), resident(seen.engine)
    passed = time.monotonic() - start
    return f"{passed:6.1f} s  screen {screen:6.1f} MiB  engine {engine:6.1f} MiB"


def _share(seen: Terminal) -> float:
    """Of all epochs, by the last line of state that was painted."""
    found = PLACE.findall(seen.latest)
    return int(found[-1][0]) / int(found[-1][1]) if found else 0.0


if __name__ == "__main__":
    main()
