"""The run of a playground: what comes from the engine, and what goes to it."""

import time
from functools import partial

from textual.worker import WorkType

from tuidl.plane.presets import opened_as, preset_of
from tuidl.plane.state import PlaneState
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.protocol.neurons import Neurons
from tuidl.tui.playground import weights
from tuidl.tui.playground.scene import Look, Scene
from tuidl.tui.screens.steering import SteeringScreen
from tuidl.tui.services.services import Services
from tuidl.tui.session.display import FULL_SPEED, Probe
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.terminal.plain_app import turn_for_keys
from tuidl.tui.widgets.plane_panels import PlanePanel

PACE = 512.0
"""Steps a second at first: slow enough to see it learn, quick enough to wait for."""
SHORTEST = 0.1
"""Seconds between two looks at least, while it trains."""
PATIENCE = 2.0
"""Seconds after which a look that was not answered is asked for again."""
NOTE_SECONDS = 20.0
FIELDS = 16
"""Of each neuron's map, both ways."""


class PlaneRunScreen(SteeringScreen):
    """Keeps the engine's run and the scene in step.

    Settings that change go to the engine one change at a time: those that come meanwhile are sent
    together, once it has answered. Looks at the network are asked for one at a time, too.
    """

    def __init__(self, state: PlaneState, services: Services) -> None:
        super().__init__()
        self.services, self.session = services, services.session
        self.scene = Scene(state)
        self.preset = preset_of(state)
        self.shown = Run()
        self._in_force: PlaneState = state
        self._sent: PlaneState | None = None
        """A change that the engine has not answered."""
        self._weights: dict[str, float] = {}
        """Set since what is seen was looked at, by their keys."""
        self._asked_with: dict[str, float] = {}
        self._coming_with: dict[str, float] = {}
        """The same when a look was asked for, and of the one that is being drawn."""
        self._asked_at, self._pause = 0.0, SHORTEST
        self._noted = 0
        """How many changes were reported."""
        self._asks = self._wants_look = self._has_pace = False
        self._coming: Look | None = None
        """The newest look, until it is drawn."""

    def draw(self) -> None:
        """Draw all of it."""
        raise NotImplementedError

    def draw_look(self) -> None:
        """Draw the network and the map."""
        raise NotImplementedError

    def draw_words(self) -> None:
        """Draw the lines of words."""
        raise NotImplementedError

    def look_panels(self) -> list[PlanePanel]:
        """The panels that are drawn from a look."""
        raise NotImplementedError

    @property
    def map_size(self) -> tuple[int, int]:
        """Cells of the map."""
        raise NotImplementedError

    # --- what comes from the engine ---------------------------------------------------------------

    def begin(self, run: Run) -> None:
        self.shown, self._sent, self._has_pace, self._asks = run, None, False, False
        self._in_force = self.scene.state
        self._weights.clear()
        self.preset = preset_of(self._in_force)
        self.scene.history.clear()
        self.scene.problem_since = 0
        self.scene.look, self.scene.note, self._coming = None, "", None
        self.refresh_bindings()
        self.draw()

    def handle(self, event: events.Event) -> None:
        if isinstance(event, events.ProbeAnswer):
            self._looked(event)
            return
        self.shown.handle(event)
        if not self.is_mounted:
            return
        if isinstance(event, events.Paused | events.Progress) and not self._has_pace:
            self._has_pace = True
            self.begin_pace()
            self._send()
        match event:
            case events.Edited(key=commands.PRESET, again=True, preset=str(text)):
                self._made_again(text)
            case events.Edited(key=commands.PRESET, kept=kept):
                self._changed(kept)
            case events.Refused(key=commands.PRESET, error=error):
                self._refused(error)
            case events.Refused(error=error, key=key) if key in self._weights:
                del self._weights[key]
                self.notify(error, severity="error", markup=False)
            case events.RunFailed(error=error):
                self.notify(error, severity="error", timeout=10, markup=False)
            case events.Paused():
                self.want_look()
        if not isinstance(event, events.Progress | events.EpochEnded):
            self.refresh_bindings()
            self.draw_words()

    def _changed(self, kept: str) -> None:
        """The engine has made the change that was sent."""
        if self._sent is not None:
            self._in_force, self._sent = self._sent, None
            self.preset = preset_of(self._in_force)
        self._note("" if kept == "all of it" else kept)
        self.want_look()
        self._send()

    def _note(self, kept: str) -> None:
        """Say for a while what a change kept: later it is no news."""
        self.scene.note = kept
        self._noted += 1
        self.set_timer(NOTE_SECONDS, partial(self._forget_note, self._noted))

    def _forget_note(self, number: int) -> None:
        if number == self._noted:
            self.scene.note = ""
            self.draw_words()

    def _made_again(self, text: str) -> None:
        """A run that goes on makes changes of its log again: the settings follow, but for what was
        changed by keys meanwhile."""
        state = opened_as(Preset.parse(text))
        if state is None:
            return
        if self.scene.state == self._in_force:
            self.scene.state = state
        self._in_force, self.preset = state, preset_of(state)
        self.draw()

    def _refused(self, error: str) -> None:
        self.notify(error, severity="error", markup=False)
        self._sent, self.scene.state = None, self._in_force
        self.draw()

    def _looked(self, event: events.ProbeAnswer) -> None:
        self._asks = False
        if isinstance(event.answer, Neurons):
            is_drawing, self._coming = self._coming is not None, Look(event.answer)
            self._coming_with = self._asked_with
            if not is_drawing:
                work: WorkType[None] = self._draw_looks
                self.run_worker(work, group="look")
        if self._wants_look:
            self._ask()

    async def _draw_looks(self) -> None:
        """Draw looks, a panel at a time, as a key must not wait for all; then show each whole."""
        run = self.shown
        while self.shown is run and (look := self._coming) is not None:
            began = time.thread_time()
            for panel in self.look_panels():
                panel.prepare_for(self.scene.with_look(look))
                await turn_for_keys(self.app)
            if self.shown is not run:
                return  # it began anew
            if self._coming is look:
                self._coming = None
                if self._weights == self._coming_with:
                    self._weights.clear()  # seen now
            self.scene.show(look)
            self.draw_look()
            self.call_after_refresh(self._was_drawn, began)

    def _was_drawn(self, began: float) -> None:
        """Leave twice the processor time that a look takes to be drawn for keys and the engine."""
        self._pause = max(SHORTEST, 3 * (time.thread_time() - began))

    def lost(self, reason: str, advice: str, *more: str) -> None:
        self.shown.lost(reason)
        text = "\n".join([f"{reason}; {advice}", *more])
        self.notify(text, severity="error", timeout=10, markup=False)
        self._sent, self._asks = None, False
        self.draw_words()

    def probes(self) -> list[Probe]:
        return []  # looks are asked for here, oftener than other panels' answers

    def tick(self) -> None:
        overdue = self._asks and time.monotonic() - self._asked_at > PATIENCE
        if overdue:
            self._asks = False
        is_time = time.monotonic() - self._asked_at >= self._pause
        if (self.shown.phase is Phase.RUNNING and is_time) or overdue:
            self.want_look()

    def want_look(self) -> None:
        self._wants_look = True
        if not self._asks:
            self._ask()

    def _ask(self) -> None:
        """Ask for a look at the network, if there is one; one at a time."""
        if self.shown.phase not in (Phase.RUNNING, Phase.PAUSED):
            return
        self._asks, self._wants_look, self._asked_at = True, False, time.monotonic()
        self._asked_with = dict(self._weights)
        wide, high = self.map_size
        options = {
            "columns": FIELDS, "rows": FIELDS, "wide": max(wide, 1), "high": max(2 * high, 1),
            "at": self.scene.cursor,
        }  # fmt: skip
        self.session.send(commands.Probe(id=0, kind="neurons", options=options))

    # --- what goes to it --------------------------------------------------------------------------

    def set_state(self, state: PlaneState, limit: str = "") -> None:
        """Other settings: on the screen now, in training at the next step. ``limit``: why they may
        be the same as before."""
        if state != self.scene.state:
            self.scene.state = state
            self.draw()
            self._send()
        elif limit:
            self.say(limit)

    def say(self, limit: str) -> None:
        """Say why a key changed nothing, until the next one."""
        self.scene.limit = limit
        self.draw_words()

    def _send(self) -> None:
        """Send the newest settings, once the change before was made."""
        state = self.scene.state
        if self._sent is not None or state == self._in_force or state.is_empty:
            return
        if self.shown.is_over:
            self.session.load(preset_of(state), paused=True)
        elif self.shown.phase in (Phase.RUNNING, Phase.PAUSED):
            self._sent = state
            self.session.send(commands.Change(preset=preset_of(state).to_toml()))

    def change_weight(self, weight: weights.Weight, by: float) -> None:
        """Set one weight to what is seen of it and more; keys pressed until it is seen add up.
        While a change of the network is on its way there is no such weight yet."""
        if self._sent is not None:
            return
        value = round(self._weights.get(weight.key, weight.value) + by, 6)
        self._weights[weight.key] = value
        self.session.send(commands.Set(key=weight.key, value=value))
        self.want_look()

    def action_reset(self) -> None:
        self._begin_anew(self.scene.state)

    def action_new_seed(self) -> None:
        seed = (self.scene.state.seed + 1) % 2**32
        self.scene.state = self.scene.state.with_(seed=seed)
        self._begin_anew(self.scene.state)

    def _begin_anew(self, state: PlaneState) -> None:
        if self.session.silence:
            self.session.restart()
        elif not state.is_empty:
            self.session.load(preset_of(state), paused=not self.shown.goes)

    def _watchable(self) -> float | None:
        return PACE

    @property
    def first_pace(self) -> float | None:
        return (self.pace or FULL_SPEED) if self._has_chosen_pace else PACE

    def begin_pace(self) -> None:
        """Slow at first, whatever was chosen for other runs: here things are to be seen."""
        self._set_pace(self.pace if self._has_chosen_pace else PACE)

    def _choose_pace(self, pace: float | None) -> None:
        self._has_chosen_pace = True
        self._set_pace(pace)

    def pace_changed(self) -> None:
        self.draw_words()
