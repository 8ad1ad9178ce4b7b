"""What tells runs apart: the settings that differ between them, and names made of those."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tuidl.core.printable import printable
from tuidl.runs.grouping import value_place
from tuidl.runs.listing import UNSET
from tuidl.runs.settings import differing

Settings = dict[str, Any]
"""Of a preset, by dotted keys."""
SEEDS = frozenset(("seed",))
"""Last parts of keys that only say which random numbers are drawn."""
NO_NEWS = frozenset(("name", "description"))
"""Keys that say nothing of what was trained."""


def is_seed(key: str) -> bool:
    return key.rpartition(".")[2] in SEEDS


def short_keys(keys: Sequence[str]) -> dict[str, str]:
    """Each dotted key by as few of its last parts as tell it from the others."""
    found = {}
    for key in keys:
        parts = key.split(".")
        tails = (".".join(parts[-n:]) for n in range(1, len(parts) + 1))
        found[key] = next(
            tail for tail in tails if sum(_ends_so(other, tail) for other in keys) == 1
            or tail == key
        )  # fmt: skip
    return found


def _ends_so(key: str, tail: str) -> bool:
    return key == tail or key.endswith(f".{tail}")


def labels(names: Sequence[str], tables: Sequence[Settings]) -> list[str]:
    """Each run by the settings that differ, ``learning_rate=0.01 units=32``; by its name where
    none does, and by both where other runs are set just so."""
    known = [table for table in tables if table]
    rows = {key: v for key, v in differing(known) if key not in NO_NEWS}
    short = short_keys(list(rows))
    said = [
        " ".join(f"{short[key]}={table.get(key, UNSET)}" for key in rows) if table else ""
        for table in tables
    ]
    times = Counter(said)
    return [
        printable(text if text and times[text] == 1 else f"{text}  {name}" if text else name)
        for text, name in zip(said, names, strict=True)
    ]


class Groups:
    """Runs by the values of some settings. ``key``: one of them, or ``BUT_SEEDS``."""

    BUT_SEEDS = "all settings but seeds"

    def __init__(self, key: str, tables: Sequence[Settings]) -> None:
        self.key = key
        rows = dict(differing(tables))
        self.keys = [k for k in rows if not is_seed(k) and k not in NO_NEWS]
        self.keys = self.keys if key == self.BUT_SEEDS else [key]
        self._short = short_keys(self.keys)
        self.members: dict[str, list[int]] = {}
        order = sorted(range(len(tables)), key=lambda number: self._place(tables[number]))
        for number in order:
            self.members.setdefault(self._name(tables[number]), []).append(number)
        for numbers in self.members.values():
            numbers.sort()

    def _name(self, table: Settings) -> str:
        said = " ".join(f"{self._short[k]}={table.get(k, UNSET)}" for k in self.keys)
        return printable(said) or "all runs"

    def _place(self, table: Settings) -> list[tuple[int, float, str]]:
        return [value_place(table.get(key)) for key in self.keys]


def group_keys(tables: Sequence[Settings]) -> list[str]:
    """What runs can be grouped by: all but seeds where there are such, then each key that differs
    and does not take another value in every run."""
    rows = dict(differing(tables))
    some = [key for key, values in rows.items() if len(set(values)) < len(values)]
    has_seeds = any(map(is_seed, rows))
    return [*([Groups.BUT_SEEDS] if has_seeds else []), *(k for k in some if k not in NO_NEWS)]
