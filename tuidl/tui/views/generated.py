"""What a generator makes of random numbers, as large as the screen, and steps of each network."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding

from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol import commands
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.generated import Generated
from tuidl.tasks.generation import POINTS
from tuidl.tui.renderers import generated
from tuidl.tui.session.run import Run
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.chart import Chart
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

    def compose(self) -> ComposeResult:
        yield GeneratedPoints(self)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.answer, self.problem = None, None

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

    @property
    def keys(self) -> str:
        """What the panel's keys do, the steps by the objectives' names."""
        names = [objective.name for objective in self.preset.objectives]
        steps = [f"{key}: step of {name}" for key, name in zip("dg", names, strict=False)]
        shown = generated.VARIANTS[(self.variant + 1) % len(generated.VARIANTS)].name
        return "  ".join([*(steps if len(names) > 1 else []), f"v: {shown}"])


class GeneratedPoints(Chart):
    """The points, the discriminator's map, the generator's grid and gradients."""

    concept = "gan"
    kinds = (POINTS.probe,)
    BINDINGS: ClassVar = [
        Binding("d", "step_of(0)", "step of the first", show=False),
        Binding("g", "step_of(1)", "step of the second", show=False),
        Binding("v", "turn", "map, grid", show=False),
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
        return generated.points(view.answer, *room, parts)

    def action_step_of(self, number: int) -> None:
        self.view.step_of(number)

    def action_turn(self) -> None:
        """Show other parts of the picture."""
        self.view.variant = (self.view.variant + 1) % len(generated.VARIANTS)
        self.view.touched()
