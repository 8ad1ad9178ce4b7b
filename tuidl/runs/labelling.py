"""What tells runs apart: the settings that differ between them, and names made of those."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuidl.charts.scale import short as short_number
from tuidl.core.printable import printable
from tuidl.runs.grouping import value_place
from tuidl.runs.listing import UNSET
from tuidl.runs.settings import differing

Settings = dict[str, Any]
"""Of a preset, by dotted keys."""
SEEDS = frozenset(("seed",))
"""Last parts of keys that only say which random numbers are drawn."""
NO_NEWS = frozenset(("name", "description", "about"))
"""Keys that say nothing of what was trained."""

LONG_NUMBER = 8
"""Characters of a number from which on it is shortened in tables."""


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


@dataclass(frozen=True)
class Told:
    """What tells runs apart: short ``names`` of settings, and for each run their ``values``, empty
    of a run of which no settings are known. ``runs``: what each is called, none of groups."""

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    runs: tuple[str, ...] = ()


def telling(tables: Sequence[Settings]) -> dict[str, str]:
    """The settings that differ with short names, those with more different values first, seeds
    last."""
    known = [table for table in tables if table]
    rows = {key: len({*v} - {UNSET}) for key, v in differing(known) if key not in NO_NEWS}
    order = sorted(rows, key=lambda key: (is_seed(key), -rows[key]))
    short = short_keys(order)
    return {key: short[key] for key in order}


def told_apart(
    names: Sequence[str], tables: Sequence[Settings], keys: Sequence[str] | None = None
) -> Told:
    """Runs by the settings that differ and their names, or groups by those that are among
    ``keys``."""
    short = {k: name for k, name in telling(tables).items() if keys is None or k in keys}
    rows = [
        tuple(value_text(table.get(key, UNSET)) for key in short) if table else ()
        for table in tables
    ]
    called = () if keys is not None else tuple(map(printable, names))
    return Told(tuple(short.values()), tuple(rows), called)


def value_text(value: Any) -> str:
    """A setting's value; a long number with four digits that count."""
    text = str(value)
    if isinstance(value, float) and len(text) > LONG_NUMBER:
        text = short_number(value, 4)
    return printable(text)


def distinct_names(paths: Sequence[Path]) -> list[str]:
    """Each path by as few of its last parts as tell it from the others: two may share a name."""
    sizes = [1] * len(paths)
    for _ in range(max((len(path.parts) for path in paths), default=0)):
        names = ["/".join(path.parts[-n:]) for path, n in zip(paths, sizes, strict=True)]
        times = Counter(names)
        if len(times) == len(names):
            break
        sizes = [n + (times[name] > 1) for n, name in zip(sizes, names, strict=True)]
    return ["/".join(path.parts[-n:]) for path, n in zip(paths, sizes, strict=True)]


def labels(names: Sequence[str], tables: Sequence[Settings]) -> list[str]:
    """Each run by the settings that differ, ``learning_rate=0.01 units=32``; by its name where
    none does, and by both where other runs are set just so."""
    short = telling(tables)
    said = [
        " ".join(f"{name}={table.get(key, UNSET)}" for key, name in short.items()) if table else ""
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
        every = [k for k in telling(tables) if not is_seed(k)]
        self.keys = every if key == self.BUT_SEEDS else [key]
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


def usual_group(tables: Sequence[Settings]) -> str:
    """The first of the keys whose groups have two runs each or more, on average; else the one that
    makes the fewest groups. Empty where there is none."""
    counts = {key: len(Groups(key, tables).members) for key in group_keys(tables)}
    large = (key for key, count in counts.items() if 2 * count <= len(tables))
    return next(large, min(counts, key=counts.__getitem__, default=""))
