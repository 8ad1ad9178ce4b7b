"""Settings of runs beside each other, and runs in the order of one of them."""

import json
import sys
import tomllib
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from tuidl.core.errors import RunError, suggestion
from tuidl.core.own_files import FileError, read_bounded
from tuidl.preset.defaults import with_defaults
from tuidl.runs.expressions import Condition, condition
from tuidl.runs.listing import UNSET, Listed
from tuidl.runs.ranking import by_score
from tuidl.storage.contents import PRESET
from tuidl.storage.folder import LARGEST_PRESET

FACTS = (
    "run", "preset", "created", "state", "epochs", "seconds", "part", "sweep", "trial", "format",
    "points",
)  # fmt: skip
"""What a run can be sorted by besides scores and settings."""
DESCENDING = ("created",)
SAID = ("tags", "note", "pinned")
"""What a person said of a run."""


class PresetSettings(dict[str, Any]):
    """A preset's values by dotted keys. ``defaults``: keys of those that it leaves to the default.

    Kept presets leave defaults out. They are those of this version, with which it would go on with
    the run, too.
    """

    __slots__ = ("defaults",)

    def __init__(self, table: dict[str, Any]) -> None:
        written = flat(table)
        super().__init__(written)
        self.update(flat(with_defaults(table)))
        self.defaults = _shared(frozenset(self.keys() - written.keys()))

    @property
    def written(self) -> dict[str, Any]:
        """Those that its file has."""
        return {key: value for key, value in self.items() if key not in self.defaults}

    @property
    def left_out(self) -> dict[str, Any]:
        """Those that it has not."""
        return {key: value for key, value in self.items() if key in self.defaults}


@lru_cache(1024)
def _shared(keys: frozenset[str]) -> frozenset[str]:
    """The same record for all runs that leave out the same."""
    return keys


def settings_of(folder: Path) -> dict[str, Any]:
    """The preset's values by dotted keys: it is not run, and nothing of it is looked up. Empty
    where it cannot be read."""
    return settings_in(preset_text(folder))


def preset_text(folder: Path) -> bytes:
    """Empty where it cannot be read."""
    try:
        return read_bounded(folder / PRESET, LARGEST_PRESET)
    except FileError:
        return b""


def settings_in(text: bytes) -> dict[str, Any]:
    """The same of the text of its file; empty where it is no TOML."""
    try:
        table = tomllib.loads(text.decode())
        return PresetSettings(table) if table else {}
    except (ValueError, RecursionError):
        return {}


def defaults_of(settings: dict[str, Any]) -> Collection[str]:
    """Keys whose values nobody gave."""
    return settings.defaults if isinstance(settings, PresetSettings) else ()


def differing(
    settings: Sequence[dict[str, Any]], text: Callable[[Any], str] = str
) -> list[tuple[str, list[str]]]:
    """Keys that are not the same everywhere, with the value of each as ``text``; UNSET where there
    is none. A default that some have, and to the others does not apply (a momentum beside Adam),
    says no more than the kind does that it belongs to, and is left out."""
    names = dict.fromkeys(name for one in settings for name in one)
    given = {name for one in settings for name in one.keys() - defaults_of(one)}
    rows = [
        (name, [text(one[name]) if name in one else UNSET for one in settings]) for name in names
    ]
    return [
        (name, values)
        for name, values in rows
        if len({*values} if name in given else {*values} - {UNSET}) > 1
    ]


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """Nested tables and lists as dotted keys: ``layers[0].units``."""
    found: dict[str, Any] = {}
    _flatten(value, name, found)
    return found


def _flatten(value: Any, name: str, found: dict[str, Any]) -> None:
    if isinstance(value, dict):
        before = f"{name}." if name else ""
        for key, inner in value.items():
            _flatten(inner, before + key, found)
    elif isinstance(value, list | tuple) and any(isinstance(inner, dict) for inner in value):
        for i, inner in enumerate(value):
            _flatten(inner, f"{name}[{i}]", found)
    else:
        found[sys.intern(name)] = value


def with_settings(found: list[Listed]) -> list[Listed]:
    """The same runs with what their presets say; logs of other programs as they are."""
    return [
        run if run.is_foreign else replace(run, settings=settings_of(run.path)) for run in found
    ]


def to_json(found: list[Listed]) -> str:
    """Runs as records. ``settings`` are those that a run's preset has written, ``defaults`` those
    that it leaves to them."""
    return msgspec.json.encode([_record(run) for run in found]).decode()


def _record(run: Listed) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(run)
    if isinstance(run.settings, PresetSettings):
        record["settings"] = run.settings.written
        record["defaults"] = run.settings.left_out
    return record


def in_order(found: list[Listed], key: str) -> list[Listed]:
    """Sorted by a score (the best first), a fact, or a dotted setting (the smallest first); runs
    without it come last. Raises RunError where no run has it."""
    if any(key in run.scores or key in run.numbers for run in found):
        return by_score(found, key)
    require_known(found, (key,))
    values = {run.run: value_of(run, key) for run in found}
    known = [run for run in found if values[run.run] is not None]
    numbers = all(_is_number(values[run.run]) for run in known)
    known.sort(
        key=lambda run: values[run.run] if numbers else str(values[run.run]),
        reverse=key in DESCENDING,
    )
    return [*known, *(run for run in found if values[run.run] is None)]


def those_where(found: list[Listed], text: str) -> list[Listed]:
    """Those of which the condition is true. Its keys are settings, scores, facts, ``tags``,
    ``note`` and ``pinned``. Raises RunError for what is no condition, and for a key that no run
    has."""
    wanted = condition(text)
    require_known(found, tuple(key for key in wanted.keys if key not in SAID))
    return meeting(found, wanted)


def meeting(found: list[Listed], wanted: Condition) -> list[Listed]:
    """Those of which a condition is true. Raises RunError where a key that is never true or false
    is compared with nothing."""
    for key in wanted.bare:
        if (known := _never_true(found, key)) is not None:
            raise RunError(f"{key!r} is {known!r}, not true or false: {_compared(key, known)}")
    return [run for run in found if wanted.holds(partial(said_of, run))]


def is_switch(found: list[Listed], key: str) -> bool:
    """Whether a key is true or false of a run, so that it is a condition by itself."""
    return key == "pinned" or any(isinstance(value_of(run, key), bool) for run in found)


def _never_true(found: list[Listed], key: str) -> Any:
    """A value of a key that is neither true nor false of any run; None where there is none."""
    if is_switch(found, key):
        return None
    return next((known for run in found if (known := value_of(run, key)) is not None), None)


def _compared(key: str, value: Any) -> str:
    """An example of what may be said of a key instead."""
    if key == "tags":
        return f"compare it, as in \"'{value[0]}' in tags\""
    if _is_number(value):
        return f"compare it, as in '{key} > {value:.4g}'"
    return f"compare it, as in '{key} == {json.dumps(value, default=str)}'"


def said_of(run: Listed, key: str) -> Any:
    """The value of a key, or what a person said of the run: its tags are a list."""
    if key in SAID and key not in run.settings:
        return list(run.tags) if key == "tags" else getattr(run, key)
    return value_of(run, key)


def require_known(found: list[Listed], keys: tuple[str, ...]) -> None:
    """Raises RunError where no run has one of the keys."""
    for key in keys:
        if key in (*FACTS, *SAID):
            continue
        if found and all(value_of(run, key) is None for run in found):
            raise RunError(f"no run has {key!r}{suggestion(key, _known(found))}")


def value_of(run: Listed, key: str) -> Any:
    """A setting, a score, a fact or what a person said of the run; None where it has none of it.
    A setting that all objectives of a run have alike is the run's."""
    if key in run.settings:
        return run.settings[key]
    if (own := run.settings_of(key)) and all(value == own[0] for value in own):
        return own[0]
    if key in SAID:
        said = getattr(run, key)
        return list(said) if isinstance(said, tuple) and said else said or None
    if key in run.scores:
        return run.scores[key]
    return run.numbers.get(key, _fact(run, key) if key in FACTS else None)


def _fact(run: Listed, key: str) -> Any:
    """A log of another program has no preset, and says not of how many epochs it is."""
    return None if run.is_foreign and key in ("preset", "epochs") else getattr(run, key)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _known(found: list[Listed]) -> tuple[str, ...]:
    keys = (key for run in found for key in (*run.scores, *run.numbers, *run.settings))
    return (*FACTS, *dict.fromkeys(keys))
