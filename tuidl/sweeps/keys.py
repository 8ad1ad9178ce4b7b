"""Dotted keys of a sweep file, in quotes or as TOML has them: ``"a.b" = 1`` and ``a.b = 1``."""

import re
from collections.abc import Callable
from typing import Any

from tuidl.core.errors import PresetError

KEY = re.compile(r"[^=.\s]([^=.]*[^=.\s])?(\.[^=.\s]([^=.]*[^=.\s])?)*")
"""Names with dots between, as ``--set`` has them: without an equals sign."""
OF_SETTINGS = {"choices", "low", "high", "log", "step", "points", "when"}
MOST_DEEP = 20


def flat(name: str, table: Any, ends: Callable[[Any], bool]) -> Any:
    """A table by whole keys, where some of it is in tables within; what is no table as it is.
    ``ends``: whether a table is a value itself. Raises PresetError, ``name`` before the key."""
    if not isinstance(table, dict):
        return table
    found: dict[str, Any] = {}
    _collect(name, table, (), ends, found)
    return found


def _collect(
    name: str,
    table: dict[str, Any],
    above: tuple[str, ...],
    ends: Callable[[Any], bool],
    found: dict[str, Any],
) -> None:
    for part, value in table.items():
        path = (*above, part)
        key = ".".join(path)
        if isinstance(value, dict) and value and not ends(value) and len(path) < MOST_DEEP:
            _collect(name, value, path, ends, found)
            continue
        if not KEY.fullmatch(key):
            problem = f"{key!r} is no key; expected one like 'optimizer.learning_rate'"
            raise PresetError(name, problem)
        if key in found:
            raise PresetError(f"{name}.{key}", "is there twice, in quotes and without")
        found[key] = value


def is_setting(table: dict[str, Any]) -> bool:
    """Whether a table under ``search`` says which values a key has."""
    return not OF_SETTINGS.isdisjoint(table)


def never(table: dict[str, Any]) -> bool:
    """No table is a value."""
    return False
