"""A grid of the network's input to draw on, with mouse or keys."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.events import MouseDown, MouseEvent, MouseMove, MouseUp

from tuidl.charts.canvas import canvas, place_of
from tuidl.charts.palette import Palette
from tuidl.nn.layers.base import describe
from tuidl.tui.views.ask_panel import Asking, AskPanel
from tuidl.tui.views.drawing import BRUSHES, INKS, Point

BRUSH_NAMES = ("fine", "medium", "broad")
RIGHT = 3
BORDER = (2, 1)
"""Cells left of and above what is drawn: the border and its padding."""
DRAW = Binding.Group("draw")


class Canvas(AskPanel):
    """The left button draws, the right one erases."""

    BINDINGS: ClassVar = [
        Binding("space", "dab(False)", "draw", group=DRAW),
        Binding("backspace,delete", "dab(True)", "erase", key_display="⌫", group=DRAW),
        Binding("enter", "pen", "pen down"),
        Binding("b", "brush", "brush"),
        Binding("k", "ink", "colour"),
        Binding("g", "centre", "centre"),
        *(
            Binding(f"{prefix}{key}", f"move({down}, {right}, {bool(prefix)})", "move", show=False)
            for prefix in ("", "shift+")
            for key, down, right in (
                ("up", -1, 0), ("down", 1, 0), ("left", 0, -1), ("right", 0, 1),
            )
        ),
    ]  # fmt: skip
    help_lines = (
        "Draw with the left button of the mouse, erase with the right one. With keys: arrows move "
        "the cursor, space draws a dot, backspace erases one, Enter puts the pen down or lifts it "
        "(shift and arrows draw too).",
        "b: brush. Its edge is soft, as in pictures of handwriting. k: colour, where the network "
        "sees colours. g: show the network the drawing with its centre of mass in the middle, as "
        "the digits of MNIST are.",
    )
    concept = "input"

    def __init__(self, view: Asking) -> None:
        super().__init__(view, "draw")
        self._last: Point | None = None
        self._erases = False

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        drawing = self.view.question.drawing
        if drawing is None:
            return self.waiting(palette, width, height)
        cursor = drawing.cursor if self.has_focus else None
        return canvas(drawing.pixels, palette, width, height, cursor=cursor, unicode=unicode)

    def title_now(self) -> str:
        drawing, form = self.view.question.drawing, self.view.form
        if drawing is None or form is None:
            return "draw"
        if self.view.question.file:
            return "the file, as the network sees it"
        if self.view.question.is_example:
            return f"{form.part} example {form.example}, to draw on"
        return f"draw: {describe(drawing.shape[:2])}"

    def subtitle_now(self) -> str:
        drawing = self.view.question.drawing
        if drawing is None:
            return ""
        parts = [f"{BRUSH_NAMES[drawing.brush]} brush"]
        if drawing.is_blank and not drawing.is_down:
            parts.insert(0, "mouse, or arrows and space")
        if drawing.has_colors:
            parts.append(drawing.ink)
        if drawing.is_down:
            parts.append("pen down")
        if drawing.is_centred:
            down, right = drawing.shift
            parts.append(f"centred: moved {down:+} rows, {right:+} columns")
        return " · ".join(parts)

    def _drew(self) -> None:
        self.view.question.by_hand()
        self.view.changed()

    def action_dab(self, erases: bool) -> None:
        if (drawing := self.view.question.drawing) is not None:
            drawing.stroke(drawing.cursor, drawing.cursor, erases=erases)
            self._drew()

    def action_move(self, down: int, right: int, draws: bool) -> None:
        drawing = self.view.question.drawing
        if drawing is not None and drawing.move(down, right, draws=draws):
            self._drew()
        else:
            self.changed()

    def action_pen(self) -> None:
        if (drawing := self.view.question.drawing) is not None:
            drawing.is_down = not drawing.is_down
            if drawing.is_down:
                self.action_dab(False)
            self.changed()

    def action_brush(self) -> None:
        if (drawing := self.view.question.drawing) is not None:
            drawing.brush = (drawing.brush + 1) % len(BRUSHES)
            self.changed()

    def action_ink(self) -> None:
        drawing = self.view.question.drawing
        if drawing is not None and drawing.has_colors:
            names = list(INKS)
            drawing.ink = names[(names.index(drawing.ink) + 1) % len(names)]
            self.changed()

    def action_centre(self) -> None:
        drawing = self.view.question.drawing
        if drawing is not None and not drawing.has_colors:
            drawing.is_centred = not drawing.is_centred
            self.view.changed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        drawing = self.view.question.drawing
        if action in ("ink", "centre"):
            return drawing is not None and drawing.has_colors == (action == "ink")
        return True

    def on_mouse_down(self, event: MouseDown) -> None:
        if self.view.question.drawing is None:
            return
        self.capture_mouse()
        self._erases, self._last = event.button == RIGHT, self._point(event)
        self._stroke(self._last)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._last is not None:
            self._stroke(self._point(event))

    def on_mouse_up(self, event: MouseUp) -> None:
        self._last = None
        self.release_mouse()

    def _point(self, event: MouseEvent) -> Point:
        drawing = self.view.question.drawing
        assert drawing is not None
        place = place_of(drawing.shape, *self.content_size)
        return place.pixel(event.x - BORDER[0], event.y - BORDER[1], drawing.shape)

    def _stroke(self, end: Point) -> None:
        """Draw from the point before to this one."""
        drawing, start = self.view.question.drawing, self._last
        if drawing is None or start is None:
            return
        drawing.stroke(start, end, erases=self._erases)
        self._last = end
        height, width = drawing.shape[:2]
        row, column = round(end[0]), round(end[1])
        drawing.cursor = min(max(row, 0), height - 1), min(max(column, 0), width - 1)
        self._drew()
