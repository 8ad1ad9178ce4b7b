"""The lines of the keys in a preset's TOML text."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tuidl.core.errors import PresetError, TuidlError

KeyPath = tuple[str | int, ...]

LONGEST_VALUE = 400
"""Lines of one value: its end is not looked for further down."""


@dataclass(frozen=True)
class Statement:
    """``key = value``, or the head of a table, on the lines ``first`` to ``last`` (from 0)."""

    path: KeyPath
    first: int
    last: int
    is_head: bool = False


@lru_cache(16)
def statements(text: str) -> tuple[Statement, ...]:
    """All statements in their order, as far as they can be read."""
    lines = text.split("\n")
    found: list[Statement] = []
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if head := _head(line):
            table = _placed(head, line.startswith("[["), counts)
            found.append(Statement(table, at, at, True))
        elif line and not line.startswith("#"):
            last, keys = _pair(lines, at)
            if keys:
                found.append(Statement((*table, *keys), at, last))
            at = last
        at += 1
    return tuple(found)


def _head(line: str) -> tuple[str, ...]:
    """The keys of ``[a.b]`` or ``[[a.b]]``, none if it is no such line."""
    if not line.startswith("["):
        return ()
    try:
        return _only_path(tomllib.loads(line))
    except (ValueError, RecursionError):
        return ()


def _only_path(value: Any) -> tuple[str, ...]:
    """The keys down to the innermost table that holds one thing."""
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict) or len(value) != 1:
        return ()
    key = next(iter(value))
    return (key, *_only_path(value[key]))


def _placed(keys: tuple[str, ...], is_item: bool, counts: dict[KeyPath, int]) -> KeyPath:
    """A table's path, with the numbers of the items of lists that it is below."""
    path: KeyPath = ()
    for i, key in enumerate(keys):
        path = (*path, key)
        if is_item and i == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _pair(lines: list[str], first: int) -> tuple[int, tuple[str, ...]]:
    """The last line of the statement that begins at ``first``, and its dotted keys."""
    key_text, equals, _ = lines[first].partition("=")
    if equals:
        for last in range(first, min(first + LONGEST_VALUE, len(lines))):
            try:
                tomllib.loads("\n".join(lines[first : last + 1]))
            except ValueError:
                continue
            except RecursionError:
                break
            return last, _only_path(tomllib.loads(f"{key_text} = 0"))
    return first, ()


def path_of(key: str) -> KeyPath:
    """``layers[2].units`` as a path; what an error adds in brackets is left out."""
    steps = re.findall(r"([\w-]+)|\[(\d+)\]", key.partition(" ")[0])
    return tuple(name or int(number) for name, number in steps)


def line_of(text: str, path: KeyPath) -> int | None:
    """The line (from 0) of a key, or of the nearest table around it that is there."""
    places = {statement.path: statement.first for statement in reversed(statements(text))}
    while path:
        if path in places:
            return places[path]
        inner = [at for known, at in places.items() if known[: len(path)] == path]
        if inner:
            return min(inner)
        path = path[:-1]
    return None


def path_at(text: str, line: int) -> KeyPath:
    """The path of what is said on a line (from 0); empty where nothing is."""
    found = (each.path for each in statements(text) if each.first <= line <= each.last)
    return next(found, ())


def error_line(text: str, error: TuidlError) -> int | None:
    """The line (from 0) that an error of the preset in ``text`` is about, if there is one."""
    if not isinstance(error, PresetError):
        return line_of(text, ("data",))
    if match := re.search(r"at line (\d+)", error.problem):
        return int(match[1]) - 1
    if "end of document" in error.problem:
        return len(text.rstrip("\n").split("\n")) - 1
    return line_of(text, path_of(error.key))
