"""The training screen: curves, the task's picture, the layers, and control of the run."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.reactive import Reactive
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from tuidl.preset.schema import Preset
from tuidl.protocol import events, probes
from tuidl.tasks.choice import task_of
from tuidl.tui.messages import UnexpectedError
from tuidl.tui.screens.steering import SteeringScreen, advice
from tuidl.tui.services.services import Services
from tuidl.tui.session.run import Run
from tuidl.tui.terminal.plain import plain
from tuidl.tui.views.layers import LayersView
from tuidl.tui.views.picture import PictureView
from tuidl.tui.views.step import StepView
from tuidl.tui.views.view import View
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.curves import Curves, loss_title, second_measure
from tuidl.tui.widgets.frame_throttle import FrameThrottle
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.layers import Layers
from tuidl.tui.widgets.picture import Picture
from tuidl.tui.widgets.status import Status
from tuidl.tui.widgets.summary import Summary
from tuidl.tui.widgets.tabs import Tabs

TICKS_PER_SECOND = 30
"""How often to look whether there is time to draw the next panel."""
NARROW, LOW = 100, 30
VIEWS: tuple[type[View], ...] = (PictureView, LayersView, StepView)
"""Opened by 2, 3 and so on; 1 is the overview, this screen's own panels."""
OFTEN = (events.Progress, events.EpochEnded, events.ProbeAnswer)
"""Events that come by themselves; others come once, most of them because of a key."""
ONE, RATE = Binding.Group("step"), Binding.Group("rate", compact=True)


class TrainScreen(SteeringScreen):
    """Everything about one preset's training."""

    BINDINGS: ClassVar = [
        Binding("space", "go", "train"),
        Binding("s", "step", "step", group=ONE),
        Binding("e", "epoch", "epoch", group=ONE),
        Binding("plus,equals_sign", "rate(1)", "up", key_display="+", group=RATE),
        Binding("minus", "rate(-1)", "down", key_display="-", group=RATE),
        Binding("o", "objective", "objective", group=RATE),
        Binding("f", "full_speed", "speed"),
        Binding("less_than_sign", "pace(-1)", "slower", show=False),
        Binding("greater_than_sign", "pace(1)", "faster", show=False),
        Binding("t", "retry", "go on slower"),
        Binding("E", "use('evaluate')", "evaluate"),
        Binding("p", "use('predict')", "predict"),
        Binding("x", "use('export')", "export"),
        Binding("m", "edit", "modify"),
        *(Binding(str(n + 1), f"view({n})", "view", show=False) for n in range(len(VIEWS) + 1)),
        Binding("q", "leave", "leave"),
        Binding("r", "reset", "reset"),
        Binding("R", "new_seed", "new seed", show=False),
        Binding("c", "compare", "compare", show=False),
    ]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As in every screen, but without painting all of it anew: the two panels do so themselves."""

    def __init__(self, preset: Preset, services: Services, previous: Run | None = None) -> None:
        super().__init__()
        self.services, self.session = services, services.session
        self.preset = preset
        self.shown = Run()
        self.previous = previous
        self._has_pace = False
        self._dirty = True
        self._is_patient = False
        self._waiting: deque[Status | View | Chart] = deque()
        self._throttle = FrameThrottle()
        self._picture = task_of(preset).picture
        send = self.session.send
        self._views = [view(preset, send, id=f"view-{n}") for n, view in enumerate(VIEWS, 1)]
        """Kept, for asking Textual for them took most of the time that an event takes."""

    def compose(self) -> ComposeResult:
        yield Status()
        yield Tabs(["overview", *(view.name_shown for view in VIEWS)])
        with ContentSwitcher(initial="body"):
            with Vertical(id="body"):
                yield Summary()
                with Horizontal():
                    yield from self._overview()
            yield from self._views
        yield KeyLine()

    def _overview(self) -> ComposeResult:
        with Vertical(classes="column"):
            yield Curves("loss", "loss", loss_title(self.preset))
            if drawn := second_measure(self.preset):
                yield Curves(drawn, "metric")
        with Vertical(classes="column"):
            yield Picture(id="picture")
            yield Layers(id="layers")

    def on_mount(self) -> None:
        self.query_one("#picture").border_title = plain(self._picture.title)
        self.query_one("#layers").border_title = "layers"
        self.set_interval(1 / TICKS_PER_SECOND, self._draw)
        self.query_one("#loss").focus()
        self.begin(Run())

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")
        self.set_class(event.size.height < LOW, "-low")

    @property
    def palette_commands(self) -> tuple[tuple[str, str, Callable[[], None]], ...]:
        """Title, explanation and action of what the command palette offers here."""
        return (
            ("Train or pause", "space", self.action_go),
            ("One step", "s", self.action_step),
            ("One epoch", "e", self.action_epoch),
            ("Reset", "r: the same seed from the start", self.action_reset),
            ("New seed", "R: other first weights", self.action_new_seed),
            ("Full speed", "f: or slow enough to watch", self.action_full_speed),
            ("Modify the preset", "m", self.action_edit),
            ("Compare", "c: another run's curves behind these", self.action_compare),
            ("Choose an objective", "o: whose learning rate + and - change", self.action_objective),
            ("Go on slower", "t: a failed run, at a tenth of its rate", self.action_retry),
        )

    # --- what comes from the engine ---------------------------------------------------------------

    def begin(self, run: Run) -> None:
        """Show a run from its start; the one before stays faintly behind its curves."""
        if self.shown.epochs_done and self.shown is not run:
            self.previous = self.shown
        self.shown = run
        self._has_pace = False
        for curves in self.query(Curves):
            curves.shown, curves.previous = run, self.previous
        for view in self._views:
            view.begin(run, self.preset)
        status = self.query_one(Status)
        status.shown, status.advice = run, ""
        self.refresh_bindings()
        self.query_one(Summary).show(run)
        self._dirty = True

    def handle(self, event: events.Event) -> None:
        """Take in an event of the run on the screen."""
        if not isinstance(event, events.ProbeAnswer):
            self.shown.handle(event)
        if not isinstance(event, events.Progress | events.EpochEnded) and not self.query(Layers):
            return  # the screen is being taken down
        if isinstance(event, events.ProbeAnswer):
            self._handle_answer(event)
        first = isinstance(event, events.Paused | events.Progress)
        if first and not self._has_pace:
            self._has_pace = True
            self.begin_pace()
        if isinstance(event, events.Refused | events.RunFailed):
            self._show_failure(event)
        for view in self._views:
            view.handle(event)
        self._dirty = True
        if not isinstance(event, OFTEN):
            self.refresh_bindings()
            self._show_state()
            self.query_one(Summary).show(self.shown)

    def _show_failure(self, event: events.Refused | events.RunFailed) -> None:
        """Show why the run ended, and how to go on."""
        status = self.query_one(Status)
        known = event.advice if isinstance(event, events.RunFailed) else ""
        status.advice = f"m: {known}" if known else advice(self.slower_rate, self.shown.resume)
        text = "\n".join(filter(None, (event.error, status.advice)))
        self.notify(text, severity="error", timeout=10, markup=False)
        self.refresh_bindings()

    def _handle_answer(self, event: events.ProbeAnswer) -> None:
        if isinstance(event.answer, probes.Layers):
            self.query_one(Layers).answer = event.answer
        elif event.kind == self._picture.probe:
            picture = self.query_one(Picture)
            picture.answer, picture.problem = event.answer, event.error
            if event.answer is not None:
                picture.border_title = plain(self._picture.of(event.answer.kind).title)

    def lost(self, reason: str, advice: str, *more: str) -> None:
        """The engine process is gone."""
        self.shown.lost(reason)
        self.query_one(Status).advice = advice
        text = "\n".join([f"{reason}; {advice}", *more])
        self.notify(text, severity="error", timeout=10, markup=False)
        self._dirty = True

    def probes(self) -> list[tuple[str, dict[str, Any]]]:
        """The probes whose answers the visible panels show."""
        if not self.query(Layers):
            return []  # nothing is there yet
        if view := self.open_view:
            return view.probes()
        wanted: list[tuple[str, dict[str, Any]]] = []
        if self.query_one(Picture).display:
            wanted.append((self._picture.probe, dict(self._picture.options)))
        if not self.has_class("-narrow") and not self.has_class("-low"):
            wanted.append(("layers", {}))
        return wanted

    def _draw(self) -> None:
        """Draw the panels one by one within the throttle: a key never waits for all of them."""
        patience = self.session.patience
        if patience or self._is_patient:
            self._is_patient = bool(patience)
            self._show_state()
        if self._dirty and not self._waiting:
            self._dirty = False
            self._waiting.extend(self._seen())
        while self._waiting and self._throttle.allows(time.monotonic(), time.process_time()):
            panel = self._waiting.popleft()
            try:
                self._draw_panel(panel)
            except Exception as error:  # one panel less is no reason to end
                self.app.post_message(UnexpectedError(error))

    def _draw_panel(self, panel: "Status | View | Chart") -> None:
        if isinstance(panel, Status):
            self._show_state()
        elif isinstance(panel, View):
            panel.draw()
        elif panel.display:
            panel.changed()

    def _seen(self) -> list["Status | View | Chart"]:
        """The visible panels."""
        status = self.query_one(Status)
        if view := self.open_view:
            return [status, view]
        return [status, *self.query("#body Chart").results(Chart)]

    def _show_state(self) -> None:
        """Show the state in words, always at once, since it is the answer to most keys."""
        status = self.query_one(Status)
        status.pace, status.cost = self.pace, self.services.cpu.share
        status.rate = self.rate.in_words(self.shown)
        status.patience = self.session.patience
        status.refresh()

    def pace_changed(self) -> None:
        self._show_state()

    @property
    def open_view(self) -> View | None:
        """The visible view; None for the overview."""
        name = self.query_one(ContentSwitcher).current
        return self.query_one(f"#{name}", View) if name != "body" else None

    def action_view(self, number: int) -> None:
        """Show another view; the run goes on behind it."""
        self.query_one(ContentSwitcher).current = f"view-{number}" if number else "body"
        self.query_one(Tabs).show(number)
        self._waiting.clear()
        if view := self.open_view:
            view.opened()
            view.draw()
        else:
            self.query_one("#loss").focus()
        self._dirty = True

    def on_tabs_chosen(self, event: Tabs.Chosen) -> None:
        self.action_view(event.number)

    # --- other screens ----------------------------------------------------------------------------

    def action_compare(self) -> None:
        """Put a stored run behind the curves of this one."""
        self.services.runs.compare_with(self._put_behind)

    def _put_behind(self, run: Run) -> None:
        self.previous = run
        for curves in self.query(Curves):
            curves.previous = run
        self._dirty = True

    def action_edit(self) -> None:
        self.services.navigator.edit(self.preset)
