"""What a preset's file leaves to the defaults: each as its table would say it.

Kept presets leave defaults out. Nothing is run and nothing is looked up here: a kind that a plugin
brings stays as it is written, and so does a table that is not what it should be.
"""

from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec.inspect import ListType, StructType, UnionType, VarTupleType, type_info

from tuidl.data.catalog import SOURCES
from tuidl.data.dataset import Source
from tuidl.nn.layers import LAYERS
from tuidl.nn.layers.base import Layer
from tuidl.nn.losses import LOSSES, Loss
from tuidl.nn.optimizers import OPTIMIZERS, Optimizer
from tuidl.preset.schema import Preset

KINDS: dict[type, Any] = {Source: SOURCES, Layer: LAYERS, Loss: LOSSES, Optimizer: OPTIMIZERS}
"""Records by the base that a field names, then by their own names."""
SEVERAL = (ListType, VarTupleType)


class _Field(NamedTuple):
    """``default``: None where there is none to show; ``kind``: what a table in its place may be."""

    name: str
    default: Any
    kind: Any


def with_defaults(table: dict[str, Any]) -> dict[str, Any]:
    """A preset's tables with the defaults of this version: numbers, texts, switches and lists of
    them. A setting that is nothing unless it is given is not there either."""
    return _filled(table, Preset)


def _filled(table: dict[str, Any], record: type) -> dict[str, Any]:
    found = dict(table)
    for name, default, kind in _fields(record):
        if name in table:
            found[name] = _inside(table[name], kind)
        elif default is not None:
            found[name] = default
    return found


def _inside(value: Any, kind: Any) -> Any:
    """A value with the defaults of the tables in it."""
    if isinstance(value, dict):
        record = _record(value, kind)
        return value if record is None else _filled(value, record)
    if isinstance(value, list | tuple) and isinstance(kind, SEVERAL):
        return [_inside(one, kind.item_type) for one in value]
    return value


def _record(table: dict[str, Any], kind: Any) -> type | None:
    """Which record a table is of; None where that is not known."""
    if isinstance(kind, UnionType):
        choices = [one for one in kind.types if isinstance(one, StructType)]
        named = [one for one in choices if one.tag_field and table.get(one.tag_field) == one.tag]
        found = named or [one for one in choices if not one.tag_field]
        return found[0].cls if found else None
    if not isinstance(kind, StructType):
        return None
    if kind.cls not in KINDS:
        return kind.cls
    called = table.get(kind.cls.__struct_config__.tag_field or "")
    return KINDS[kind.cls].get(called) if isinstance(called, str) else None


@cache
def _fields(record: type) -> tuple[_Field, ...]:
    info = type_info(record)
    assert isinstance(info, StructType)
    return tuple(_Field(one.encode_name, _shown(one.default), one.type) for one in info.fields)


def _shown(default: Any) -> Any:
    """A default as TOML has it, with those of a record's own fields; None where there is nothing to
    show."""
    if isinstance(default, bool | int | float):
        return default
    if isinstance(default, str | list | tuple):
        value = list(default) if not isinstance(default, str) else default
        is_plain = not any(isinstance(one, msgspec.Struct) for one in value)
        return value if value and is_plain else None
    if isinstance(default, msgspec.Struct):
        return _filled(msgspec.to_builtins(default), type(default))
    return None
