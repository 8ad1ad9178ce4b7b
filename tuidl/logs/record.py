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
    was not finite, in an event of our own. ``epoch`` stands beside another key. ``time``: seconds
    since 1970, where the log itself and no number in it says when."""

    x_name: str | None
    x: float | None
    epoch: float | None
    values: dict[str, float | None]
    time: float | None = None


class Settings(NamedTuple):
    """Hyper-parameters that stand in a log, by name."""

    values: dict[str, Any]


class Unusable(Enum):
    """What is there in a log and not drawn; in the words of a note."""

    ROW = "no row of the header's columns"
    RECORD = "longer than 16 MiB and passed over"


Entry = bytes | Record | Settings | Unusable
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


CLOCKS = frozenset((
    "time", "timestamp", "wall_time", "walltime", "runtime", "elapsed", "elapsed_time", "seconds",
    "elapsed_seconds",
))  # fmt: skip
LATEST_DURATION = 1e8
"""Seconds; what is more is counted since 1970."""


def last_word(name: str) -> str:
    """The last part of a number's name, as words that say where a line stands are compared."""
    return name.rpartition("/")[2].lstrip("_").lower()


def clock_of(record: Record) -> float | None:
    """Seconds, of training or since 1970, at which a record stands, where it says so."""
    if record.time is not None:
        return record.time
    known = (value for name, value in record.values.items() if last_word(name) in CLOCKS)
    return next((value for value in known if value is not None and math.isfinite(value)), None)


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
    return placed(places, values)


def placed(places: dict[str, float], values: dict[str, float | None]) -> Record:
    """A record that stands at the most telling of its places."""
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
    key = last_word(name)
    return key if key in STEPS else None
