"""What the screen costs: training with the playground open against ``--no-ui``, by turns.

    python -m bench.screen cnn_digits 400 mnist_cnn 1

Each pair is a preset and how many epochs to train. Needs a system with pseudo-terminals.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.tui.pseudo_terminal import Terminal
from tuidl.core.children import child_environment, module_command
from tuidl.tui.state import State

ROUNDS = 5
SECONDS = 600.0


def without_screen(arguments: list[str]) -> float:
    """Seconds by the clock from the first step to the end, headless.

    Raises RuntimeError, with what the run says, where it fails.
    """
    command, started = module_command("tuidl", *arguments, "--no-ui", "--json"), 0.0
    with tempfile.TemporaryFile("w+") as said:  # where its runs are kept, and errors
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, text=True, env=child_environment()
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if '"compiled"' in line:
                    started = time.monotonic()
            seconds = time.monotonic() - started
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(arguments)}: {said.read().strip()}")
    return seconds


def with_screen(arguments: list[str]) -> float:
    """The same with the playground open, from the key to the end. At full speed: else short runs
    would take the eight seconds in which they can be watched."""
    with tempfile.TemporaryDirectory() as home:
        State(full_speed=True).save(Path(home) / "tuidl")
        return _watched(arguments, Path(home))


def _watched(arguments: list[str], home: Path) -> float:
    with Terminal(*arguments, size=(120, 40), home=home) as terminal:
        terminal.until("paused", SECONDS)
        started = time.monotonic()
        terminal.press(" ")
        one = arguments[-1].endswith("=1")
        terminal.until(" epoch in " if one else " epochs in ", SECONDS)
        seconds = time.monotonic() - started
        terminal.press("\x11")
        terminal.ended()
    return seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as runs:  # not among the user's own
        os.environ["TUIDL_RUNS_DIR"] = runs
        compare_all()


def compare_all() -> None:
    names = sys.argv[1::2]
    for name, epochs in zip(names, sys.argv[2::2], strict=True):
        arguments = [name, "--set", f"training.epochs={epochs}"]
        pairs = [(without_screen(arguments), with_screen(arguments)) for _ in range(ROUNDS)]
        ratios = sorted(alone / watched for alone, watched in pairs)
        alone, watched = (median(times) for times in zip(*pairs, strict=True))
        print(
            f"{name}, {epochs} epochs: {alone:.2f} s without, {watched:.2f} s with the screen; "
            f"speed with it {median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )


if __name__ == "__main__":
    main()
