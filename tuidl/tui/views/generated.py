"""What a generator makes of random numbers, as large as the screen, and steps of each network."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Click

from tuidl.charts.grid import worded
from tuidl.charts.palette import Palette
from tuidl.data.point_cloud import PointCloud
from tuidl.preset.schema import Preset
from tuidl.protocol import commands
from tuidl.protocol.events import Event, ProbeAnswer
from tuidl.protocol.generated import Generated
from tuidl.tasks.generation import POINTS
from tuidl.tui.renderers import generated
from tuidl.tui.session.run import Run
from tuidl.tui.views.cloud_hand import CloudHand
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.chart import Chart, looks_of
from tuidl.tui.widgets.picture import unanswered


class GeneratedView(View):
    """``variant``: which parts of the picture are shown."""

    first: ClassVar[str] = "GeneratedPoints"
    DEFAULT_CSS = "GeneratedView Chart { height: 1fr; }"

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.answer: Generated | None = None
        self.problem: str | None = None
        self.variant = 0
        self.hand = CloudHand(send)

    def compose(self) -> ComposeResult:
        yield GeneratedPoints(self)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.answer, self.problem = None, None
        self.hand.begin()

    def handle(self, event: Event) -> None:
        self.hand.handle(event)

    def probes(self) -> Wanted:
        return [(POINTS.probe, dict(POINTS.fine))]

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind != POINTS.probe:
            return False
        self.answer = event.answer if isinstance(event.answer, Generated) else None
        self.problem = event.error
        return True

    def step_of(self, number: int) -> None:
        """A step of one of several objectives, out of turn."""
        if number < len(self.preset.objectives) > 1:
            self.send(commands.Turn(objective=self.preset.objectives[number].name))

    def change(self, said: str) -> None:
        """A change by hand was sent, or could not be: ``said`` why."""
        if said:
            self.notify(said, timeout=4, markup=False)
        self.touched()
        self.post_message(self.Hurry())

    def can_change(self) -> bool:
        """Whether there is a run whose points could change; says so if not."""
        if self.shown.is_over:
            self.notify("the run is over: space trains again", timeout=3)
        return not self.shown.is_over

    def keys(self, room: int) -> str:
        """What the panel's keys do, the steps by the objectives' names, in at most ``room``."""
        names = [objective.name for objective in self.preset.objectives]
        steps = [f"{key}: step of {name}" for key, name in zip("dg", names, strict=False)]
        shown = generated.VARIANTS[(self.variant + 1) % len(generated.VARIANTS)].name
        steps, short = (steps, ["d g: a step"]) if len(names) > 1 else ([], [])
        own = [*HAND] if isinstance(self.preset.data, PointCloud) else []
        ways = ([*steps, f"v: {shown}", *own], [*short, f"v: {shown}", *own], [*short, *own])
        return worded(room, *("  ".join(way) for way in ways))


LEFT = 1
HAND = ("arrows, a: a cloud", "⌫: away", "[ ]: noise")
"""Keys that change the points to imitate."""


class GeneratedPoints(Chart):
    """The points, the discriminator's map, the generator's grid and gradients."""

    concept = "gan"
    kinds = (POINTS.probe,)
    BINDINGS: ClassVar = [
        Binding("d", "step_of(0)", "step of the first", show=False),
        Binding("g", "step_of(1)", "step of the second", show=False),
        Binding("v", "turn", "map, grid", show=False),
        Binding("left", "move(-1,0)", show=False),
        Binding("right", "move(1,0)", show=False),
        Binding("up", "move(0,1)", show=False),
        Binding("down", "move(0,-1)", show=False),
        Binding("a", "put", show=False),
        Binding("backspace,delete", "take", show=False),
        Binding("left_square_bracket", "blur(-1)", show=False),
        Binding("right_square_bracket", "blur(1)", show=False),
    ]

    def __init__(self, view: GeneratedView) -> None:
        super().__init__()
        self.view = view

    def title_now(self) -> str:
        if self.view.answer is None:
            return POINTS.large_title
        return f"{POINTS.title} after step {self.view.answer.updates:,}"

    def subtitle_now(self) -> str:
        return self.view.keys(self.title_room)

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        view = self.view
        if view.answer is None:
            return unanswered(view.problem, view.frame, palette, width, height)
        parts = generated.VARIANTS[view.variant]
        room = (palette, width, height, unicode)
        return generated.points(view.answer, *room, parts, view.hand.cursor)

    def action_step_of(self, number: int) -> None:
        self.view.step_of(number)

    def action_turn(self) -> None:
        """Show other parts of the picture."""
        self.view.variant = (self.view.variant + 1) % len(generated.VARIANTS)
        self.view.touched()

    def action_move(self, right: int, up: int) -> None:
        """Move the cursor."""
        if self.view.answer is not None:
            self.view.hand.move(right, up, self.view.answer)
            self.view.touched()

    def action_put(self) -> None:
        """A cloud at the cursor, from the next step on."""
        if self.view.can_change():
            self.view.change(self.view.hand.put(self.view.in_force))

    def action_take(self) -> None:
        """The nearest cloud away."""
        if self.view.can_change():
            self.view.change(self.view.hand.take(self.view.in_force))

    def action_blur(self, way: int) -> None:
        """Wider or narrower clouds."""
        if self.view.can_change():
            self.view.change(self.view.hand.blur(self.view.in_force, way))

    def on_click(self, event: Click) -> None:
        """The left button puts a cloud, another takes the nearest one away."""
        at = event.get_content_offset(self)
        if self.view.answer is None or at is None:
            return
        size, unicode = self.content_size, looks_of(self)[1]
        place = generated.place_of(self.view.answer, *size, at.x, at.y, unicode)
        if place is not None:
            self.view.hand.cursor = place
            (self.action_put if event.button == LEFT else self.action_take)()
