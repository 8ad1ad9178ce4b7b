"""Keyframes: snapshots all along a run, from which any of its steps can be reached quickly.

As in a film, what lies between two of them is computed again: a step is the keyframe before it and
the steps from there, to the same bits. They stand ``SHORTEST`` seconds of training apart. Where
they would take more than ``TUIDL_KEYFRAMES_MB`` MiB (64 by default), or there would be too many,
every other one goes and the next ones stand twice as many steps apart: they stay spread evenly over
the whole run.
"""

import math
import os
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import NamedTuple

from tuidl.core.errors import RunError
from tuidl.protocol.snapshot import Snapshot
from tuidl.storage.snapshot_files import SnapshotFiles

VARIABLE = "TUIDL_KEYFRAMES_MB"
DEFAULT_MB = 64
MOST = 1024
"""Keyframes of a run, each of which is two files."""
SHORTEST = 0.1
"""Seconds of training between two."""
EPOCH_SECONDS = 4e-4
"""What an epoch takes beside its steps, which ``State.seconds`` does not count."""
RESERVE = 4096
"""Bytes of a file beside its arrays, at least."""


def budget() -> int:
    """Bytes that a run's keyframes may take; 0 keeps none. Raises RunError."""
    given = os.environ.get(VARIABLE, "").strip()
    try:
        megabytes = float(given) if given else DEFAULT_MB
    except ValueError:
        megabytes = math.nan
    if not 0 <= megabytes < 1e9:
        raise RunError(f"{VARIABLE}: expected a number of MiB from 0 on, got {given!r}")
    return int(megabytes * (1 << 20))


class Keyframes:
    """``folder``/000160.safetensors and its like, each numbered by the steps done before it."""

    def __init__(self, folder: Path, run: str, preset_sha256: str) -> None:
        self.files = SnapshotFiles(folder, run, preset_sha256)
        self.spacing = 1
        """Steps between two, at least."""
        self._budget = budget()
        self._known: dict[int, _Kept] | None = None

    @property
    def numbers(self) -> list[int]:
        """The steps after which there is one, upwards."""
        return self.files.numbers()

    @property
    def bytes(self) -> int:
        """What they take on the disk."""
        return sum(kept.bytes for kept in self._index().values())

    def is_due(self, updates: int, seconds: float, epochs: int) -> bool:
        """Whether a run should keep another one, after so many steps and so much work."""
        if not self._budget:
            return False
        last = max(self._index(), default=0)
        time = self._index()[last].time if last else 0.0
        return updates - last >= self.spacing and _time(seconds, epochs) - time >= SHORTEST

    def save(self, snapshot: Snapshot) -> None:
        """Keep one more, within the bounds. Raises SaveError."""
        arrays = snapshot.arrays.values()
        size = RESERVE + sum(prod(a.shape) * a.dtype.itemsize for a in arrays)
        if size > self._budget:
            self._budget = 0
            return
        while self.bytes + size > self._budget or len(self._index()) >= MOST:
            self._thin()
        number, state = snapshot.state.updates, snapshot.state
        self.files.make_folder()
        self.files.write(number, snapshot, durable=False)
        time = _time(state.seconds, state.epochs)
        self._index()[number] = _Kept(time, self._size(number))

    def drop_after(self, updates: int) -> None:
        """The run goes on from here, perhaps another way: what came later is no longer its past."""
        self.files.remove([number for number in self.numbers if number > updates])
        self._known = None

    def before(self, updates: int) -> Snapshot | None:
        """The last one at or before this step that is whole; None where there is none."""
        for number in reversed(self.numbers):
            if number > updates:
                continue
            try:
                return self.files.read(number)
            except RunError:
                continue
        return None

    def _index(self) -> "dict[int, _Kept]":
        """What is known of each, read once."""
        if self._known is None:
            states = {number: self.files.state(number) for number in self.numbers}
            self._known = {
                number: _Kept(_time(state.seconds, state.epochs), self._size(number))
                for number, state in states.items()
                if state is not None
            }
            if self.bytes > self._budget / 2:
                self.spacing = self._gap()
        return self._known

    def _gap(self) -> int:
        """Steps between two of them, in the middle."""
        gaps = sorted(after - before for before, after in pairwise(sorted(self._index())))
        return gaps[len(gaps) // 2] if gaps else 1

    def _size(self, number: int) -> int:
        try:
            return self.files.path(number).stat().st_size
        except OSError:
            return RESERVE

    def _thin(self) -> None:
        """Take away about every other one."""
        index = self._index()
        self.spacing = max(2 * self._gap(), self.spacing)
        gone, last = [], 0
        for number in sorted(index):
            if number - last < self.spacing:
                gone.append(number)
            else:
                last = number
        gone = gone or sorted(index)[::2]
        self.files.remove(gone)
        for number in gone:
            del index[number]


class _Kept(NamedTuple):
    """After how much work a keyframe was taken, and its bytes."""

    time: float
    bytes: int


def _time(seconds: float, epochs: int) -> float:
    """How long it takes to come here from the run's start."""
    return seconds + EPOCH_SECONDS * epochs
