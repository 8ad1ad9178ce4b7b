"""Proof that a run can be reproduced bit for bit."""

import random
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from tuidl.core.errors import RunError
from tuidl.protocol.events import RunEnded, RunFailed
from tuidl.protocol.snapshot import Snapshot
from tuidl.runs.resuming import edits_to_replay
from tuidl.storage.checkpoints import Checkpoints
from tuidl.storage.folder import RunFolder
from tuidl.storage.records import versions
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """SHA-256 of the weights as recorded, of a repetition, and of one that was interrupted after
    ``cut`` steps and resumed on another number of threads."""

    run: str
    recorded: str
    repeated: str
    resumed: str
    steps: int
    cut: int
    differing_versions: dict[str, str]

    @property
    def holds(self) -> bool:
        return self.recorded == self.repeated == self.resumed

    def to_json(self) -> str:
        return msgspec.json.encode({**msgspec.to_builtins(self), "holds": self.holds}).decode()

    def text(self) -> str:
        """For people: a line each, and the verdict."""
        lines = [
            f"{self.run}, {self.steps} steps",
            f"recorded                {self.recorded}",
            f"repeated                {self.repeated}  {_word(self.repeated == self.recorded)}",
            f"stopped at {self.cut:<12,} {self.resumed}  {_word(self.resumed == self.recorded)}",
            "verified: the same bits" if self.holds else "NOT verified",
        ]
        if not self.holds and self.differing_versions:
            made = ", ".join(f"{name} {number}" for name, number in self.differing_versions.items())
            lines.append(f"it was made with {made}: other versions may give other bits")
        return "\n".join(lines)


def _word(is_same: bool) -> str:
    return "the same" if is_same else "OTHER"


def verify_run(folder: RunFolder, threads: int | None) -> Verdict:
    """Repeat the run up to its end, or to its last checkpoint where it has not ended.

    Raises RunError where there is nothing to compare with.
    """
    ended = folder.outcome
    snapshot, _ = folder.checkpoints.newest()
    if ended is None and snapshot is None:
        raise RunError(f"{folder.path}: nothing was saved yet")
    if ended is None and folder.preset.training.folds:
        raise RunError(f"{folder.path}: a cross-validation is verified once it is complete")
    until = snapshot.state.updates if ended is None and snapshot else None
    recorded = ended.weights_sha256 if ended else snapshot.state.weights_sha256 if snapshot else ""
    repeated = _Repetition(folder, threads, until)
    first = repeated.run()
    cut = random.randrange(1, max(repeated.steps // (folder.preset.training.folds or 1), 2))
    other = 1 if threads != 1 else 2
    second = _resumed(folder, threads, other, until, cut)
    made = folder.about.versions
    return Verdict(
        run=folder.about.run,
        recorded=recorded,
        repeated=first,
        resumed=second,
        steps=repeated.steps,
        cut=cut,
        differing_versions={name: v for name, v in made.items() if versions().get(name) != v},
    )


class _Until(Checkpointer):
    """Stops a run after so many steps, and has it at rest there."""

    keeps = True

    def __init__(self, interrupter: Interrupter, until: int | None, start: dict[str, Any]) -> None:
        self._interrupter, self._until, self._start = interrupter, until, start
        self.snapshot: Snapshot | None = None
        self._updates: dict[int | None, int] = {}

    @property
    def start(self) -> dict[str, Any]:
        return self._start

    @property
    def steps(self) -> int:
        """Done so far, over all folds."""
        return sum(self._updates.values())

    def allowed(self, updates: int, left: int) -> int:
        return left if self._until is None else max(min(left, self._until - updates), 1)

    def is_due(self, updates: int) -> bool:
        return updates == self._until

    def save(self, snapshot: Snapshot) -> None:
        if self.snapshot is None or self._until is None:
            self.snapshot = snapshot.copied()
        self._updates[snapshot.state.fold] = snapshot.state.updates
        if snapshot.state.updates == self._until:
            self._interrupter.stop("verified")


class _Repetition:
    """The run from its start, or from a snapshot, to its end or ``until`` so many steps."""

    def __init__(self, folder: RunFolder, threads: int | None, until: int | None) -> None:
        self._interrupter = Interrupter()
        self._recorder = _Until(self._interrupter, until, folder.start)
        self._until = until
        self._training = trainer_for(
            folder.preset, folder.about.backend, threads, self._interrupter, self._recorder
        )
        self._training.edits.repeat(edits_to_replay(folder))

    @property
    def steps(self) -> int:
        return self._recorder.steps

    @property
    def snapshot(self) -> Snapshot:
        assert self._recorder.snapshot is not None
        return self._recorder.snapshot

    def start_at(self, snapshot: Snapshot) -> None:
        self._training.resume(snapshot)

    def run(self) -> str:
        """SHA-256 of the weights there. Raises RunError where it fails."""
        *_, last = self._training.run()
        if isinstance(last, RunFailed):
            raise RunError(f"the repetition failed: {last.error}")
        assert isinstance(last, RunEnded)
        if self._until is None or self._recorder.snapshot is None:
            return last.weights_sha256
        return self.snapshot.state.weights_sha256


def _resumed(
    folder: RunFolder, threads: int | None, other: int, until: int | None, cut: int
) -> str:
    """Stop after ``cut`` steps, write and read a checkpoint, go on on ``other`` threads."""
    first = _Repetition(folder, threads, cut)
    first.run()
    with tempfile.TemporaryDirectory() as place:
        checkpoints = Checkpoints(Path(place), folder.about.run, folder.about.preset_sha256)
        checkpoints.save(first.snapshot)
        snapshot, _ = checkpoints.newest()
    assert snapshot is not None
    second = _Repetition(folder, other, until)
    second.start_at(snapshot)
    return second.run()
