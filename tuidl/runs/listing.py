"""All runs at a glance."""

import textwrap
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import msgspec

from tuidl.core.durations import trained
from tuidl.core.errors import RunError
from tuidl.core.own_files import error_text, is_there
from tuidl.core.printable import printable
from tuidl.core.printable import width as cells
from tuidl.protocol.events import EpochEnded, Event, RunEnded, RunFailed, Scores
from tuidl.protocol.formatting import columns, scores_text
from tuidl.runs.reading import from_tail
from tuidl.runs.trials import trial_of
from tuidl.storage.changes import read_changed
from tuidl.storage.contents import EVENTS, is_beginning
from tuidl.storage.folder import DONE, PRUNED, RunFolder
from tuidl.storage.labels import Label, read_label
from tuidl.storage.locations import names, runs_folder

DAMAGED = "damaged"
LOG = "log"
"""The state of what another program wrote: it says none."""
OWN = "tuidl"
UNSET = "-"
INDENT = 4
"""Cells before what stands below a name."""


class Listed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the list. ``state``: done, interrupted, pruned (by its sweep), failed, unfinished
    (killed), running, damaged, which ``problem`` explains, or log, of another program;
    ``scores``: of the part that says most (test, validation, training); ``settings``: of its
    preset, by dotted keys, where they were asked for; ``note``, ``tags`` and ``pinned``: what a
    person said about it."""

    run: str
    preset: str
    created: str
    state: str
    epochs: int
    seconds: float | None
    part: str
    scores: Scores
    weights_sha256: str | None
    problem: str = ""
    settings: dict[str, Any] = {}
    origin: str = ""
    """The run and the step that it was forked from."""
    changed_to: str = ""
    """The name of the preset that it trains by now, where it was changed while it trained."""
    note: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False
    folder: str = ""
    """Where it lies, if not among the runs: a folder, or the file of a log."""
    format: str = OWN
    """Of the log of another program."""
    points: int | None = None
    """Values that such a log has of a measure."""
    numbers: dict[str, float] = {}
    """Of such a log: last and best of all measures, ``validation.loss``, ``best.validation.loss``.
    """

    @property
    def is_foreign(self) -> bool:
        """Whether another program wrote it."""
        return self.format != OWN

    @property
    def path(self) -> Path:
        """The folder of the run, or where the log lies."""
        return Path(self.folder) if self.folder else runs_folder() / self.run

    @property
    def sweep(self) -> str | None:
        """The sweep that it is a trial of."""
        found = trial_of(self.run)
        return found.sweep if found else None

    @property
    def trial(self) -> int | None:
        """Which trial of its sweep it is."""
        found = trial_of(self.run)
        return found.number if found else None

    def settings_of(self, key: str) -> list[Any]:
        """The values of a setting: one, or that of each objective that has it (``optimizer.type``
        of a GAN), in their order; empty where there is none."""
        if key in self.settings:
            return [self.settings[key]]
        places = (f"objectives[{number}]" for number in count())
        own = takewhile(lambda place: f"{place}.name" in self.settings, places)
        keys = (f"{place}.{key}" for place in own)
        return [self.settings[one] for one in keys if one in self.settings]

    @property
    def searched(self) -> str:
        """What words to look for are looked for in."""
        tags = " ".join(f"#{tag}" for tag in self.tags)
        return f"{self.run} {self.preset} {self.changed_to} {tags} {self.note}".casefold()


def listed(words: tuple[str, ...] = (), state: str | None = None) -> list[Listed]:
    """The runs, the newest first; those that cannot be read with the problem."""
    found = []
    for name in names():
        run = listed_run(runs_folder() / name)
        if run is None:
            continue
        text = run.searched
        if all(word.casefold() in text for word in words) and state in (None, run.state):
            found.append(run)
    return found


def listed_run(path: Path) -> Listed | None:
    """One of them. None where a run is only being made, or was taken away meanwhile."""
    problem = ""
    for _ in range(2):  # it may have been finished right after the first look
        try:
            return look_at(RunFolder(path))
        except RunError as error:
            problem = str(error)
        except OSError as error:
            problem = error_text(error, path)
        if is_beginning(path) or not is_there(path):
            return None
    return _damaged(path.name, problem)


def _damaged(name: str, problem: str) -> Listed:
    return Listed(
        run=name, preset="", created="", state=DAMAGED, epochs=0, seconds=None, part="",
        scores={}, weights_sha256=None, problem=problem,
    )  # fmt: skip


def look_at(folder: RunFolder) -> Listed:
    """What there is to say of a run without reading all of its log. Raises RunError."""
    summary = folder.summary
    last: Event | None = summary.ended if summary else from_tail(folder.path / EVENTS)
    part, scores = _best_part(last)
    label = _label(folder.path)
    return Listed(
        run=folder.path.name,
        preset=folder.about.preset,
        created=folder.about.created,
        origin=str(folder.about.origin or ""),
        changed_to=_changed_to(folder),
        state=_state(folder, last if summary else None),
        epochs=_epochs(last),
        seconds=last.seconds if isinstance(last, RunEnded) else None,
        part=part,
        scores=scores,
        weights_sha256=last.weights_sha256 if isinstance(last, RunEnded) else None,
        note=label.note,
        tags=label.tags,
        pinned=label.pinned,
    )


def _changed_to(folder: RunFolder) -> str:
    """The name of its newest preset, where that is another one."""
    changed = read_changed(folder.path)
    return changed.preset if changed and changed.preset != folder.about.preset else ""


def _label(path: Path) -> Label:
    """One that cannot be read counts as none: the run is as it was without it."""
    try:
        return read_label(path)
    except RunError:
        return Label()


def _state(folder: RunFolder, ended: Event | None) -> str:
    if isinstance(ended, RunFailed):
        return "failed"
    if isinstance(ended, RunEnded):
        if ended.reason == PRUNED:
            return PRUNED
        return "done" if ended.reason in DONE else "interrupted"
    return "running" if folder.is_running else "unfinished"


def _epochs(last: Event | None) -> int:
    if isinstance(last, RunEnded):
        return last.epochs
    return last.epoch if isinstance(last, EpochEnded) else 0


def _best_part(last: Event | None) -> tuple[str, Scores]:
    for part in ("test", "validation", "train"):
        if scores := getattr(last, part, None):
            return part, scores
    return "", {}


def as_lines(
    found: list[Listed], keys: tuple[str, ...] = (), width: int | None = None
) -> list[str]:
    """A table for people; ``keys``: settings that have columns of their own. Where it is wider
    than ``width``, each run has its name on a line, and the rest below: nothing is cut off."""
    rows = [
        ["run", "state", "epochs", "time", *keys, "scores"],
        *(_row(run, keys) for run in found),
    ]
    left = (0, 1, len(rows[0]) - 1)
    lines = columns(rows, aligned_left=left)
    if width is None or max(map(cells, lines)) <= width:
        return lines
    below = columns([row[1:] for row in rows], aligned_left=tuple(i - 1 for i in left[1:]))
    wrapped = [_indented(line, width) for line in below]
    names = [printable(row[0]) for row in rows]
    return [part for name, rest in zip(names, wrapped, strict=True) for part in (name, *rest)]


def _indented(line: str, width: int) -> list[str]:
    """A line below a name, broken where it must be."""
    room = max(width - INDENT, 20)
    parts = [line] if cells(line) <= room else textwrap.wrap(line, room)
    return [" " * INDENT + part for part in parts]


def _row(run: Listed, keys: tuple[str, ...]) -> list[str]:
    own = [", ".join(map(str, run.settings_of(key))) or UNSET for key in keys]
    if run.problem:
        return [run.run, run.state, "", "", *own, run.problem]
    if run.is_foreign:
        return _foreign_row(run, own)
    seconds = "" if run.seconds is None else trained(run.seconds)
    scores = f"{run.part} {scores_text(run.scores)}" if run.scores else ""
    scores += f"  from {run.origin}" if run.origin else ""
    scores += f"  now {run.changed_to}" if run.changed_to else ""
    words = (scores, *(f"#{tag}" for tag in run.tags), run.note)
    return [run.run, run.state, str(run.epochs), seconds, *own, "  ".join(filter(None, words))]


def _foreign_row(run: Listed, own: list[str]) -> list[str]:
    seconds = "" if run.seconds is None else trained(run.seconds)
    scores = f"{run.part} {scores_text(run.scores)}" if run.scores else ""
    words = f"{scores}  {run.format}, {run.points:,} points"
    return [run.run, run.state, "", seconds, *own, words.strip()]
