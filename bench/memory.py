"""Whether memory stays flat in both processes of the playground, over a run of many steps.

    python -m bench.memory linear_regression 40000

A preset and how many epochs. Resident memory of the screen and of the engine is told at every
tenth of the run, which goes at full speed. Needs pseudo-terminals and /proc.
"""

import re
import sys
import tempfile
import time
from pathlib import Path

from tests.tui.terminal import Terminal

SECONDS = 3600.0
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
            while told < 10 and share * 10 >= told:
                print(f"{told * 10:3d}%  {time.monotonic() - start:6.1f} s  "
                      f"screen {resident(seen.process.pid):6.1f} MiB  "
                      f"engine {resident(seen.engine):6.1f} MiB", flush=True)  # fmt: skip
                told += 1
        seen.until(" epochs in ", SECONDS)
        print(f"end   {time.monotonic() - start:6.1f} s  screen "
              f"{resident(seen.process.pid):6.1f} MiB  engine {resident(seen.engine):6.1f} MiB")  # fmt: skip


def _share(seen: Terminal) -> float:
    """Of all epochs, by the last line of state that was painted."""
    text = seen.until("epoch ", SECONDS)
    time.sleep(0.3)
    found = PLACE.findall(text + seen.text)
    return int(found[-1][0]) / int(found[-1][1]) if found else 0.0


if __name__ == "__main__":
    main()
