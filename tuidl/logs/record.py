"""One line of a log: where it stands, and the numbers it has."""

import json
import math
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from tuidl.core.printable import printable

STEPS = ("step", "global_step", "iteration", "iter", "epoch", "batch")
"""Keys that say where a line stands, the most telling first."""
DEEPEST = 8
"""Objects within objects that are looked into."""
LONGEST_NAME = 80


class Record(NamedTuple):
    """``x``: the value of the key ``x_name``; None where no key says where. A value that is None
    was not finite, in an event of our own. ``epoch`` stands beside another key."""

    x_name: str | None
    x: float | None
    epoch: float | None
    values: dict[str, float | None]


class Unusable(Enum):
    """What is there in a log and not drawn; in the words of a note."""

    ROW = "no row of the header's columns"
    RECORD = "longer than 16 MiB and passed over"


Entry = bytes | Record | Unusable
"""A line of JSON, or what a log of another format says at one place."""


class NoObjectError(ValueError):
    """A line that is JSON, but no object."""


def parsed(line: bytes) -> dict[str, Any]:
    """The line's object; NaN and Infinity, which JSON does not have, are understood.

    Raises NoObjectError, or ValueError where it is no JSON.
    """
    try:
        found = msgspec.json.decode(line)
    except (msgspec.MsgspecError, RecursionError):
        try:
            found = json.loads(line)
        except RecursionError:
            raise ValueError("objects within too many objects") from None
    if not isinstance(found, dict):
        raise NoObjectError("no object")
    return found


def record_of(table: dict[str, Any]) -> Record:
    """What an object says."""
    places: dict[str, float] = {}
    values: dict[str, float | None] = {}
    for name, value in _numbers(table, "", DEEPEST):
        known = step_key(name)
        if known is None:
            values[name] = value
        elif math.isfinite(value):
            places.setdefault(known, value)
    x_name = next((key for key in STEPS if key in places), None)
    epoch = places.get("epoch") if x_name != "epoch" else None
    return Record(x_name, places[x_name] if x_name else None, epoch, values)


def _numbers(table: dict[str, Any], above: str, depth: int) -> Iterator[tuple[str, float]]:
    """Every number with the keys that lead to it, joined by dots. A null is none: many loggers
    write every key on every line, whether it was measured there or not."""
    for key, value in table.items():
        kind = type(value)
        if kind is dict:
            if depth > 1:
                yield from _numbers(value, f"{above}{key}.", depth - 1)
        elif kind is float or kind is int:
            yield readable(above + key), _float(value)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


@lru_cache(4096)
def readable(name: str) -> str:
    """A name that can be shown, whatever is in it."""
    clean = printable(name[: LONGEST_NAME + 1])
    return clean if len(clean) <= LONGEST_NAME else clean[: LONGEST_NAME - 1] + "…"


@lru_cache(4096)
def step_key(name: str) -> str | None:
    """The key of ``STEPS`` that a name is, if it is one: ``trainer/global_step``, ``_step``."""
    key = name.rpartition("/")[2].lstrip("_").lower()
    return key if key in STEPS else None
