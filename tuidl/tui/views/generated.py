"""What a generator makes of random numbers, as large as the screen, and steps of each network."""

from typing import ClassVar

import msgspec
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Click

from tuidl.charts.palette import Palette
from tuidl.data.point_cloud import MOST_PUT, PointCloud
from tuidl.preset.schema import Preset
from tuidl.protocol import commands
from tuidl.protocol.commands import PRESET
from tuidl.protocol.events import Edited, Event, ProbeAnswer, RunStarted
from tuidl.protocol.generated import Generated
from tuidl.tasks.generation import POINTS
from tuidl.tui.renderers import generated
from tuidl.tui.session.run import Run
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered

Place = tuple[float, float]
MOVE = 1 / 40
"""Of the plane's width, how far an arrow key moves the cursor."""


class GeneratedView(View):
    """``cursor``: where a point is put or taken away; None before it is moved."""

    first: ClassVar[str] = "GeneratedPoints"
    DEFAULT_CSS = "GeneratedView Chart { height: 1fr; }"

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.answer: Generated | None = None
        self.problem: str | None = None
        self.variant = 0
        self.cursor: Place | None = None
        self._now = preset

    def compose(self) -> ComposeResult:
        yield GeneratedPoints(self)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.answer, self.problem, self._now = None, None, preset

    def probes(self) -> Wanted:
        return [(POINTS.probe, dict(POINTS.fine))]

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind != POINTS.probe:
            return False
        self.answer = event.answer if isinstance(event.answer, Generated) else None
        self.problem = event.error
        return True

    def handle(self, event: Event) -> None:
        """Follow the preset in force, whose points keys and mouse add to."""
        if isinstance(event, RunStarted):
            self._now = self.preset
        if isinstance(event, Edited) and event.key == PRESET:
            self._now = Preset.parse(event.preset, "the changed preset")

    def step_of(self, number: int) -> None:
        """A step of one of several objectives, out of turn."""
        if number < len(self.preset.objectives) > 1:
            self.send(commands.Turn(objective=self.preset.objectives[number].name))

    @property
    def keys(self) -> str:
        """What the panel's keys do, the steps by the objectives' names."""
        names = [objective.name for objective in self.preset.objectives]
        steps = [f"{key}: step of {name}" for key, name in zip("dg", names, strict=False)]
        shown = generated.VARIANTS[(self.variant + 1) % len(generated.VARIANTS)].name
        draw = ["arrows or mouse, a: own points, x: take away"] * self._can_draw
        return "  ".join([*(steps if len(names) > 1 else []), f"v: {shown}", *draw])

    # --- points of one's own ----------------------------------------------------------------------

    @property
    def _can_draw(self) -> bool:
        return isinstance(self._now.data, PointCloud) and self._now.data.path is None

    def move(self, right: int, up: int) -> None:
        """Move the cursor; it begins in the middle."""
        if (answer := self.answer) is None:
            return
        (left, bottom), (far, top) = answer.low, answer.high
        x, y = self.cursor or ((left + far) / 2, (bottom + top) / 2)
        x, y = x + right * MOVE * (far - left), y + up * 2 * MOVE * (top - bottom)
        self.cursor = min(max(x, left), far), min(max(y, bottom), top)
        self.touched()

    def put(self, place: Place | None = None) -> None:
        """Have the generator imitate this point, too; the first one replaces the shape."""
        place, source = place or self.cursor, self._now.data
        if place is None or not isinstance(source, PointCloud) or not self._can_draw:
            return
        own = (*source.put, (round(place[0], 3), round(place[1], 3)))
        if len(own) <= MOST_PUT:
            self._imitate(source, own)

    def take_away(self) -> None:
        """The own point that is nearest to the cursor; one is left."""
        source = self._now.data
        if self.cursor is None or not isinstance(source, PointCloud) or len(source.put) < 2:
            return
        x, y = self.cursor
        nearest = min(source.put, key=lambda p: (p[0] - x) ** 2 + (p[1] - y) ** 2)
        self._imitate(source, tuple(point for point in source.put if point != nearest))

    def _imitate(self, source: PointCloud, own: tuple[Place, ...]) -> None:
        data = msgspec.structs.replace(source, shape="own", put=own)
        self._now = msgspec.structs.replace(self._now, data=data)
        self.send(commands.Change(preset=self._now.to_toml()))
        self.touched()


class GeneratedPoints(Chart):
    """The points, the discriminator's map, the generator's grid and gradients."""

    concept = "gan"
    kinds = (POINTS.probe,)
    BINDINGS: ClassVar = [
        Binding("d", "step_of(0)", "step of the first", show=False),
        Binding("g", "step_of(1)", "step of the second", show=False),
        Binding("v", "turn", "map, grid", show=False),
        Binding("a", "put", "own point", show=False),
        Binding("x", "take_away", "take away", show=False),
        Binding("left", "move(-1, 0)", "Left", show=False),
        Binding("right", "move(1, 0)", "Right", show=False),
        Binding("up", "move(0, 1)", "Up", show=False),
        Binding("down", "move(0, -1)", "Down", show=False),
    ]

    def __init__(self, view: GeneratedView) -> None:
        super().__init__()
        self.view = view

    def title_now(self) -> str:
        if self.view.answer is None:
            return POINTS.large_title
        return f"{POINTS.title} after step {self.view.answer.updates:,}"

    def subtitle_now(self) -> str:
        return self.view.keys

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        view = self.view
        if view.answer is None:
            return unanswered(view.problem, view.frame, palette, width, height)
        parts = generated.VARIANTS[view.variant]
        room = (palette, width, height, unicode)
        return generated.points(view.answer, *room, parts, view.cursor)

    def action_step_of(self, number: int) -> None:
        self.view.step_of(number)

    def action_turn(self) -> None:
        """Show other parts of the picture."""
        self.view.variant = (self.view.variant + 1) % len(generated.VARIANTS)
        self.view.touched()

    def action_put(self) -> None:
        self.view.put()

    def action_take_away(self) -> None:
        self.view.take_away()

    def action_move(self, right: int, up: int) -> None:
        self.view.move(right, up)

    def on_click(self, event: Click) -> None:
        """Put a point where the mouse is."""
        at = event.get_content_offset(self)
        if self.view.answer is None or at is None:
            return
        size = self.content_size
        place = generated.place_at(self.view.answer, size.width, size.height, (at.x, at.y))
        if place is not None:
            self.view.cursor = place
            self.view.put(place)
