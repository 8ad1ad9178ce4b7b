"""Strict reading of TOML values into records, with errors that a beginner can act on."""

import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from typing import Annotated, Any, Union

import msgspec
from msgspec import Meta
from msgspec.inspect import (
    BoolType,
    DictType,
    FloatType,
    IntType,
    ListType,
    StrType,
    UnionType,
)

from tuidl.core.errors import PresetError, suggestion
from tuidl.core.user_folders import expanded
from tuidl.preset.inspecting import (
    info_at,
    literals,
    members,
    steps_to,
    tags_of,
    takes_numbers,
    unknown_key,
)
from tuidl.preset.toml_edit import value_text

PATHS = ("data.path", "data.titles")
OTHERWISE = {"data.x": ".npy", "data.y": ".npy", "weights.from": ".safetensors"}
"""Keys whose values are paths; and such as name an array or a run unless they end so."""
PLAIN: dict[type, Any] = {
    BoolType: bool, IntType: int, FloatType: float, StrType: str, ListType: list[Any],
}  # fmt: skip
PATTERNS = {
    "{1,64}": "text of 1 to 64 letters, digits, _ and -",
    "x1f": "a path without control characters",
    "[AB]": "points as A+1.2-0.5B-3+4",
    "[^": "one character, no quote and no end of a line",
}
"""What texts that must match a pattern are, by a part of it."""
WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def convert(value: Any, kind: Any, key: str, siblings: Mapping[str, type[Any]] = {}) -> Any:
    """``value`` as ``kind``. Raises PresetError with the exact key below ``key``.

    ``siblings``: the records that could stand here, by name: one of them may have an unknown key.
    """
    _require_finite(value, kind, key)
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        raise _explained(str(error), value, kind, key, siblings) from None


def convert_tagged(value: Any, kinds: Mapping[str, type[Any]], tag: str, key: str) -> Any:
    """``value`` as the one of ``kinds`` that its ``tag`` names. Raises PresetError."""
    if not isinstance(value, dict):
        raise PresetError(key, f"expected a table, got {_shown(value)}")
    if tag not in value:
        raise PresetError(f"{key}.{tag}", f"missing (valid: {', '.join(sorted(kinds))})")
    name = value[tag]
    if not isinstance(name, str):
        problem = f"expected text, got {_shown(name)} (valid: {', '.join(sorted(kinds))})"
        raise PresetError(f"{key}.{tag}", problem)
    if name not in kinds:
        raise PresetError(f"{key}.{tag}", f"no {_shown(name)}{suggestion(name, kinds)}")
    return convert(value, kinds[name], key, kinds)


_PLACE = re.compile(r"\[([0-9]+)\]")
"""A place in a list, as errors write it."""


def set_value(table: dict[str, Any], override: str) -> None:
    """Apply one ``KEY=VALUE`` of the command line, KEY dotted: ``layers.0.filters=8``. A table of a
    list is named by its number, also as errors write it (``layers[0].filters``), or by its own
    name: ``objectives.generator.steps=2``.

    VALUE is read as TOML, or as text where it is none. Raises PresetError.
    """
    key, equals, text = override.partition("=")
    path = _PLACE.sub(r".\1", key.strip()).split(".")
    if not equals or not all(path):
        raise PresetError(f"--set {override}", "expected KEY=VALUE, KEY like training.epochs")
    value = _parsed(text, override)
    place: Any = table
    for i, step in enumerate(path[:-1]):
        place = _below(place, step, ".".join(path[: i + 1]), override)
    if isinstance(place, list):
        place[_index(place, path[-1], override)] = value
    elif isinstance(place, dict):
        place[path[-1]] = value
    else:
        raise PresetError(f"--set {override}", f"{'.'.join(path[:-1])} holds no table")


def from_here(override: str) -> str:
    """A ``KEY=VALUE`` whose relative paths, in tables too, start at the working directory, as
    whoever typed it means them; others as they are."""
    key, _, text = override.partition("=")
    value = _parsed(text, override)
    found = _from_here(key.strip(), value)
    return override if found == value else f"{key}={value_text(found)}"


def _from_here(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _from_here(f"{key}.{name}", inner) for name, inner in value.items()}
    if not isinstance(value, str) or not value:
        return value
    end = OTHERWISE.get(key)
    if key not in PATHS and (end is None or not value.endswith(end)):
        return value
    try:
        return str(expanded(value).absolute())
    except (OSError, RuntimeError, ValueError):  # said where the path is read
        return value


def _parsed(text: str, override: str) -> Any:
    """The value that ``text`` is in TOML, or ``text`` itself."""
    try:
        table = tomllib.loads(f"value = {text}")
    except ValueError as error:
        if (said := text.strip()).startswith(("[", "{")) and said.endswith(("]", "}")):
            problem = f'expected TOML, with quotes around texts: ["accuracy"] ({error})'
            raise PresetError(f"--set {override}", problem) from None
        return said
    except RecursionError:
        raise PresetError(f"--set {override[:60]}", "nested too deeply") from None
    if set(table) != {"value"}:
        raise PresetError(f"--set {override!r}", "expected one value")
    return table["value"]


def _below(place: Any, step: str, path: str, override: str) -> Any:
    if isinstance(place, list):
        return place[_index(place, step, override)]
    if isinstance(place, dict):
        return place.setdefault(step, {})
    raise PresetError(f"--set {override}", f"{path} is not a table or a list")


def _index(place: list[Any], step: str, override: str) -> int:
    if step.isdecimal() and len(step) <= 6 and int(step) < len(place):
        return int(step)
    names = [one.get("name") if isinstance(one, dict) else None for one in place]
    if names.count(step) == 1:
        return names.index(step)
    known = [name for name in names if isinstance(name, str)]
    named = f", or a name ({', '.join(known)})" if known else ""
    problem = f"expected a number from 0 to {len(place) - 1}{named}, got {step!r}"
    raise PresetError(f"--set {override}", problem)


def _require_finite(value: Any, kind: Any, key: str) -> None:
    """Raises PresetError where a number may stand, and one that is not finite does. Elsewhere the
    validator says what is expected."""
    for place in _not_finite(value):
        if takes_numbers(kind, value, place):
            where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
            got = _below_all(value, place)
            raise PresetError(f"{key}{where}", f"expected a finite number, got {got}")


def _not_finite(value: Any) -> Iterator[tuple[str | int, ...]]:
    """Where numbers stand that are not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        yield ()
    steps: Iterable[str | int] = value if isinstance(value, dict) else ()
    for step in range(len(value)) if isinstance(value, list) else steps:
        yield from ((step, *more) for more in _not_finite(value[step]))


def _below_all(value: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        value = value[step]
    return value


def _explained(
    message: str, value: Any, kind: Any, key: str, siblings: Mapping[str, type[Any]] = {}
) -> PresetError:
    """Turn the validator's message into key, expectation, what was there and the nearest name."""
    problem, _, path = message.partition(" - at `$")
    before, is_named, _ = path.partition("[...]")
    if is_named:
        return _explained_by_name(problem, before, value, kind, key)
    root = value
    steps = steps_to(path)
    for name, index in steps:
        value = value[name] if name else value[int(index)]
    where = key + path.rstrip("`")
    if match := re.fullmatch(r"Object contains unknown field `(.*)`", problem):
        problem = unknown_key(match[1], kind, root, steps, tuple(siblings.values()))
        return PresetError(f"{where}.{match[1]}", problem)
    if match := re.fullmatch(r"Object missing required field `(.*)`", problem):
        return PresetError(f"{where}.{match[1]}", "missing: it has no default")
    if problem.startswith("Invalid enum value"):
        valid = literals(info_at(kind, root, steps))
        return PresetError(where, f"no {_shown(value)}{suggestion(str(value), valid)}")
    if problem.startswith("Invalid value"):  # no record of a union has that name
        choices = members(info_at(kind, root, steps[:-1]))
        return PresetError(where, f"no {_shown(value)}{suggestion(str(value), tags_of(choices))}")
    if not problem.startswith("Expected"):
        return _refused_by_record(problem, where, value)
    valid = literals(info_at(kind, root, steps))
    expected = f"{_expectation(problem)}, got {_shown(value)}"
    words = f" (valid: {', '.join(valid)})" if valid and " text" in expected else ""
    return PresetError(where, f"{expected}{words}")


def _refused_by_record(problem: str, where: str, value: Any) -> PresetError:
    """A record's own check says all there is to say, and may name the field at its start."""
    field, _, rest = problem.partition(": ")
    if isinstance(value, dict) and rest and re.fullmatch(r"\w+(\.\w+)*", field):
        return PresetError(f"{where}.{field}", rest)
    return PresetError(where, problem)


def _expectation(problem: str) -> str:
    plain, _, pattern = problem.partition(", got ")[0].partition(" matching regex ")
    if pattern:
        words = (said for part, said in PATTERNS.items() if part in pattern)
        plain = f"Expected {next(words, plain.removeprefix('Expected '))}"
    expected = re.sub(r"`([^`]*)`", lambda m: _in_words(m[1]), plain)
    return f"{expected[0].lower()}{expected[1:]}"


def _explained_by_name(problem: str, path: str, value: Any, kind: Any, key: str) -> PresetError:
    """The same of a table at ``path`` whose keys are names of the user's own: one of its values is
    wrong."""
    steps = steps_to(path)
    info = info_at(kind, value, steps)
    wanted = _of_values(next(i for i in members(info) if isinstance(i, DictType)).value_type)
    for name, index in steps:
        value = value[name] if name else value[int(index)]
    for name, inner in value.items():
        try:
            msgspec.convert(inner, wanted, strict=True)
        except msgspec.ValidationError as error:
            return _explained(str(error), inner, wanted, f"{key}{path}.{name}")
    return PresetError(f"{key}{path}", problem)


def _of_values(info: Any) -> Any:
    """What the values of a table whose keys are names may be: a record, numbers in a range, or one
    of several plain kinds."""
    if isinstance(info, UnionType):
        return Union[tuple(PLAIN[type(member)] for member in info.types)]  # noqa: UP007 - of a tuple
    if isinstance(info, FloatType):
        limits: dict[str, Any] = {key: getattr(info, key) for key in ("gt", "ge", "lt", "le")}
        return Annotated[float, Meta(**limits)]
    return info.cls


def _in_words(kinds: str) -> str:
    return " or ".join(WORDS.get(kind, kind) for kind in kinds.split(" | ") if kind != "null")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time):
        return str(value)
    try:
        text = repr(value)
    except ValueError:  # a number of thousands of digits
        return "a very long number"
    return text if len(text) <= 60 else text[:57] + "..."
