"""How long keys take to be answered while the engine trains at full speed.

    python -m bench.keys cnn_digits 30

A preset of images, and how often each key is pressed. The time is from the key to the arrival of
what it changes, read from a pseudo-terminal. Needs a system with pseudo-terminals.
"""

import os
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from tests.tui.pseudo_terminal import ESCAPES, Terminal

ACCENT = r"38;2;190;148;242[^m]*m"
BETWEEN = r"[^╭]{0,80}?"
ROUND = (
    ("space, pauses", " ", "paused"), ("space, trains", " ", "training"),
    ("?", "?", "One number for how wrong"), ("k in help", "k", "train, pause, train again"),
    ("escape", "\x1b", "1 overview"),
    ("2", "2", "the selected one"), ("3", "3", "length of each layer"),
    ("4", "4", "with the numbers of"), ("space, trains", " ", "training"), ("1", "1", "log scale"),
    ("tab", "\t", ""), ("tab", "\t", ACCENT + "╭" + BETWEEN + "held-out"),
    ("v", "v", "true"), ("v", "v", "✓"),
    ("tab", "\t", ACCENT + "╭" + BETWEEN + "layers"), ("tab", "\t", ""),
    ("m", "m", "form"), ("escape", "\x1b", "1 overview"),
)  # fmt: skip
"""Name, key, and what its answer brings: a text, or a pattern where it has escapes; an empty one is
not measured."""
PATIENCE = 5.0


class Timed(Terminal):
    """Notes when what has arrived."""

    def _read(self) -> None:
        self.arrivals: list[tuple[int, float]] = []
        with suppress(OSError):
            while data := os.read(self.master, 65536):
                self._raw += data
                self.arrivals.append((len(self._raw), time.monotonic()))

    def answer(self, key: str, wanted: str) -> float | None:
        """Seconds from the key to the text; None where it does not come."""
        start = len(self._raw)
        pressed = time.monotonic()
        self.press(key)
        while time.monotonic() < pressed + PATIENCE:
            time.sleep(0.02)
            arrivals = [(end, when) for end, when in self.arrivals if end > start]
            for end, when in arrivals:
                if _holds(self._raw[start:end].decode(errors="replace"), wanted):
                    return when - pressed
        return None


def _holds(raw: str, wanted: str) -> bool:
    if wanted.startswith(ACCENT):
        return re.search(wanted, raw) is not None
    return wanted in ESCAPES.sub("", raw)


def measured(preset: str, rounds: int) -> dict[str, list[float]]:
    """Seconds by key."""
    times: dict[str, list[float]] = defaultdict(list)
    pauses = random.Random(1)
    with tempfile.TemporaryDirectory() as home:
        arguments = (preset, "--set", "training.epochs=1000000")
        with Timed(*arguments, size=(120, 40), home=Path(home)) as terminal:
            terminal.until("paused", 600)
            terminal.press(" ")
            terminal.until("training")
            time.sleep(2)
            if "slowed" in terminal.everything:
                terminal.press("f")
            for _ in range(rounds):
                for name, key, wanted in ROUND:
                    time.sleep(pauses.uniform(0.3, 0.6))
                    seconds = terminal.answer(key, wanted)
                    if wanted:
                        times[name].append(PATIENCE if seconds is None else seconds)
    return times


def main() -> None:
    times = measured(sys.argv[1], int(sys.argv[2]))
    times["all"] = [seconds for found in times.values() for seconds in found]
    for name, found in times.items():
        found.sort()
        p50, p95 = (found[int(share * (len(found) - 1))] * 1000 for share in (0.5, 0.95))
        worst = found[-1] * 1000
        print(f"{name:<14} p50 {p50:5.0f} ms   p95 {p95:5.0f} ms   most {worst:5.0f} ms")


if __name__ == "__main__":
    main()
