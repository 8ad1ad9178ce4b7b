"""The steps back from noise to points, as large as the screen, to go through by keys."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding

from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.generated import Diffused
from tuidl.tasks.generation import STEPS_BACK
from tuidl.tui.renderers import diffused
from tuidl.tui.session.run import Run
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered

FRAMES_A_SECOND = 10
WALK = Binding.Group("steps back", compact=True)


class DiffusionView(View):
    """``place``: the frame that is shown, None for the last. ``plays``: whether it goes on by
    itself. ``arrows``: whether the noise that the network sees is drawn."""

    first: ClassVar[str] = "StepsBack"
    DEFAULT_CSS = "DiffusionView Chart { height: 1fr; }"

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.arrows = True
        self._forget()

    def _forget(self) -> None:
        self.answer: Diffused | None = None
        self.problem: str | None = None
        self.place: int | None = None
        self.plays = False

    def compose(self) -> ComposeResult:
        yield StepsBack(self)

    def on_mount(self) -> None:
        self.set_interval(1 / FRAMES_A_SECOND, self.go_on)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self._forget()

    def probes(self) -> Wanted:
        return [(STEPS_BACK.probe, dict(STEPS_BACK.fine))]

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind != STEPS_BACK.probe:
            return False
        self.answer = event.answer if isinstance(event.answer, Diffused) else None
        self.problem = event.error
        return True

    @property
    def last(self) -> int:
        """The number of the last frame, in which the points are there."""
        return len(self.answer.times) - 1 if self.answer else 0

    @property
    def here(self) -> int:
        """The frame that is shown."""
        return self.last if self.place is None else min(self.place, self.last)

    def go_to(self, place: int) -> None:
        """Show another frame; behind the last there is none."""
        place = min(max(place, 0), self.last)
        self.place = None if place == self.last else place
        self.touched()

    def play(self) -> None:
        """Go on by itself, from the start where it is over; or stop."""
        self.plays = not self.plays and self.answer is not None
        if self.plays and self.place is None:
            self.place = 0
        self.touched()

    def go_on(self) -> None:
        """One frame further, while it plays."""
        if not (self.plays and self.answer):
            return
        if self.here + 1 >= self.last:
            self.plays = False
        self.go_to(self.here + 1)


class StepsBack(Chart):
    """One of the steps, over the points that are to be met."""

    concept = "reverse_steps"
    kinds = (STEPS_BACK.probe,)
    BINDINGS: ClassVar = [
        Binding("left", "move(-1)", "back", group=WALK),
        Binding("right", "move(1)", "on", group=WALK),
        Binding("home", "end(0)", "noise", show=False),
        Binding("end", "end(1)", "points", show=False),
        Binding("enter", "play", "play"),
        Binding("v", "turn", "arrows", show=False),
    ]

    def __init__(self, view: DiffusionView) -> None:
        super().__init__()
        self.view = view

    def title_now(self) -> str:
        answer = self.view.answer
        if answer is None:
            return STEPS_BACK.large_title
        return f"{STEPS_BACK.large_title}, after training step {answer.updates:,}"

    def subtitle_now(self) -> str:
        plays = "stop" if self.view.plays else "play"
        shown = "no arrows" if self.view.arrows else "arrows"
        return f"←→: step  home: noise  end: points  enter: {plays}  v: {shown}"

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        view = self.view
        if view.answer is None:
            return unanswered(view.problem, view.frame, palette, width, height)
        room = (palette, width, height, unicode)
        return diffused.step_back(view.answer, view.here, *room, arrows=view.arrows)

    def hint(self, action: str) -> str | None:
        """What enter does now."""
        return "stop" if action == "play" and self.view.plays else None

    def action_move(self, way: int) -> None:
        self.view.plays = False
        self.view.go_to(self.view.here + way)

    def action_end(self, which: int) -> None:
        """The first or the last frame."""
        self.view.plays = False
        self.view.go_to(self.view.last if which else 0)

    def on_hide(self) -> None:
        """Nobody sees it any more."""
        self.view.plays = False

    def action_play(self) -> None:
        self.view.play()

    def action_turn(self) -> None:
        """Arrows, or none."""
        self.view.arrows = not self.view.arrows
        self.view.touched()
