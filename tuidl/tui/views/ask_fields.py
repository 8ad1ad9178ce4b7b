"""The inputs of a row as sliders and choices."""

import textwrap
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp

from tuidl.charts.palette import Palette
from tuidl.glossary.pages import Line
from tuidl.protocol.asking import AskField
from tuidl.tui.renderers.ask import MISSING, cell_text, field_lines, first_shown, track_of
from tuidl.tui.views.ask_canvas import BORDER
from tuidl.tui.views.ask_panel import Asking, AskPanel

CHANGE = Binding.Group("change", compact=True)


class FieldList(AskPanel):
    """Up and down select an input, left and right change its value."""

    concept = "input"
    BINDINGS: ClassVar = [
        Binding("up", "select(-1)", "input", show=False),
        Binding("down", "select(1)", "input", show=False),
        Binding("pageup", "select(-10)", "input", show=False),
        Binding("pagedown", "select(10)", "input", show=False),
        Binding("left", "change(-1)", "change", group=CHANGE),
        Binding("right", "change(1)", "change", group=CHANGE),
        Binding("shift+left,left_square_bracket", "change(-10)", "less", show=False),
        Binding("shift+right,right_square_bracket", "change(10)", "more", show=False),
        Binding("home", "end(0)", "lowest", show=False),
        Binding("end", "end(1)", "highest", show=False),
        Binding("enter", "type", "type it"),
    ]
    help_lines = (
        "Each line is an input of the network, in your units; its slider goes over the range of "
        "the training part. Up and down select one, left and right change it (shift or [ and ]: by "
        "ten steps), home and end go to the ends, Enter takes a value that you type, also outside "
        "the range. With the mouse: click or drag a slider.",
        "Beside each input stands between what the answer lies while that input alone goes over "
        "its range and all others stay. y: of another class or output.",
    )

    def __init__(self, view: Asking) -> None:
        super().__init__(view, "inputs")
        self._is_dragged = False

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        row, answer = self.view.question.row, self.view.answer
        if not row.fields:
            return self.waiting(palette, width, height)
        effects = answer.effects if answer is not None else ()
        return field_lines(
            row.fields, row.cells, row.selected, effects, palette, width, height, unicode,
            is_share=answer is not None and answer.is_share,
            of=answer.what_if.of if answer is not None and answer.what_if else "answer",
        )  # fmt: skip

    def title_now(self) -> str:
        form, question = self.view.form, self.view.question
        if form is None:
            return "inputs"
        if question.file:
            return "the file is asked; a key asks these values again"
        if question.is_example:
            return f"{form.part} example {form.example}"
        return "your values" if form.example is not None or question.number > 1 else "the mean"

    def subtitle_now(self) -> str:
        row = self.view.question.row
        if not row.fields:
            return ""
        one = row.field
        if one.kind == "category" or one.is_typed:
            return f"{one.name}: one of {len(one.choices)}" if one.choices else one.name
        low, high = (cell_text(one, end) for end in (one.low, one.high))
        return f"{low} to {high} in training"

    def about(self, width: int) -> list[Line]:
        row = self.view.question.row
        if not row.fields:
            return super().about(width)
        lines = [Line(row.field.name, "title")]
        lines += [Line(text, "text") for text in textwrap.wrap(about_field(row.field), width)]
        return [*lines, Line("", "text"), *super().about(width)]

    def _changed(self) -> None:
        self.view.question.by_hand()
        self.view.changed()

    def action_select(self, way: int) -> None:
        if self.view.question.row.fields:
            self.view.question.row.select(way)
            self.view.changed()

    def action_change(self, way: int) -> None:
        if self.view.question.row.fields:
            self.view.question.row.change(way)
            self._changed()

    def action_end(self, share: int) -> None:
        if self.view.question.row.fields:
            self.view.question.row.set_share(share)
            self._changed()

    def action_type(self) -> None:
        row = self.view.question.row
        if row.fields:
            cell = row.cells[row.selected]
            text = cell if isinstance(cell, str) else cell_text(row.field, cell)
            unit = row.field.unit
            self.view.type_cell(row.field.name, text.removesuffix(unit).strip())

    def on_mouse_down(self, event: MouseDown) -> None:
        row = self.view.question.row
        if not row.fields:
            return
        width, height = self.content_size
        answer = self.view.answer
        has_effects = bool(answer is not None and answer.effects)
        top = (
            1
            if has_effects
            and track_of(row.fields, width, True) != track_of(row.fields, width, False)
            else 0
        )
        first = first_shown(len(row.fields), row.selected, height - top)
        number = event.y - BORDER[1] - top + first
        if not 0 <= number < len(row.fields) or event.y < BORDER[1] + top:
            return
        row.selected, self._is_dragged = number, True
        self.capture_mouse()
        self._slide(event.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._is_dragged:
            self._slide(event.x)

    def on_mouse_up(self, event: MouseUp) -> None:
        self._is_dragged = False
        self.release_mouse()

    def _slide(self, x: int) -> None:
        """The selected value to where the mouse is on its slider."""
        row, answer = self.view.question.row, self.view.answer
        has_effects = bool(answer is not None and answer.effects)
        start, size = track_of(row.fields, self.content_size.width, has_effects)
        if x - BORDER[0] >= start and size > 1:
            row.set_share((x - BORDER[0] - start) / (size - 1))
            self.view.question.by_hand()
        self.view.changed()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.action_select(-1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.action_select(1)


def about_field(one: AskField) -> str:
    """What an input is, in a sentence."""
    if one.kind == "picture":
        return "The path of a picture: Enter takes one."
    if one.kind == "text":
        return "A text: Enter takes one."
    if one.kind == "category":
        return f"One of: {', '.join(choice or MISSING for choice in one.choices)}."
    low, high = (cell_text(one, end) for end in (one.low, one.high))
    kind = "date" if one.kind == "date" else "whole number" if one.whole else "number"
    return f"A {kind}, in the training part from {low} to {high}. Beyond that the network guesses."
