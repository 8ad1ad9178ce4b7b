"""Stored runs as Home lists them: by the day they began, each with its state and score."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar

from tuidl.protocol.formatting import score_text
from tuidl.runs.overview import Shelved
from tuidl.storage.locations import ENDING
from tuidl.tui.catalog.preset_entries import Entry

SIGNS = {
    "done": "✓", "running": "▶", "interrupted": "Ⅱ", "pruned": "┤", "unfinished": "Ⅱ",
    "failed": "✗", "damaged": "✗", "log": "·",
}  # fmt: skip
ASCII_SIGNS = {
    "done": "+", "running": ">", "interrupted": "=", "pruned": "|", "unfinished": "=",
    "failed": "x", "damaged": "x", "log": ".",
}  # fmt: skip
ROLES = {
    "done": "good", "running": "accent", "interrupted": "validation", "pruned": "muted",
    "unfinished": "validation",
    "failed": "bad", "damaged": "bad", "log": "muted",
}  # fmt: skip
MARK, ASCII_MARK = "● ", "* "
RUNNING, LONG_AGO = "Being trained now", "Without a date"


@dataclass(frozen=True)
class RunEntry(Entry):
    """A run in the list; a filter finds its state, tags and note, too."""

    state: str = ""
    searched: str = ""
    keeps_word: ClassVar[bool] = True

    def fits(self, wanted: str) -> bool:
        words = f"{self.title} {self.word} {self.section} {self.state} {self.searched}".casefold()
        return all(part in words for part in wanted.casefold().split())


class RunEntries:
    """The list of runs, made again and again: entries of runs that are as they were are the same
    objects."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, bool], tuple[Shelved, RunEntry]] = {}
        self._looks: tuple[date, bool] | None = None

    def of(
        self,
        runs: Iterable[Shelved],
        today: date,
        unicode: bool = True,
        marked: Collection[Path] = frozenset(),
    ) -> list[Entry]:
        """Those that are running, then the others by day, the newest first."""
        if self._looks != (today, unicode):
            self._looks, self._known = (today, unicode), {}
        before, self._known, made = self._known, {}, []
        for run in runs:
            key = run.path, run.path in marked
            known = before.get(key)
            if known is None or known[0] is not run:
                known = run, _entry(run, today, unicode, key[1])
            self._known[key] = known
            made.append(known[1])
        return sorted(made, key=lambda entry: entry.section != RUNNING)


def _entry(run: Shelved, today: date, unicode: bool, is_marked: bool) -> RunEntry:
    began = run.began
    section = RUNNING if run.state == "running" else _day(began, today)
    mark = (MARK if unicode else ASCII_MARK) if is_marked else ""
    clock = f"{began:%H:%M} " if began and not has_own_name(run) else ""
    tags = "".join(f" #{tag}" for tag in run.listed.tags) if run.listed else ""
    title = f"{mark}{sign_of(run.state, unicode)} {clock}{called(run)}{tags}"
    searched = run.listed.searched if run.listed else run.path.name
    return RunEntry(section, title, run.path, _score(run), run.state, searched)


def called(run: Shelved) -> str:
    """The name that a person gave it, else its preset's."""
    return run.path.name if has_own_name(run) else run.preset


def has_own_name(run: Shelved) -> bool:
    """Whether it is called otherwise than by its preset and the moment when it began."""
    return not ENDING.search(run.path.name)


def sign_of(state: str, unicode: bool) -> str:
    return (SIGNS if unicode else ASCII_SIGNS)[state]


def _day(began: datetime | None, today: date) -> str:
    if began is None:
        return LONG_AGO
    days = (today - began.date()).days
    if days <= 1:
        return "Today" if days < 1 else "Yesterday"
    year = "" if began.year == today.year else f" {began.year}"
    return f"{began:%A}, {began.day} {began:%B}{year}"


def _score(run: Shelved) -> str:
    """The most meaningful score, losses last; the state of a run that is not done."""
    if run.listed is None or run.state == "failed":
        return run.state
    scores = {name: value for name, value in run.listed.scores.items() if not name.endswith("loss")}
    for name, value in (scores or run.listed.scores).items():
        return f"{name} {score_text(name, value)}"
    return run.state
