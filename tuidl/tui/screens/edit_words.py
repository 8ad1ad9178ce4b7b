"""The three lines of text on the editing screen."""

from pathlib import Path

from tuidl.core.errors import TuidlError
from tuidl.tui.editor.draft import Draft
from tuidl.tui.editor.rows import Row, value_shown
from tuidl.tui.previews.preview import in_words, seconds_of


def title_of(draft: Draft, path: Path | None, is_changed: bool) -> str:
    name = str(draft.table.get("name", "")) if draft.table else ""
    words = ["tuidl  modify", name or "a preset"]
    if path is not None:
        words.append(f"({path.name})")
    return " ".join(words) + ("  changed, not saved" if is_changed else "")


def status_of(draft: Draft) -> str:
    """What is wrong with its line, or what there is to train."""
    if draft.problem or draft.graph is None:
        return draft.message
    layers = len(draft.graph.owners)
    words = (
        f"{layers} layer{'s' if layers != 1 else ''}, {draft.graph.parameter_count:,} parameters"
    )
    try:
        return f"{words}, about {in_words(seconds_of(draft.graph))} to train"
    except TuidlError:  # examples that are not here cannot be counted
        return words


def hint_of(row: Row) -> str:
    """What the chosen row means, what it may be, and how to change it."""
    if row.kind == "layer":
        return "enter: its keys · a: add below · d: delete · space: on/off · shift+↑↓: move"
    if row.kind == "add":
        return "enter adds a layer at the end"
    if row.field is None:
        return ""
    field = row.field
    default = value_shown(field.default)
    parts = [field.help, field.expectation, f"default {default}" if default else ""]
    keys = "enter lists all, ← → next" if field.is_choice or field.is_record else ""
    return " · ".join(part.rstrip(".;:") for part in (*parts, keys) if part)
