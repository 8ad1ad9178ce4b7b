"""What may stand in a place of a preset, by the records that are read there."""

import re
from difflib import get_close_matches
from typing import Any

from msgspec.inspect import (
    AnyType,
    CustomType,
    DictType,
    Field,
    FloatType,
    LiteralType,
    StructType,
    UnionType,
    type_info,
)

from tuidl.core.errors import guess, suggestion

MOST_NAMED = 3
"""Of the records that have a key which another one lacks."""


def steps_to(path: str) -> list[tuple[str, str]]:
    """Names and numbers of a path such as .columns[0]."""
    return re.findall(r"\.(\w+)|\[(\d+)\]", path)


def info_at(kind: Any, value: Any, steps: list[tuple[str, str]]) -> Any:
    """What may stand at the end of the path ``steps`` below a ``value`` of ``kind``; of several
    records the one that the value names."""
    return _chosen(*_place_at(kind, value, steps))


def _place_at(kind: Any, value: Any, steps: list[tuple[str, str]]) -> tuple[Any, Any]:
    """All that may stand there, and what does."""
    info = type_info(kind)
    for name, index in steps:
        if name:
            found = [f.type for f in _fields(_chosen(info, value)) if f.encode_name == name]
            info = found[0] if found else info
        else:
            info = next((i.item_type for i in members(info) if hasattr(i, "item_type")), info)
        value = value[name] if name else value[int(index)]
    return info, value


def unknown_key(
    key: str, kind: Any, value: Any, steps: list[tuple[str, str]], siblings: tuple[type[Any], ...]
) -> str:
    """That the record at the end of the path has no such key, which keys it has, and which of the
    others that could stand there have it, or one of nearly that name; at the start of the path the
    ``siblings`` could."""
    place, there = _place_at(kind, value, steps)
    record = _chosen(place, there)
    others = members(place) if steps else [type_info(sibling) for sibling in siblings]
    names = [f.encode_name for f in _fields(record)] + _tag_names(record)
    theirs = {f.encode_name for other in others for f in _fields(other)}
    near = [] if guess(key, names) else get_close_matches(key, sorted(theirs), n=1, cutoff=0.8)
    wanted = key if key in theirs else near[0] if near else ""
    having = [i for i in others if any(f.encode_name == wanted for f in _fields(i))]
    if not (tags := sorted(tags_of(having))):
        return f"unknown key{suggestion(key, names)}"
    named = [*tags[:MOST_NAMED], *[f"{len(tags) - MOST_NAMED} more"] * (len(tags) > MOST_NAMED)]
    said = " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
    what = f"{'have' if named[1:] else 'has'} {'it' if wanted == key else repr(wanted)}"
    return f"unknown key; {said} {what} (valid: {', '.join(sorted(names))})"


def takes_numbers(kind: Any, value: Any, place: tuple[str | int, ...]) -> bool:
    """Whether a number may stand at the end of a path below a ``value`` of ``kind``. Of what no
    record says it may."""
    info = type_info(kind)
    for step in place:
        chosen, found = _chosen(info, value), None
        if isinstance(step, int):
            found = next((i.item_type for i in members(info) if hasattr(i, "item_type")), None)
        elif isinstance(chosen, StructType):
            found = next((f.type for f in chosen.fields if f.encode_name == step), None)
        else:
            found = next((i.value_type for i in members(info) if isinstance(i, DictType)), None)
        if found is None:
            return False  # which is said of the key itself
        info, value = found, value[step]
    return any(isinstance(i, FloatType | AnyType | CustomType) for i in members(info))


def members(info: Any) -> list[Any]:
    return list(info.types) if isinstance(info, UnionType) else [info]


def _chosen(info: Any, value: Any) -> Any:
    """The record among several that ``value`` is of, by its tag; ``info`` itself if none is."""
    for member in members(info):
        if isinstance(member, StructType) and (
            not isinstance(info, UnionType)
            or (isinstance(value, dict) and value.get(member.tag_field) == member.tag)
        ):
            return member
    return info


def _fields(info: Any) -> tuple[Field, ...]:
    return info.fields if isinstance(info, StructType) else ()


def _tag_names(info: Any) -> list[str]:
    """The key that selects the record (``type``), if it has one."""
    return [info.tag_field] if isinstance(info, StructType) and info.tag_field else []


def tags_of(choices: list[Any]) -> list[str]:
    return [str(info.tag) for info in choices if isinstance(info, StructType)]


def literals(info: Any) -> list[str]:
    """The words that may stand in a place."""
    words = [i.values for i in members(info) if isinstance(i, LiteralType)]
    return [str(word) for values in words for word in values if word != ""]
