"""How long keys take to be answered while the engine trains at full speed.

    python -m bench.keys cnn_digits 30 200x50
    python -m bench.keys 2d:spiral 30 200x50
    python -m bench.keys vae_mnist 30 200x50

A preset of images, or a line of text of the two-dimensional playground, how often each key is
pressed, and the size of the screen (120x40 unless told). Of a preset with a plane of codes, the
keys are those of the cursor on it, and the answer is what the code under it decodes to. The time is
from the key to the arrival of what it changes, read from a pseudo-terminal. Needs a system with
pseudo-terminals.
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
from tuidl.compiler.codes import has_plane
from tuidl.preset.library import load_preset

ACCENT = r"38;2;190;148;242[^m]*m"
BETWEEN = r"[^╭]{0,80}?"
OVERVIEW = r"1\]? overview"
ROUND = (
    ("space, pauses", " ", "pausing|paused"), ("space, trains", " ", "training"),
    ("?", "?", "One number for how wrong|What is said here"),
    ("k in help", "k", "train, pause, train again"),
    ("escape", "\x1b", OVERVIEW),
    ("2", "2", "the selected one"), ("3", "3", "gradient of each layer"),
    ("4", "4", "with the numbers of"), ("space, trains", " ", "training"), ("1", "1", "log scale"),
    ("tab", "\t", ""), ("tab", "\t", ACCENT + "╭" + BETWEEN + "held-out"),
    ("v", "v", "true"), ("v", "v", "✓"),
    ("tab", "\t", ACCENT + "╭" + BETWEEN + "layers"), ("tab", "\t", ""),
    ("m", "m", "form"), ("escape", "\x1b", OVERVIEW),
)  # fmt: skip
"""Name, key, and the pattern of what its answer brings, which is looked for with escapes if it has
some; an empty one is not measured."""
TO_RATE, TO_MAP = "\x1b[C" * 7, "\t\t"
PLANE_ROUND = (
    ("neuron added", "+", "net=(4-3|5-2)"), ("neuron removed", "-", "2d:spiral "),
    ("layer added", "]", "net=4-2-"), ("layer removed", "[", "2d:spiral "),
    ("to the rate", TO_RATE, ""), ("rate raised", "\x1b[A", "rate=0.03"),
    ("rate lowered", "\x1b[B", "2d:spiral "), ("back", "\x1b[D" * 7, ""),
    ("to the map", TO_MAP, ""), ("point put", "a", "put=A"), ("point taken", "x", "2d:spiral "),
    ("to the settings", "\t", ""),
)  # fmt: skip
"""Live changes of the network, its settings and its data, each of which is taken back."""
AT_0, MOVED = r"0\.00", r"(?!0\.00)-?[0-9.]+"
TO_CENTRE = ("to 0", "0", rf"decoded from \({AT_0}, {AT_0}\)")
LATENT_ROUND = (
    ("cursor right", "\x1b[C", rf"decoded from \({MOVED}, {AT_0}\)"), TO_CENTRE,
    ("cursor up", "\x1b[A", rf"decoded from \({AT_0}, {MOVED}\)"), TO_CENTRE,
    ("cursor left", "\x1b[D", rf"decoded from \({MOVED}, {AT_0}\)"), TO_CENTRE,
    ("cursor down", "\x1b[B", rf"decoded from \({AT_0}, {MOVED}\)"), TO_CENTRE,
)  # fmt: skip
"""The cursor on a plane of codes, one cell away from 0 and back."""
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
        start = seen = len(self._raw)
        pressed = time.monotonic()
        self.press(key)
        while time.monotonic() < pressed + PATIENCE:
            time.sleep(0.02)
            end = len(self._raw)
            if end > seen and self._holds(start, end, wanted):
                ends = [(end, when) for end, when in self.arrivals if end > start]
                return next(when for end, when in ends if self._holds(start, end, wanted)) - pressed
            seen = end
        return None

    def _holds(self, start: int, end: int, wanted: str) -> bool:
        raw = self._raw[start:end].decode(errors="replace")
        text = raw if wanted.startswith(ACCENT) else ESCAPES.sub("", raw)
        return re.search(wanted, text) is not None


def measured(preset: str, rounds: int, size: tuple[int, int] = (120, 40)) -> dict[str, list[float]]:
    """Seconds by key."""
    is_plane = preset.startswith("2d:")
    is_latent = not is_plane and has_plane(load_preset(preset))
    arguments = (preset,) if is_plane else (preset, "--set", "training.epochs=1000000")
    with (
        tempfile.TemporaryDirectory() as home,
        Timed(*arguments, size=size, home=Path(home)) as terminal,
    ):
        terminal.until("press space" if is_plane else "paused", 600)
        terminal.press(" ")
        terminal.until("training")
        time.sleep(2)
        if "full speed" not in terminal.latest and (is_plane or "slowed" in terminal.everything):
            terminal.press("f")
            time.sleep(1)
        if is_latent:
            terminal.press("2")
            terminal.until("decoded from")
            terminal.press("\t")
        keys = PLANE_ROUND if is_plane else LATENT_ROUND if is_latent else ROUND
        return _pressed(terminal, keys, rounds)


def _pressed(
    terminal: Timed, keys: tuple[tuple[str, str, str], ...], rounds: int
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = defaultdict(list)
    pauses = random.Random(1)
    for _ in range(rounds):
        for name, key, wanted in keys:
            time.sleep(pauses.uniform(0.3, 0.6))
            seconds = terminal.answer(key, wanted)
            if not wanted:
                continue
            if seconds is None:
                print(f"{name}: no {wanted!r} within {PATIENCE:.0f} s of {key!r}", file=sys.stderr)
            times[name].append(PATIENCE if seconds is None else seconds)
    return times


def main() -> None:
    columns, lines = (sys.argv[3] if len(sys.argv) > 3 else "120x40").split("x")
    times = measured(sys.argv[1], int(sys.argv[2]), (int(columns), int(lines)))
    times["all"] = [seconds for found in times.values() for seconds in found]
    for name, found in times.items():
        found.sort()
        p50, p95 = (found[int(share * (len(found) - 1))] * 1000 for share in (0.5, 0.95))
        worst = found[-1] * 1000
        print(f"{name:<14} p50 {p50:5.0f} ms   p95 {p95:5.0f} ms   most {worst:5.0f} ms")


if __name__ == "__main__":
    main()
