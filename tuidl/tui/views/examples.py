"""Held-out examples, the selected one closely, and the confusion matrix."""

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import Click

from tuidl.charts.confusion import cell_at
from tuidl.charts.grid import worded
from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.probes import Predictions
from tuidl.tasks.choice import task_of
from tuidl.tui.renderers import examples
from tuidl.tui.session.run import Run
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.views.view_panel import ViewPanel

Cell = tuple[int, int]
MANY, NUMBERS = 60, 20_000
"""Examples asked for, fewer where their numbers would be more than so many."""


class ExamplesView(View):
    """Which examples are listed, which of them is selected, and the cell under the cursor."""

    first: ClassVar[str] = "ExampleList"
    BINDINGS: ClassVar = [
        Binding("v", "turn", "images, matrix"),
        Binding("escape", "all", "All examples", show=False),
    ]
    SCOPED_CSS = False  # the screen's classes say how much room there is
    DEFAULT_CSS = """
    ExamplesView Chart { height: 1fr; }
    ExamplesView ExampleList, ExamplesView #beside { width: 1fr; }
    .-low ExamplesView Matrix { display: none; }
    .-low ExamplesView.-matrix Matrix { display: block; }
    .-low ExamplesView.-matrix Closely { display: none; }
    """

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.answer: Predictions | None = None
        self.problem: str | None = None
        self.asked: Cell | None = None
        self.selected = 0
        self.cursor: Cell = (0, 0)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield ExampleList(self)
            with Vertical(id="beside"):
                yield Closely(self)
                yield Matrix(self)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.answer, self.problem, self.asked, self.selected = None, None, None, 0

    def probes(self) -> Wanted:
        size = 1
        for length in self.preset.data.spec().shape:
            size *= length
        options: dict[str, Any] = {"count": max(min(MANY, NUMBERS // size), 8)}
        if self.asked is not None:
            options |= {"true": self.asked[0], "given": self.asked[1]}
        return [("predictions", options)]

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind == "predictions" and event.answer is None:
            self.problem = event.error
            return True
        if not isinstance(event.answer, Predictions):
            return False
        if event.answer.asked != (self.asked or (None, None)):
            return False
        self.selected = examples.kept_selection(self.answer, self.selected, event.answer)
        self.answer = event.answer
        return True

    def title(self, room: int) -> str:
        """What the list shows, in so many cells."""
        if self.answer is None:
            return "held-out examples"
        part, asked = self.answer.part, self.answer.asked
        if None in asked:
            wrong, total = self.answer.wrong, self.answer.total
            all_of_it = self.frame.started.examples.get(part, 0) if self.frame.started else 0
            first = "the first " if total < all_of_it else ""
            found = f"{part}: {wrong} of {first}{total} wrong"
            return worded(room, f"{found}, those first", found, f"{part}: {wrong} of {total} wrong")
        true, given = (self.answer.classes[number] for number in asked if number is not None)
        words = "rightly read" if true == given else f"read as {given}"
        found = f"{true}, {words}: {self.answer.matching}"
        whole = f"{part}: {found} (esc: all)"
        return worded(room, whole, f"{found} (esc: all)", found)

    def select(self, way: int) -> None:
        """The next example, or one before."""
        if self.answer and self.answer.examples:
            self.selected = (self.selected + way) % len(self.answer.examples)
            self.touched()

    def move(self, down: int, right: int) -> None:
        """Move the cell under the cursor."""
        count = len(task_of(self.preset).names)
        true, given = self.cursor
        self.cursor = ((true + down) % count, (given + right) % count)
        self.touched()

    def ask(self, cell: Cell | None) -> None:
        """List the examples of one cell, or all."""
        self.asked, self.selected = cell, 0
        self.touched()

    def action_all(self) -> None:
        self.ask(None)
        self.query_one(ExampleList).focus()

    def hint(self, action: str) -> str | None:
        if action != "turn":
            return None
        return "matrix" if self.query_one(ExampleList).has_focus else "examples"

    def action_turn(self) -> None:
        """Switch to the matrix and back; where there is no room for both, it replaces the list."""
        is_list = self.query_one(ExampleList).has_focus
        self.set_class(is_list, "-matrix")
        self.call_after_refresh(self.query_one(Matrix if is_list else ExampleList).focus)
        self.touched()


class ExamplesPart(ViewPanel[ExamplesView]):
    """A panel of the view, which knows what is shown."""

    kinds = ("predictions",)


class ExampleList(ExamplesPart):
    """Examples marked right or wrong; arrows select one."""

    concept = "validation_set"
    BINDINGS: ClassVar = [
        Binding("left,up", "select(-1)", "Select", show=False),
        Binding("right,down", "select(1)", "Select", show=False),
        Binding("pageup", "select(-10)", "Select", show=False),
        Binding("pagedown", "select(10)", "Select", show=False),
    ]

    def title_now(self) -> str:
        return self.view.title(self.title_room)

    def picture(
        self, answer: Predictions, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        return examples.list_of(
            answer, palette, width, height, selected=self.view.selected, unicode=unicode
        )

    def action_select(self, way: int) -> None:
        self.view.select(way)


class Closely(ExamplesPart, can_focus=False):
    """The selected example."""

    def on_mount(self) -> None:
        self.border_title = "the selected one"

    def picture(
        self, answer: Predictions, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        return examples.closely(
            answer, palette, width, height, selected=self.view.selected, unicode=unicode
        )


class Matrix(ExamplesPart):
    """The confusion matrix; arrows move the cursor, Enter lists a cell's examples."""

    concept = "confusion_matrix"
    BINDINGS: ClassVar = [
        Binding("left", "move(0, -1)", "Move", show=False),
        Binding("right", "move(0, 1)", "Move", show=False),
        Binding("up", "move(-1, 0)", "Move", show=False),
        Binding("down", "move(1, 0)", "Move", show=False),
        Binding("enter", "ask", "list them"),
    ]

    def on_mount(self) -> None:
        self.border_title = "confusion matrix: v or tab, arrows, enter"

    def picture(
        self, answer: Predictions, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        cursor = self.view.cursor if self.has_focus else self.view.asked
        return examples.matrix(answer, palette, width, height, cursor=cursor, unicode=unicode)

    def on_focus(self) -> None:
        self.changed()

    def on_blur(self) -> None:
        self.changed()

    def action_move(self, down: int, right: int) -> None:
        self.view.move(down, right)

    def on_click(self, event: Click) -> None:
        """As if the cursor had been moved there and Enter pressed."""
        place, answer = event.get_content_offset(self), self.view.answer
        if place is None or answer is None:
            return
        cell = cell_at(answer.confusion, answer.classes, *self.content_size, *place)
        if cell is not None:
            self.view.cursor = cell
            self.view.ask(cell)

    def action_ask(self) -> None:
        self.view.ask(self.view.cursor)
