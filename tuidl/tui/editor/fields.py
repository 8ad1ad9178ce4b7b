"""What the records of a preset may hold, read off their types: forms are made from this alone."""

import inspect
import re
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import NODEFAULT
from msgspec.inspect import (
    BoolType,
    DictType,
    FloatType,
    IntType,
    LiteralType,
    NoneType,
    StrType,
    StructType,
    TupleType,
    UnionType,
    VarTupleType,
    type_info,
)  # fmt: skip
from msgspec.inspect import (
    Field as Inspected,
)

STARTERS: dict[str, Any] = {
    "units": 32, "filters": 16, "rate": 0.2, "shape": [1], "inputs": ["input", "input"],
    "input_dim": 1000, "output_dim": 16, "size": [32, 32], "path": "file", "target": 1,
    "layer": {"type": "gru", "units": 16}, "x": "x.npy", "y": "y.npy",
}  # fmt: skip
"""First values of keys that have no default."""


@dataclass(frozen=True)
class Field:
    """One key of a record. ``words``: texts that it may be; ``low`` and ``high``: of its numbers.

    ``variants``: the records it may be, by their tag; a single one without a tag has the key "".
    """

    key: str
    default: Any = None
    required: bool = False
    optional: bool = False
    kinds: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    variants: tuple[tuple[str, type[Any]], ...] = ()
    help: str = ""

    @property
    def is_choice(self) -> bool:
        """Whether its only values are a few words."""
        return bool(self.words) and not self.kinds - {"word"}

    @property
    def is_switch(self) -> bool:
        return self.kinds == {"bool"}

    @property
    def is_record(self) -> bool:
        return bool(self.variants)

    @property
    def expectation(self) -> str:
        """The values that are allowed, in words."""
        parts = []
        if self.kinds & {"int", "float"}:
            parts.append(("a whole number" if "int" in self.kinds else "a number") + self._range())
        if self.words and not self.is_choice and self.kinds != {"list"}:
            parts.append(", ".join(self.words))
        if "str" in self.kinds:
            parts.append("text")
        if "table" in self.kinds:
            parts.append("a table as in TOML: {name = {key = value}}")
        if self.is_switch:
            parts.append("on or off")
        if "list" in self.kinds:
            parts.append("a list, with commas between")
        items = f": {', '.join(self.words)}" if self.words and self.kinds == {"list"} else ""
        return " or ".join(parts) + items

    def _range(self) -> str:
        low = f" from {self.low:g}" if self.low is not None else ""
        return low + (f" to {self.high:,.10g}" if self.high is not None else "")

    def starter(self) -> Any:
        """A first value."""
        if self.key in STARTERS:
            return STARTERS[self.key]
        if self.kinds & {"int", "float"}:
            return self.low if self.low is not None else 1
        if self.is_record:
            return with_starters(self.variants[0][1], {})
        return self.words[0] if self.words else [] if "list" in self.kinds else self.key


_KNOWN: dict[type[Any], tuple[Field, ...]] = {}


def fields_of(record: type[Any]) -> tuple[Field, ...]:
    """The keys of a record: those it must have, then its own, then those that others share."""
    if record not in _KNOWN:
        _KNOWN[record] = _fields_of(record)
    return _KNOWN[record]


def _fields_of(record: type[Any]) -> tuple[Field, ...]:
    info = type_info(record)
    assert isinstance(info, StructType)
    known = {field.encode_name: field for field in info.fields}
    order: list[str] = []
    for cls in record.__mro__:
        order += [k for k in inspect.get_annotations(cls) if k in known]
    names = list(dict.fromkeys([*order, *known]))
    names.sort(key=lambda name: not known[name].required)
    return tuple(_field(record, known[name]) for name in names)


def with_starters(record: type[Any], table: dict[str, Any]) -> dict[str, Any]:
    """``table`` as one of this record: unknown keys are removed, required keys added."""
    fields = {field.key: field for field in fields_of(record)}
    tag = record.__struct_config__.tag_field
    made = {str(tag): record.__struct_config__.tag} if tag else {}
    made |= {key: value for key, value in table.items() if key in fields}
    return made | {f.key: f.starter() for f in fields.values() if f.required and f.key not in made}


def _field(record: type[Any], given: Inspected) -> Field:
    members = given.type.types if isinstance(given.type, UnionType) else (given.type,)
    ranges = [_range(info) for info in members if _kind(info) in ("int", "float")]
    low, high = ranges[-1] if ranges else (None, None)
    return Field(
        given.encode_name,
        None if given.default is NODEFAULT else msgspec.to_builtins(given.default),
        given.required,
        any(isinstance(info, NoneType) for info in members),
        frozenset(kind for info in members if (kind := _kind(info))),
        tuple(word for info in members for word in _words(info)),
        low,
        high,
        tuple((str(i.tag or ""), i.cls) for i in members if isinstance(i, StructType)),
        help_on(record, given.encode_name),
    )


def _kind(info: Any) -> str:
    """The kind of a type in a form; "" for a record or None."""
    if isinstance(info, LiteralType):
        return "word" if any(isinstance(value, str) for value in info.values) else "int"
    return next((kind for known, kind in _KINDS.items() if isinstance(info, known)), "")


_KINDS: dict[type[Any], str] = {
    BoolType: "bool", IntType: "int", FloatType: "float", StrType: "str", VarTupleType: "list",
    TupleType: "list", DictType: "table",
}  # fmt: skip


def _range(info: Any) -> tuple[float | None, float | None]:
    """The smallest and the largest number of a type."""
    if isinstance(info, LiteralType):
        numbers = [value for value in info.values if isinstance(value, int)]
        return min(numbers), max(numbers)
    return _first(info.ge, info.gt), _first(info.le, info.lt)


def _first(*limits: float | None) -> float | None:
    return next((limit for limit in limits if limit is not None), None)


def _words(info: Any) -> list[str]:
    """The texts that a type, or an item of a list of it, may be."""
    info = info.item_type if isinstance(info, VarTupleType) else info
    values = info.values if isinstance(info, LiteralType) else ()
    return [value for value in values if isinstance(value, str)]


def help_on(record: type[Any], key: str) -> str:
    """The description of a key in the docstring of its record, or of a base class."""
    for cls in record.__mro__:
        text = " ".join((cls.__doc__ or "").split())
        if match := re.search(rf"``{key}``[^:.]*: (.+?)(?= ``\w+``(?:, ``\w+``)*:|$)", text):
            return match[1].replace("``", "").strip()
        sentences = re.split(r"(?<=[.;]) ", text)
        if found := next((s for s in sentences if f"``{key}``" in s), ""):
            return found.replace("``", "").strip()
    return ""


def summary_of(record: type[Any]) -> str:
    """The first sentence of a record's description."""
    text = " ".join((record.__doc__ or "").split()).replace("``", "")
    return re.split(r"(?<=[.:]) ", text)[0].rstrip(":.")
