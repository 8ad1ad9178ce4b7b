"""A preset's table as the rows of a form, and the values that keys step through."""

import json
import tomllib
from dataclasses import dataclass
from typing import Any

from tuidl.data.catalog import SOURCES
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.preset.networks import TABLES
from tuidl.preset.toml_lines import KeyPath
from tuidl.preset.training import Training
from tuidl.tui.editor.fields import Field, fields_of, with_starters

Table = dict[str, Any]
SECTIONS: tuple[tuple[str, dict[str, type[Any]], str], ...] = (
    ("data", SOURCES, "source"),
    ("layers", LAYERS, "type"),
    ("loss", LOSSES, "type"),
    ("optimizer", OPTIMIZERS, "type"),
)
NAME = Field("name", required=True, kinds=frozenset({"str"}), help="The title of the preset.")


@dataclass(frozen=True)
class Row:
    """One line of the form. ``value`` is the value in the text, None if there is none.

    ``kind``: "section", "layer", "field", "kind" (which record it is) or "add".
    """

    kind: str
    path: KeyPath
    label: str
    depth: int = 0
    value: Any = None
    field: Field | None = None
    is_open: bool = False

    @property
    def is_set(self) -> bool:
        return self.value is not None

    @property
    def shown(self) -> str:
        """The value in force: what is set, or else the default."""
        field = self.field
        value = self.value if self.is_set or field is None else field.default
        if field is not None and field.is_record:
            return _kind_shown(value)
        return value_shown(value)


def value_shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list | tuple):
        return ", ".join(
            _inline(v) if isinstance(v, list | tuple) else value_shown(v) for v in value
        )
    if isinstance(value, dict):
        return _inline(value)
    return "" if value is None else " ".join(str(value).split())


def _inline(value: Any) -> str:
    """The value as TOML on one line."""
    if isinstance(value, dict):
        parts = (f"{json.dumps(key)} = {_inline(inner)}" for key, inner in value.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inline, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _kind_shown(value: Any) -> str:
    if not isinstance(value, dict):
        return "off"
    return str(value.get("type", "on"))


def rows_of(table: Table, open_layer: int | None = None) -> list[Row]:
    """All rows; of the layers only ``open_layer`` shows its keys."""
    rows = [Row("field", ("name",), "name", value=table.get("name"), field=NAME)]
    several = any(key in table for key in TABLES)
    for key, records, tag in SECTIONS:
        if several and key != "data":
            continue
        rows.append(Row("section", (key,), key))
        if key == "layers":
            rows += _layer_rows(table.get(key), open_layer)
        else:
            rows += _record_rows(_table(table.get(key)), (key,), records, tag, 0)
    if several:
        rows += [
            Row("section", (key,), f"{key}: f2, in the text") for key in TABLES if key in table
        ]
    rows.append(Row("section", ("training",), "training"))
    return rows + _field_rows(_table(table.get("training")), ("training",), Training, 0)


def _table(value: Any) -> Table:
    return value if isinstance(value, dict) else {}


def _layer_rows(layers: Any, open_layer: int | None) -> list[Row]:
    rows = []
    for i, layer in enumerate(layers if isinstance(layers, list) else []):
        layer = _table(layer)
        path: KeyPath = ("layers", i)
        is_open = i == open_layer
        rows.append(Row("layer", path, str(layer.get("type", "?")), value=layer, is_open=is_open))
        if is_open:
            rows += _record_rows(layer, path, LAYERS, "type", 1)
    return [*rows, Row("add", ("layers",), "add a layer")]


def _record_rows(
    table: Table, path: KeyPath, records: dict[str, type[Any]], tag: str, depth: int
) -> list[Row]:
    """Which record it is, then its keys."""
    name = table.get(tag)
    choice = Field(tag, required=True, kinds=frozenset({"word"}), words=tuple(records))
    rows = [Row("kind", (*path, tag), tag, depth, name, choice)]
    record = records.get(name) if isinstance(name, str) else None
    return rows + (_field_rows(table, path, record, depth) if record else [])


def _field_rows(table: Table, path: KeyPath, record: type[Any], depth: int) -> list[Row]:
    rows = []
    for field in fields_of(record):
        value = table.get(field.key)
        place = (*path, field.key)
        rows.append(Row("field", place, field.key, depth, value, field))
        inner = value if isinstance(value, dict) else None
        if field.is_record and inner is not None:
            variants = dict(field.variants)
            tag = str(inner.get("type", ""))
            if tag in variants:
                rows += _field_rows(inner, place, variants[tag], depth + 1)
    return rows


def brief(layer: Table) -> str:
    """A layer's settings besides its type, in as few words as possible."""
    parts = []
    for key, value in layer.items():
        if key in ("type", "enabled") or isinstance(value, dict):
            continue
        is_word = isinstance(value, str)
        parts.append(value_shown(value) if is_word else f"{key} {value_shown(value)}")
    return ", ".join(parts)


def parsed(text: str, field: Field) -> Any:
    """The value that ``text`` stands for; None if empty, the text itself if unclear."""
    text = text.strip()
    if not text:
        return None
    if "table" in field.kinds:
        return _toml(text)
    if "list" in field.kinds:
        return _listed(text, field)
    if field.kinds & {"int", "float"}:
        return _number(text)
    return text


def _listed(text: str, field: Field) -> Any:
    """The list that ``text`` stands for, or its only value where the field may be that too."""
    if "[" in text:
        for written in (text, f"[{text}]"):
            if isinstance(made := _toml(written), list):
                return made
    items = [_number(part.strip()) for part in text.strip("[]").split(",") if part.strip()]
    is_one = len(items) == 1 and field.kinds != {"list"} and not {"[", ","} & set(text)
    return items[0] if is_one else items


def _toml(text: str) -> Any:
    """The value that the text is in TOML, the text itself where it is none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError, KeyError):
        return text


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text.replace("_", "") if kind is int else text)
        except ValueError:
            continue
    return text.strip("\"'")


def changed_kind(row: Row, table: Table, name: str) -> Table:
    """The table of ``row``'s record as one of the kind ``name``, keys kept where it has them."""
    records = next(records for key, records, _ in SECTIONS if key == row.path[0])
    return with_starters(records[name], table)


def stepped(row: Row, step: int) -> Any:
    """The next value up (1) or down (-1): words in turn, numbers in natural steps."""
    field = row.field
    assert field is not None
    value = row.value if row.is_set else field.default
    if field.is_switch:
        return not value
    if field.is_choice or (value in field.words and len(field.words) > 1):
        place = field.words.index(value) if value in field.words else -step
        return field.words[(place + step) % len(field.words)]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _next_number(value, field, step)
    return None if not field.words else field.words[0]


def _next_number(value: float, field: Field, step: int) -> float:
    """Whole numbers are doubled or halved, shares go by 0.05, others by 1, 2, 5, 10."""
    if field.kinds & {"int"} and isinstance(value, int):
        made: float = value * 2 if step > 0 else value // 2
        made = made or (1 if step > 0 else 0)
    elif field.high == 1 and field.low == 0:
        made = round(round(value / 0.05) * 0.05 + 0.05 * step, 10)
        made = min(max(made, 0.0), 0.95)
    else:
        made = _ladder(value, step)
    low = field.low if field.low is not None else made
    return type(value)(min(max(made, low), field.high if field.high is not None else made))


def _ladder(value: float, step: int) -> float:
    if value <= 0:
        return 1e-4 if step > 0 else 0.0
    rungs = [m * 10.0**e for e in range(-12, 13) for m in (1, 2, 5)]
    if step > 0:
        found = next((r for r in rungs if r > value * 1.001), value)
    else:
        found = next((r for r in reversed(rungs) if r < value * 0.999), value)
    return float(f"{found:.1g}")
