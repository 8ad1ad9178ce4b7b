"""A window of a series whose values can be moved, and what follows it."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.events import MouseDown, MouseMove, MouseUp

from tuidl.charts.frame import Area
from tuidl.charts.palette import Palette
from tuidl.charts.what_if import Line, line_chart, value_at
from tuidl.tui.views.ask_canvas import BORDER
from tuidl.tui.views.ask_panel import Asking, AskPanel


class SeriesPanel(AskPanel):
    """Left and right choose a step, up and down move its value."""

    concept = "time_window"
    BINDINGS: ClassVar = [
        Binding("left", "move(-1)", "step", show=False),
        Binding("right", "move(1)", "step", show=False),
        Binding("home", "move(-100000)", "first", show=False),
        Binding("end", "move(100000)", "last", show=False),
        Binding("up", "change(1)", "higher"),
        Binding("down", "change(-1)", "lower"),
        Binding("pageup", "change(10)", "higher", show=False),
        Binding("pagedown", "change(-10)", "lower", show=False),
        Binding("v", "channel", "channel"),
        Binding("enter", "type", "type it"),
    ]
    help_lines = (
        "The values that the network reads, in your units; it begins with the last window of the "
        "held-out part. Left and right choose a step, up and down move its value, Enter takes one "
        "that you type; a click or drag with the mouse does both. v: another input, where a step "
        "has several. Behind the window stands what the network says comes next.",
    )

    def __init__(self, view: Asking) -> None:
        super().__init__(view, "values")
        self._area: Area | None = None
        self._is_dragged = False

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        moved = self.view.question.moved
        if not moved.values:
            return self.waiting(palette, width, height)
        shown = moved.shown
        here = (float(moved.step + 1), shown[moved.step])
        lines = [Line([float(i + 1) for i in range(len(shown))], shown, "validation", here)]
        if (ahead := self.forecast()) and moved.channel == len(moved.names) - 1:
            values = [shown[-1], *ahead]
            steps = [float(len(shown) + i) for i in range(len(values))]
            lines.append(Line(steps, values, "train", (steps[-1], values[-1]), False))
        drawn, self._area = line_chart(
            lines, palette, width, height, ends=(moved.low, moved.high), x_name="step", whole=True,
            unicode=unicode,
        )  # fmt: skip
        return drawn

    def forecast(self) -> list[float]:
        """What comes next, where the answer is the series' own next values."""
        answer = self.view.answer
        if answer is None or answer.is_share or not self.view.is_forecast:
            return []
        return [value for value in answer.values if value is not None]

    def title_now(self) -> str:
        form, question = self.view.form, self.view.question
        if form is None:
            return "values"
        moved = question.moved
        name = moved.names[moved.channel] if len(moved.names) > 1 else "values"
        which = f"{form.part} example {form.example}" if question.is_example else "moved by hand"
        return f"{name}: {which}"

    def subtitle_now(self) -> str:
        moved = self.view.question.moved
        if not moved.values:
            return ""
        value = moved.values[moved.place]
        return f"step {moved.step + 1} of {moved.steps}: {value:.6g}"

    def action_move(self, way: int) -> None:
        if self.view.question.moved.values:
            self.view.question.moved.move(way)
            self.view.changed()

    def action_change(self, way: int) -> None:
        if self.view.question.moved.values:
            self.view.question.moved.change(way)
            self._moved()

    def action_channel(self) -> None:
        self.view.question.moved.turn()
        self.view.changed()

    def action_type(self) -> None:
        moved = self.view.question.moved
        if moved.values:
            name = f"{moved.names[moved.channel]}, step {moved.step + 1}"
            self.view.type_cell(name, f"{moved.values[moved.place]:.6g}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "channel" or len(self.view.question.moved.names) > 1

    def _moved(self) -> None:
        self.view.question.by_hand()
        self.view.changed()

    def on_mouse_down(self, event: MouseDown) -> None:
        self._is_dragged = True
        self.capture_mouse()
        self._put(event.x, event.y)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._is_dragged:
            self._put(event.x, event.y)

    def on_mouse_up(self, event: MouseUp) -> None:
        self._is_dragged = False
        self.release_mouse()

    def _put(self, x: int, y: int) -> None:
        """The value at the step that is pointed at."""
        moved = self.view.question.moved
        if self._area is None or not moved.values:
            return
        step, value = value_at(self._area, x - BORDER[0], y - BORDER[1])
        if round(step) <= moved.steps:
            moved.step = max(round(step) - 1, 0)
            moved.set(value)
            self._moved()
