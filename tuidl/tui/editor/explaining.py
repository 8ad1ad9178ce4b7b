"""What ``?`` says about a row of the form: the key's own description, and the concept behind it."""

import textwrap
from typing import Any

from tuidl.core.errors import GlossaryError
from tuidl.glossary import concept
from tuidl.glossary.pages import Line
from tuidl.tui.editor.fields import summary_of
from tuidl.tui.editor.rows import SECTIONS, Row, value_shown

Table = dict[str, Any]
RECORDS = {key: records for key, records, _ in SECTIONS}


def concept_of(row: Row, table: Table) -> str:
    """The name that the glossary knows for a row; empty where it knows none."""
    return next((name for name in _names(row, table) if _is_known(name)), "")


def _names(row: Row, table: Table) -> list[str]:
    """What a row may be called there, the most particular name first."""
    keys = [step for step in row.path if isinstance(step, str)]
    if row.kind == "layer":
        return [str(row.value.get("type", "layer")), "layer"]
    if row.kind == "kind":
        return [*([] if keys[0] == "data" else [str(row.value)]), keys[0]]
    place: Any = table
    for step in row.path[: 2 if keys[0] == "layers" else 1]:
        place = _at(place, step)
    kind = _at(place, "type") or _at(place, "source")
    return [".".join([str(kind), *keys[1:]]), ".".join(keys), keys[0].removesuffix("s")]


def _at(place: Any, step: str | int) -> Any:
    if isinstance(place, dict):
        return place.get(step)
    in_list = isinstance(place, list) and isinstance(step, int) and step < len(place)
    return place[step] if in_list else None


def _is_known(name: str) -> bool:
    try:
        return bool(concept(name))
    except GlossaryError:
        return False


def about_row(row: Row, width: int) -> list[Line]:
    """The row's key, what it means, what it may be, and its default, wrapped to ``width``."""
    records = RECORDS.get(str(row.path[0]), {})
    kind = row.value.get("type") if row.kind == "layer" else row.value
    says = [row.field.help if row.field else ""]
    if row.kind in ("layer", "kind") and kind in records:
        says = [summary_of(records[kind])]
    if row.field is not None and row.kind == "field":
        default = value_shown(row.field.default)
        says += [
            f"It may be {row.field.expectation}." if row.field.expectation else "",
            f"One of: {', '.join(row.field.words)}." if row.field.is_choice else "",
            f"The default is {default}." if default else "",
        ]
    text = [line for said in says if said for line in textwrap.wrap(_sentence(said), width)]
    return [Line(_written(row), "title"), *(Line(line, "text") for line in text), Line("", "text")]


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].rstrip(".;:") + "."


def _written(row: Row) -> str:
    """The path as an error would write it: ``layers[0].units``."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in row.path]
    return "".join(steps).removeprefix(".")
