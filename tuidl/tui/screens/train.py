"""The training screen: curves, the task's picture, the layers, and control of the run."""

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.events import Resize
from textual.reactive import Reactive
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.moments import Forked
from tuidl.tui.messages import UnexpectedError
from tuidl.tui.renderers.state import Around
from tuidl.tui.screens.past import PastScreen
from tuidl.tui.services.services import Services
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.terminal.internals import repaint_together
from tuidl.tui.views.all import VIEWS
from tuidl.tui.views.overview import Overview
from tuidl.tui.views.time import TimeView
from tuidl.tui.views.view import AT_ONCE, View
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.curves import Curves
from tuidl.tui.widgets.frame_drawer import FrameDrawer, renew_others
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.status import Status
from tuidl.tui.widgets.summary import Summary
from tuidl.tui.widgets.tabs import Tabs

TICKS_PER_SECOND = 30  # at each, some panels of a frame are drawn
NARROW, LOW = 100, 30
WIDE, HIGH = 165, 40
OFTEN = (events.Progress, events.EpochEnded, events.Frame, events.ProbeAnswer)
"""Events that come by themselves; others come once, most of them because of a key."""
TURNS = (events.RunStarted, events.Compiled, events.Refused, events.RunFailed)
"""Events after which there may be no frame for long, or none at all."""
RATE = Binding.Group("rate", compact=True)


class TrainScreen(PastScreen):
    """Everything about one preset's training."""

    BINDINGS: ClassVar = [
        Binding("space", "go", "train"),
        Binding("s", "step", "step"),
        Binding("e", "epoch", "epoch"),
        Binding("plus,equals_sign", "rate(1)", "up", key_display="+", group=RATE),
        Binding("minus", "rate(-1)", "down", key_display="-", group=RATE),
        Binding("o", "objective", "whose rate"),
        Binding("f", "full_speed", "speed"),
        Binding("less_than_sign", "pace(-1)", "slower", show=False),
        Binding("greater_than_sign", "pace(1)", "faster", show=False),
        Binding("t", "retry", "go on slower"),
        Binding("w", "error", "whole error"),
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
        self.frame = Run()
        """The run at the moment that is drawn, on all panels; ``shown`` may be further."""
        self._answers: list[events.ProbeAnswer] = []
        """To the frame that is not whole yet."""
        self._has_pace = False
        self._is_patient = False
        self._drawer = FrameDrawer(self._report)
        send = self.session.send
        self._views = [view(preset, send, id=f"view-{n}") for n, view in enumerate(VIEWS, 1)]
        """Kept, for asking Textual for them took most of the time that an event takes."""
        self._time = next(view for view in self._views if isinstance(view, TimeView))
        self._overview = Overview(preset, self._time, "body")

    def compose(self) -> ComposeResult:
        yield Status()
        yield Tabs(self._tab_names)
        with ContentSwitcher(initial="body"):
            yield self._overview
            yield from self._views
        yield KeyLine()

    @property
    def _tab_names(self) -> list[str]:
        return ["overview", *(view.name_shown for view in self._views)]

    def on_mount(self) -> None:
        self.set_interval(1 / TICKS_PER_SECOND, self._draw)
        self.query_one("#loss").focus()
        self.begin(self.shown)  # which a key may have asked to train already

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")
        self.set_class(event.size.height < LOW, "-low")
        has_room = event.size.width >= WIDE and event.size.height >= HIGH
        self.set_class(has_room and self._overview.fills_three, "-wide")

    # --- what comes from the engine ---------------------------------------------------------------

    def begin(self, run: Run) -> None:
        """Show a run from its start; the one before stays faintly behind its curves."""
        if self.shown.epochs_done and self.shown is not run:
            self.previous = self.shown
        self.shown = run
        self._has_pace = False
        self._answers = []
        self._overview.begin()
        for curves in self.query(Curves):
            curves.previous = self.previous
        for view in self._views:
            view.begin(run, self.preset)
        self.query_one(Tabs).rename(self._tab_names)
        status = self.query_one(Status)
        status.shown, status.advice = run, ""
        self.refresh_bindings()
        self._take_frame()

    def handle(self, event: events.Event) -> None:
        """Take in an event of the run on the screen."""
        self.shown.handle(event)
        if isinstance(event, events.ProbeAnswer) and event.kind not in AT_ONCE:
            self._answers.append(event)
            return
        if isinstance(event, events.Progress | events.EpochEnded) and self._has_pace:
            return
        if not self._has_panels:
            return  # the screen is being taken down
        first = isinstance(event, events.Paused | events.Progress)
        if first and not self._has_pace:
            self._has_pace = True
            self.begin_pace()
        if isinstance(event, events.Refused | events.RunFailed):
            self._show_failure(event)
        if isinstance(event, Forked):
            self.begin_fork(event)
        for view in self._views:
            view.handle(event)
        if isinstance(event, (events.Frame, *TURNS)):
            self._take_frame()
        if not isinstance(event, OFTEN):
            self.refresh_bindings()
            self._show_state()

    @property
    def _has_panels(self) -> bool:
        """Whether they are there yet, and still; asked at every event, so without a query."""
        return any(self._overview in child.children for child in self.children)

    def _take_frame(self) -> None:
        """Hand the run as it stands now, and the answers of this moment, to all panels; they are
        drawn from it until the next frame."""
        self.finish_frame()
        self.frame = self.shown.frozen()
        answers, self._answers = self._answers, []
        self._overview.take(self.frame, answers, self.shown.steps)
        for curves in self.walk_children(Curves):
            curves.shown = self.frame
        for view in self._views:
            view.take(self.frame, answers)
        seen = self._seen()
        self._drawer.begin(seen)
        if self.was_hurried() or any(panel.awaits_lines for panel in seen):
            self.finish_frame()  # what a key changed is about to be painted

    def lost(self, reason: str, advice: str, *more: str) -> None:
        """The engine process is gone."""
        self.shown.lost(reason)
        self.query_one(Status).advice = advice
        self.tell_error(f"{reason}; {advice}", *more)
        self._take_frame()
        self._show_state()

    def probes(self) -> list[tuple[str, dict[str, Any]]]:
        """The probes whose answers the visible panels show."""
        try:
            view = self.open_view
            return view.probes() if view else self._overview.probes()
        except NoMatches:
            return []  # panels are not there yet, or are being taken down

    @property
    def is_ready(self) -> bool:  # type: ignore[override]
        waits = self.frame.pace is not None or self.shown.phase is not Phase.RUNNING
        return self._drawer.may_begin(is_generous=waits)

    def _draw(self) -> None:
        """Draw some panels of the frame, and what moves by itself."""
        patience = self.session.patience
        if patience or self._is_patient or self.shown.compiling:
            self._is_patient = bool(patience)
            self._show_state()
        if self._drawer.is_drawing and self._drawer.draw():
            self.finish_frame()

    @property
    def is_amid_frame(self) -> bool:
        return self._drawer.is_drawing

    def finish_frame(self) -> None:
        """Show all of the frame that is being drawn, if there is one."""
        if not self._drawer.is_drawing:
            return
        drawn = self._drawer.finish()
        renew_others(self.walk_children(Chart), drawn, self._seen())
        self.query_one(Status).frame = self.frame
        self.query_one(Summary).show(self.frame)
        self._show_state()

    def _report(self, error: Exception) -> None:
        self.app.post_message(UnexpectedError(error))

    def _seen(self) -> list[Chart]:
        """The visible panels."""
        if view := self.open_view:
            return view.seen()
        return self._overview.seen()

    def _show_state(self) -> None:
        """Show the state in words, always at once, since it is the answer to most keys."""
        status = self.query_one(Status)
        status.around = Around(
            rate=self.rate.in_words(self.shown),
            cost=self.services.cpu.share,
            is_limit=self.preset.training.stopping is not None,
        )
        status.patience = self.session.patience
        repaint_together(status)
        self.renew_keys()

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
        if view := self.open_view:
            if view is self._time and (epochs := self.query_one("#loss", Curves).cursor):
                self._time.seek(epochs * self.shown.steps)  # where the cursor points
            view.opened()
            view.touched()
        else:
            self.set_focus(self.query_one("#loss"))
            for chart in self._seen():
                chart.changed()
        self.session.ask()

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
            curves.changed()
