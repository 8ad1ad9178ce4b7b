"""The loss on a plane through the weights, drawn while it is computed, with the run's path."""

import textwrap
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Click

from tuidl.charts.landscape import Walk, landscape, place_at
from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.protocol.events import Event
from tuidl.protocol.landscape_text import about_lines, loss_text, path_lines
from tuidl.protocol.landscapes import LandscapeBegun, LandscapeHead, LandscapePart, PlaneKind
from tuidl.tui.messages import RunToCompareWanted
from tuidl.tui.session.prober import DEAF
from tuidl.tui.session.run import Run
from tuidl.tui.views.view import Send, View
from tuidl.tui.widgets.chart import Chart, centred

WHAT = (
    "Every point is another network: this one's weights, moved in two directions.",
    "Its colour is the loss there: blue is low, orange is high.",
    "",
    "principal components: the two directions in which training moved the weights most, "
    "with the way that it took",
    "random directions: two by chance, each filter's as long as its weights",
    "",
    "It takes some seconds, and changes nothing in the network.",
)
"""What is said of a plane before there is one."""
HOW = (
    "enter: compute the loss around this network",
    "p: the other plane",
    "a: a second run on it",
)
SIGNS = (("●", "text"), ("▲", "good"))
NAMES: dict[PlaneKind, str] = {
    "path": "principal components of the path", "random": "random directions",
}  # fmt: skip


class LandscapeView(View):
    """``head``: what is computed, None before; ``cursor``: a place of it (row, column)."""

    name_shown: str = "landscape"
    first: ClassVar[str] = "Plane"
    SCOPED_CSS = False  # the screen's classes say how much room there is
    DEFAULT_CSS = """
    LandscapeView Chart { height: 1fr; width: 1fr; }
    LandscapeView #about-plane { width: 64; }
    .-narrow LandscapeView Horizontal { layout: vertical; }
    .-narrow LandscapeView #about-plane { width: 1fr; }
    """

    def __init__(self, preset: Preset, send: Send, **options: Any) -> None:
        super().__init__(preset, send, **options)
        self.plane: PlaneKind = "path"
        self.against: Path | None = None
        self._number = 0
        self._forget()

    def _forget(self) -> None:
        self.head: LandscapeHead | None = None
        self.losses = np.zeros((0, 0))
        self.known = np.zeros((0, 0), bool)
        self.cursor: tuple[int, int] | None = None
        self.words: str = ""
        """What is awaited, or why there is nothing."""
        self.is_whole = False

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Plane(self)
            yield About(self)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.against = None
        self._forget()

    def compute(self) -> None:
        """Have the loss around the network that is seen computed, where there is one."""
        if self.shown.phase in DEAF:
            return
        self._number += 1
        self._forget()
        self.words = "gathering the weights along the run ..."
        against = None if self.against is None else str(self.against)
        self.send(commands.Survey(number=self._number, plane=self.plane, against=against))
        self.touched()

    def turn(self) -> None:
        """The other plane, at once where one is there."""
        self.plane = "random" if self.plane == "path" else "path"
        if self.head is not None:
            self.compute()
        else:
            self.touched()

    def compare_with(self, folder: Path) -> None:
        """Another run on the same plane."""
        self.against = folder
        self.compute()

    def handle(self, event: Event) -> None:
        match event:
            case LandscapeBegun(number=number, head=head) if number == self._number:
                self.head = head
                shape = len(head.second), len(head.first)
                self.losses, self.known = np.full(shape, np.nan), np.zeros(shape, bool)
            case LandscapePart(number=number) if number == self._number:
                for place, loss in zip(event.places, event.losses, strict=True):
                    self.known[place] = True
                    self.losses[place] = np.nan if loss is None else loss
                self.is_whole = event.is_whole
            case events.Refused(error=error, key="landscape" | "survey"):
                self.words = error
            case _:
                return
        self.touched()

    def move(self, way: tuple[int, int]) -> None:
        """Move the cursor; it begins at the centre."""
        if self.head is None:
            return
        row, column = self.cursor or self.centre
        rows, columns = self.losses.shape
        self.cursor = (
            min(max(row + way[0], 0), rows - 1), min(max(column + way[1], 0), columns - 1)
        )  # fmt: skip
        self.touched()

    @property
    def centre(self) -> tuple[int, int]:
        assert self.head is not None
        return self.head.second.index(0.0), self.head.first.index(0.0)

    @property
    def cursor_line(self) -> str:
        """The loss where the cursor is."""
        if self.head is None or self.cursor is None:
            return "arrows: the loss at a place"
        row, column = self.cursor
        at = f"({self.head.first[column]:.3g}, {self.head.second[row]:.3g})"
        if not self.known[row, column]:
            return f"at {at}: not computed yet"
        value = float(self.losses[row, column])
        return f"at {at}: loss {loss_text(None if np.isnan(value) else value)}"


class Plane(Chart):
    """The plane."""

    concept = "loss_landscape"
    BINDINGS: ClassVar = [
        Binding("enter", "compute", "compute"),
        Binding("p", "turn", "other plane"),
        Binding("a", "against", "second run"),
        Binding("up", "move(1, 0)", "Up", show=False),
        Binding("down", "move(-1, 0)", "Down", show=False),
        Binding("left", "move(0, -1)", "Left", show=False),
        Binding("right", "move(0, 1)", "Right", show=False),
    ]

    def __init__(self, view: LandscapeView) -> None:
        super().__init__(id="plane")
        self.view = view

    def title_now(self) -> str:
        head = self.view.head
        if head is None:
            return f"loss on a plane: {NAMES[self.view.plane]}"
        done, all_of = int(self.view.known.sum()), self.view.known.size
        if not self.view.is_whole:
            return f"loss: {done:,} of {all_of:,} points"
        return f"loss over {head.examples:,} of {head.total:,} {head.part} examples"

    def subtitle_now(self) -> str | None:
        head = self.view.head
        return "" if head is None else f"as of step {head.updates:,}"

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        view, head = self.view, self.view.head
        if head is None:
            lines = (view.words,) if view.words else HOW
            told = [line for text in lines for line in wrap_line(text, width)]
            drawn = [line for text in told for line in centred(text, palette, width, 1)]
            above = max((height - len(drawn)) // 2, 0)
            return [*[Text("")] * above, *drawn, *[Text("")] * height][:height]
        walks = [
            Walk(name or path.run, [(p.first, p.second) for p in path.points], sign, role)
            for path, name, (sign, role) in zip(head.paths, ("its path", ""), SIGNS, strict=False)
        ]
        first, second = [v or 0.0 for v in head.first], [v or 0.0 for v in head.second]
        at = None if view.cursor is None else (first[view.cursor[1]], second[view.cursor[0]])
        return landscape(
            view.losses, palette, width, height, first=first, second=second, known=view.known,
            walks=walks, cursor=at, unicode=unicode,
        )  # fmt: skip

    def hint(self, action: str) -> str | None:
        """A plane is computed by the engine, once there is a network in it."""
        return "" if self.view.shown.phase in DEAF else None

    def action_compute(self) -> None:
        self.view.compute()

    def action_turn(self) -> None:
        self.view.turn()

    def action_against(self) -> None:
        self.view.post_message(RunToCompareWanted(self.view.compare_with))

    def action_move(self, up: int, right: int) -> None:
        self.view.move((up, right))

    def on_click(self, event: Click) -> None:
        head, place = self.view.head, event.get_content_offset(self)
        if head is None or place is None:
            return
        first, second = [v or 0.0 for v in head.first], [v or 0.0 for v in head.second]
        size = self.content_size
        shape = len(second), len(first)
        self.view.cursor = place_at(
            shape, self._palette, size.width, size.height, place, first=first, second=second
        )
        self.view.touched()

    @property
    def _palette(self) -> Palette:
        return self._room()[2]


class About(Chart, can_focus=False):
    """What the plane is of, and the points of the path with their own losses."""

    def __init__(self, view: LandscapeView) -> None:
        super().__init__(id="about-plane")
        self.view = view
        self.border_title = "what it shows"

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        head = self.view.head
        style = palette.style("muted")
        lines = WHAT if head is None else [self.view.cursor_line, *about_lines(head)]
        wrapped = [line for text in lines for line in wrap_line(text, width)]
        rest = height - len(wrapped)
        each = max(rest // max(len(head.paths) if head else 1, 1) - 3, 0)
        if head is not None and each > 1:
            for path in head.paths:
                wrapped += ["", *path_lines(path, each)]
        drawn = [Text(line[:width], style) for line in wrapped]
        return [*drawn, *[Text("")] * height][:height]


def wrap_line(text: str, width: int) -> list[str]:
    """A sentence in as many lines as it needs."""
    return textwrap.wrap(text, max(width, 10)) or [""]
