"""What the user asks now: a drawing, values, a text, or a file."""

from dataclasses import dataclass, field
from typing import Any

from tuidl.protocol.asking import AskForm, Takes
from tuidl.tui.views.drawing import Drawing
from tuidl.tui.views.row import Moved, Row


@dataclass
class Question:
    """``number`` grows with each change; ``answered``: of the newest that has an answer.
    ``is_example``: nothing of the example that it began with was changed. ``of``: the class or
    output that what-if curves are of."""

    takes: Takes | None = None
    number: int = 0
    answered: int = 0
    drawing: Drawing | None = None
    row: Row = field(default_factory=Row)
    moved: Moved = field(default_factory=Moved)
    text: str = ""
    file: str = ""
    of: str = ""
    is_example: bool = False
    _ends: tuple[float, float] = (0.0, 1.0)

    def begin(self, form: AskForm) -> None:
        """Ask what a form begins with."""
        self.takes, self.text, self.file = form.takes, form.text, ""
        self._ends = form.low, form.high
        self.is_example = form.example is not None
        if form.takes == "picture":
            if self.drawing is None or self.drawing.shape != form.shape:
                self.drawing = Drawing(form.shape)
            self.drawing.clear()
            if form.values:
                self.drawing.put(form.values, form.low, form.high)
        elif form.takes == "table":
            self.row.begin(form.fields)
        elif form.takes == "series":
            values = [value or 0.0 for value in form.values]
            self.moved.begin(form.names, values, self._ends)
        self.renew()

    def renew(self) -> None:
        """It is another question from now on."""
        self.number += 1

    def by_hand(self) -> None:
        """Something of it was changed by hand."""
        self.file, self.is_example = "", False

    def set_text(self, text: str) -> None:
        self.by_hand()
        self.text = text

    def set_file(self, path: str) -> None:
        self.by_hand()
        self.file = path

    def options(self) -> dict[str, Any] | None:
        """What to ask the engine; None where there is nothing yet."""
        options: dict[str, Any] = {"number": self.number}
        if self.file:
            return options | {"file": self.file}
        if self.takes == "picture" and self.drawing is not None:
            return options | {"values": self.drawing.values(*self._ends)}
        if self.takes == "table" and self.row.fields:
            more = {"cells": list(self.row.cells), "vary": self.row.selected, "of": self.of}
            return options | more
        if self.takes == "series" and self.moved.values:
            more = {"values": list(self.moved.values), "vary": self.moved.place, "of": self.of}
            return options | more
        return options | {"text": self.text} if self.takes == "text" else None
