"""One step, shown phase by phase, and then carried out."""

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.protocol.events import Event, ProbeAnswer
from tuidl.protocol.probes import StepTrace
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.step_trace import batch, flow
from tuidl.tui.step_trace.phases import PHASES, UPDATE, Loop, code_lines, phase_line, words
from tuidl.tui.step_trace.texts import SENT
from tuidl.tui.step_trace.weights import update
from tuidl.tui.terminal.plain import plain
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.chart import Chart, centred
from tuidl.tui.widgets.picture import unanswered

OPTIONS = {"numbers": SENT, "examples": 12}


class StepView(View):
    """``trace`` is what the next step will do, ``after`` its outcome once it is done."""

    name_shown: str = "step"
    first: ClassVar[str] = "Numbers"
    BINDINGS: ClassVar = [
        Binding("n,right", "turn(1)", "next", key_display="n"),
        Binding("p,left", "turn(-1)", "back", key_display="p"),
        Binding("up", "layer(-1)", "Layer", show=False),
        Binding("down", "layer(1)", "Layer", show=False),
    ]
    DEFAULT_CSS = """
    StepView Chart { height: 1fr; }
    StepView #loop, StepView Numbers { width: 1fr; }
    """

    def __init__(self, preset: Preset, send: Send, **options: Any) -> None:
        super().__init__(preset, send, **options)
        self._forget()

    def _forget(self) -> None:
        self.trace: StepTrace | None = None
        self.after: StepTrace | None = None
        self.place = self._next_place = (1, 0)
        self.phase, self.selected = 0, 0
        self._is_known, self._is_stepping = False, False

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="loop"):
                yield Code(self, "the training loop")
                yield Words(self, "in words, and as a formula")
            yield Numbers(self, "with the numbers of this batch")

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self._forget()

    def opened(self) -> None:
        super().opened()
        if self.shown.phase is Phase.RUNNING:
            self.send(commands.Pause())

    def probes(self) -> Wanted:
        if self._is_known or self.shown.phase is Phase.RUNNING:
            return []
        return [("walk", dict(OPTIONS))]

    def handle(self, event: Event) -> None:
        if isinstance(event, events.Paused | events.RunEnded | events.Resumed):
            self._is_known = False
            if isinstance(event, events.Resumed) and not self._is_stepping:
                self.after = None
        super().handle(event)

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if not isinstance(event.answer, StepTrace):
            return False
        if self._is_stepping and (event.epoch, event.step) == self.place:
            return False  # it was answered before the step was done
        self._is_known = True
        if self._is_stepping:
            self.after, self._is_stepping = event.answer, False
        else:
            self.trace, self.after = event.answer, None
            self.place = (event.epoch, event.step)
        self._next_place = (event.epoch, event.step)
        return True

    @property
    def is_waiting(self) -> bool:
        """Whether the run goes on, so that there is no step to show."""
        return self.shown.phase is Phase.RUNNING and not self._is_stepping

    @property
    def loop(self) -> Loop:
        """Where in the loop the batch is that is looked at."""
        run, (epoch, step) = self.shown, self.place
        return Loop(epoch, run.epochs, min(step + 1, max(run.steps, 1)), run.steps)

    def hint(self, action: str) -> str | None:
        """There is a next phase once a step is shown."""
        return "" if action == "turn" and (self.trace is None or self.is_waiting) else None

    def action_turn(self, way: int) -> None:
        """To the next phase or back; behind the last the step is done, then the next begins."""
        if self.trace is None or self._is_stepping:
            return
        if way < 0 or self.phase < UPDATE:
            self.phase = max(self.phase + way, 0)
        elif self.after is None:
            self._do_it()
        else:
            self.trace, self.after, self.place = self.after, None, self._next_place
            self.phase = 0
        self.touched()

    def _do_it(self) -> None:
        if self.shown.phase is Phase.PAUSED:
            self._is_stepping = True
            self.send(commands.Step())

    def action_layer(self, way: int) -> None:
        if self.trace:
            self.selected = (self.selected + way) % len(self.trace.forward)
            self.touched()


class StepPart(Chart):
    """A panel of the view, which knows what is shown."""

    kinds = ("walk",)

    def __init__(self, view: StepView, title: str) -> None:
        super().__init__()
        self.view, self.border_title = view, plain(title)

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.view.is_waiting:
            return centred("space pauses, to look at a step"[:width], palette, width, height)
        if self.view.trace is None:
            return unanswered(None, self.view.shown, palette, width, height)
        return self.picture(self.view.trace, palette, width, height, unicode)

    def picture(
        self, answer: StepTrace, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        """The lines once there is an answer."""
        raise NotImplementedError


class Code(StepPart, can_focus=False):
    """The loop, as tutorials write it."""

    concept = "gradient_descent"

    def picture(
        self, answer: StepTrace, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        view = self.view
        return code_lines(answer, view.loop, view.phase, palette, width, height, unicode)


class Words(StepPart, can_focus=False):
    """What the phase is about."""

    def picture(
        self, answer: StepTrace, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        return words(answer, self.view.phase, palette, width, height, unicode)


class Numbers(StepPart):
    """What is computed, with numbers."""

    concept = "gradient_descent"

    def picture(
        self, answer: StepTrace, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        view = self.view
        head = [*phase_line(view.phase, palette, width, unicode), Text(" " * width)]
        room = (palette, width, height - len(head), unicode)
        match PHASES[view.phase].name:
            case "gather":
                body = batch.gather(answer, *room)
            case "forward":
                body = flow.forward(answer, *room, view.selected)
            case "loss":
                body = batch.loss(answer, *room)
            case "backward":
                body = flow.backward(answer, *room, view.selected)
            case _:
                body = update(answer, view.after, *room, is_over=view.shown.is_over)
        return [*head, *body]
