"""The changes that the form's keys make to the text of a preset."""

from collections.abc import Callable
from typing import Any, Protocol

from tuidl.nn.layers import LAYERS
from tuidl.preset.toml_edit import with_layers, with_value
from tuidl.preset.toml_lines import KeyPath
from tuidl.tui.editor.draft import Draft
from tuidl.tui.editor.fields import summary_of, with_starters
from tuidl.tui.editor.rows import SECTIONS, Row, changed_kind, stepped

BEGINNING = "dense"
"""The layer that is offered first."""


class TextSide(Protocol):
    """The TOML text."""

    @property
    def text(self) -> str: ...

    def become(self, text: str) -> None:
        """Replace the text."""


class RowList(Protocol):
    """The form's rows."""

    open_layer: int | None

    def open(self, layer: int | None) -> None:
        """Show the keys of one layer."""

    def go_to(self, path: KeyPath) -> None:
        """Put the cursor on a row."""


class FormSide(Protocol):
    """The form: its rows, and a line to type a value in."""

    @property
    def list(self) -> RowList: ...

    def begin(self, row: Row, typed: str = "") -> None:
        """Open the line to type in."""


class Editor(Protocol):
    """The screen with the form and the text."""

    draft: Draft

    @property
    def form(self) -> FormSide: ...

    @property
    def area(self) -> TextSide: ...

    def show_now(self) -> None:
        """Bring the form up to date with the text."""

    def propose(self, text: str, row: Row) -> bool:
        """Change the text; False where the row itself would be wrong."""

    def choose(
        self, title: str, choices: dict[str, str], current: str, then: Callable[[str], object]
    ) -> None:
        """Ask for one of ``choices`` and call ``then`` with it."""

    def warn(self, text: str) -> None:
        """Show a notice about a problem."""


class Changes:
    """One change to the text behind ``screen``, which must be TOML."""

    def __init__(self, screen: Editor) -> None:
        self._screen = screen
        self._text = screen.area.text
        self._table = screen.draft.table or {}
        self._list = screen.form.list

    def do(self, what: str, row: Row, typed: str = "") -> None:
        """Carry out one of the form's keys on a row; a key without meaning there does nothing."""
        if what == "activate":
            self._activate(row, typed)
        elif what in ("less", "more"):
            self._step(row, 1 if what == "more" else -1)
        elif what == "reset" and row.kind == "field" and row.field and not row.field.required:
            self.set_value(row, None)
        elif what == "switch" and row.field is not None:
            self._activate(row, "")
        elif what == "add":
            self._ask_layer(self._layer_of(row))
        elif self._layer_of(row) is not None and what in _ON_LAYERS:
            _ON_LAYERS[what](self, self._layer_of(row))

    def set_value(self, row: Row, value: Any) -> bool:
        """Write a value into the row's place; False if it cannot stand there."""
        return self._screen.propose(with_value(self._text, row.path, value), row)

    def _activate(self, row: Row, typed: str) -> None:
        field = row.field
        if row.kind == "layer":
            self._list.open(None if row.is_open else int(row.path[1]))
        elif row.kind == "add":
            self._ask_layer(None)
        elif field is None:
            return
        elif row.kind == "kind":
            self._ask_kind(row)
        elif field.is_record:
            self._ask_record(row)
        elif field.is_switch:
            self.set_value(row, stepped(row, 1))
        elif field.is_choice:
            choices = dict.fromkeys(field.words, "")
            self._screen.choose(row.label, choices, row.shown, lambda v: self.set_value(row, v))
        else:
            self._screen.form.begin(row, typed)

    def _step(self, row: Row, step: int) -> None:
        if row.kind == "layer":
            self._list.open(int(row.path[1]) if step > 0 else None)
        elif row.kind == "kind" and row.field is not None:
            self._change_kind(row, stepped(row, step))
        elif row.field is not None and not row.field.is_record:
            value = stepped(row, step)
            if value is not None:
                self.set_value(row, value)

    # --- records ------------------------------------------------------------------------------

    def _ask_kind(self, row: Row) -> None:
        records = next(records for key, records, _ in SECTIONS if key == row.path[0])
        choices = {name: summary_of(record) for name, record in records.items()}
        title = f"{row.path[0]}: {row.label}"
        self._screen.choose(title, choices, row.shown, lambda name: self._change_kind(row, name))

    def _change_kind(self, row: Row, name: str) -> None:
        """Replace a source, layer, loss or optimizer by one of another kind."""
        place: Any = self._table
        for step in row.path[:-1]:
            place = place[step]
        made = changed_kind(row, place, name)
        self._screen.propose(with_value(self._text, row.path[:-1], made), row)

    def _ask_record(self, row: Row) -> None:
        """Ask which variant a nested table has, or switch the table on and off."""
        field = row.field
        assert field is not None
        variants = dict(field.variants)
        if list(variants) == [""]:
            self.set_value(row, None if row.is_set else with_starters(variants[""], {}))
            return
        choices = {name: summary_of(record) for name, record in variants.items()}

        def chosen(name: str) -> None:
            old = row.value if isinstance(row.value, dict) else {}
            is_default = isinstance(field.default, dict) and field.default == {"type": name}
            self.set_value(row, None if is_default else with_starters(variants[name], old))

        self._screen.choose(row.label, choices, row.shown, chosen)

    # --- layers -------------------------------------------------------------------------------

    def _layer_of(self, row: Row) -> int | None:
        """The number of the layer that a row belongs to."""
        inside = len(row.path) > 1 and row.path[0] == "layers"
        return int(row.path[1]) if inside else None

    def _order(self) -> list[Any]:
        return list(range(len(self._table.get("layers", []))))

    def _ask_layer(self, behind: int | None) -> None:
        choices = {name: summary_of(layer) for name, layer in LAYERS.items()}

        def chosen(name: str) -> None:
            order = self._order()
            place = len(order) if behind is None else behind + 1
            order.insert(place, with_starters(LAYERS[name], {}))
            self._rearrange(order, place)
            self._list.open(place)

        self._screen.choose("Add a layer", choices, BEGINNING, chosen)

    def _delete(self, layer: int) -> None:
        order = self._order()
        if len(order) == 1:
            self._screen.warn("A network needs a layer.")
            return
        del order[layer]
        self._list.open(None)
        self._rearrange(order, min(layer, len(order) - 1))

    def _move(self, layer: int, step: int) -> None:
        order = self._order()
        place = layer + step
        if 0 <= place < len(order):
            order[layer], order[place] = order[place], order[layer]
            if self._list.open_layer == layer:
                self._list.open(None)
            self._rearrange(order, place)

    def _switch(self, layer: int) -> None:
        """On is the default, so it is not written."""
        is_on = self._table["layers"][layer].get("enabled", True) is not False
        path = ("layers", layer, "enabled")
        self._screen.area.become(with_value(self._text, path, False if is_on else None))

    def _rearrange(self, order: list[Any], then: int) -> None:
        self._screen.area.become(with_layers(self._text, order))
        self._screen.show_now()
        self._list.go_to(("layers", then))


_ON_LAYERS: dict[str, Callable[[Changes, Any], None]] = {
    "delete": Changes._delete,
    "switch": Changes._switch,
    "up": lambda changes, layer: changes._move(layer, -1),
    "down": lambda changes, layer: changes._move(layer, 1),
}
