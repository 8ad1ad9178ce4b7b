"""Build a network for points in the plane while it learns them."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Resize

from tuidl.data.plane import FEATURES
from tuidl.data.plane_points import LIMIT
from tuidl.tui.playground import settings, words
from tuidl.tui.playground.advice import advice
from tuidl.tui.screens.plane_keys import PlaneKeysScreen
from tuidl.tui.session.run import Phase
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.plane_line import PlaneLine
from tuidl.tui.widgets.plane_panels import (
    NeuronBoard,
    PlaneMap,
    PlanePanel,
    Settings,
    readout,
)  # fmt: skip

TICKS_PER_SECOND = 20
CHANGE, CHOOSE = Binding.Group("change", compact=True), Binding.Group("choose", compact=True)
UNITS, LAYERS = Binding.Group("neurons", compact=True), Binding.Group("layers", compact=True)
POINTS = Binding.Group("points", compact=True)
MAP_SHARE = 0.45
SIGNS = {Phase.RUNNING: ("▶ training", "good"), Phase.PAUSED: ("Ⅱ paused", "validation")}


class PlaygroundScreen(PlaneKeysScreen):
    """Settings, network and map. Every change goes to the engine, and on the screen at once."""

    BINDINGS: ClassVar = [
        Binding("space", "go", "train"),
        Binding("q", "leave", "leave"),
        Binding("up", "vertical(1)", "change", group=CHANGE),
        Binding("down", "vertical(-1)", "change", group=CHANGE),
        Binding("left", "horizontal(-1)", "choose", group=CHOOSE),
        Binding("right", "horizontal(1)", "choose", group=CHOOSE),
        Binding("tab", "turn(1)", "panel"),
        Binding("shift+tab", "turn(-1)", show=False),
        Binding("plus,equals_sign", "units(1)", "neurons", key_display="+", group=UNITS),
        Binding("minus", "units(-1)", "neurons", key_display="-", group=UNITS),
        Binding("left_square_bracket", "layers(-1)", "layers", key_display="[", group=LAYERS),
        Binding("right_square_bracket", "layers(1)", "layers", key_display="]", group=LAYERS),
        *(Binding(str(n), f"input({n - 1})", show=False) for n in range(1, 8)),
        Binding("a", "put(0)", "points", group=POINTS),
        Binding("b", "put(1)", "points", group=POINTS),
        Binding("x,backspace,delete", "take", show=False),
        Binding("enter", "take_input", show=False),
        Binding("r", "reset", "restart"),
        Binding("y", "line", "copy"),
        Binding("f", "full_speed", "speed"),
        Binding("R", "new_seed", show=False),
        Binding("d", "draw_points", show=False),
        Binding("s", "step", show=False),
        Binding("less_than_sign", "pace(-1)", show=False),
        Binding("greater_than_sign", "pace(1)", show=False),
        Binding("v", "held_out", show=False),
        Binding("z", "sharp", show=False),
        Binding("w", "weight", show=False),
        Binding("comma", "change_weight(-1)", show=False),
        Binding("full_stop", "change_weight(1)", show=False),
    ]

    keys = words.KEYS

    def compose(self) -> ComposeResult:
        yield PlaneLine(id="standing")
        yield PlaneLine(id="scores")
        yield Settings(self.scene, id="settings")
        with Horizontal(id="plane"):
            yield NeuronBoard(self.scene, id="board")
            yield PlaneMap(self.scene, id="map")
        yield PlaneLine(id="readout")
        yield KeyLine()

    def on_mount(self) -> None:
        self._settings, self._board = self.query_one(Settings), self.query_one(NeuronBoard)
        self._map = self.query_one(PlaneMap)
        self._settings.focus()
        self.set_interval(1 / TICKS_PER_SECOND, self.tick)
        self.draw()

    def on_resize(self, event: Resize) -> None:
        self._fit()
        self.want_look()

    def _fit(self) -> None:
        """The map is a square at the right, as large as there is room for."""
        width, height = self.size
        lines = self._settings.lines_for(width)
        self._settings.styles.height = lines
        high = max(height - lines - 4, 4)
        wide = min(2 * high, int(width * MAP_SHARE))
        self._map.styles.width, self._map.styles.height = wide, wide // 2

    # --- keys -------------------------------------------------------------------------------------

    @property
    def _panels(self) -> list[Settings | NeuronBoard | PlaneMap]:
        return [self._settings, self._board, self._map]

    @property
    def _focused(self) -> str:
        return str(self.focused.id) if self.focused in self._panels else "settings"

    def hint(self, action: str) -> str | None:
        """What arrows do depends on the panel."""
        if action not in ("vertical", "horizontal"):
            return super().hint(action)
        return {"map": "cursor", "board": "neuron"}.get(self._focused)

    def action_turn(self, way: int) -> None:
        """Focus the next panel."""
        names = [str(panel.id) for panel in self._panels]
        chosen = self._panels[(names.index(self._focused) + way) % len(names)]
        self.set_focus(chosen)  # at once: a second key may wait already
        if chosen is self._board and self.scene.selected is None:
            self.scene.selected = (1, 0) if self.scene.state.hidden else (0, 0)
        self._board.with_shares = chosen is self._map
        self.call_after_refresh(self.draw)

    def action_vertical(self, way: int) -> None:
        if self._focused == "map":
            self._point(0, way)
        elif self._focused == "board":
            self._select(0, -way)
        else:
            self.change_setting(way)

    def action_horizontal(self, way: int) -> None:
        scene = self.scene
        if self._focused == "map":
            self._point(way, 0)
        elif self._focused == "board":
            self._select(way, 0)
        else:
            scene.setting = (scene.setting + way) % len(settings.shown_settings(scene.state))
            self.draw()

    def _point(self, right: int, up: int) -> None:
        """Move the cursor by a cell of the map."""
        width, height = self._map.content_size
        self.scene.move_cursor(
            round(right * 2 * LIMIT / max(width, 1), 2), round(up * 2 * LIMIT / max(height, 1), 2)
        )
        self.scene.cursor = tuple(round(v, 2) for v in self.scene.cursor)  # type: ignore[assignment]
        self.draw()
        self.want_look()

    def _select(self, right: int, down: int) -> None:
        column, number = self.scene.selected or (0, 0)
        sizes = (len(FEATURES), *self.scene.state.hidden)
        column, self.scene.weight = min(max(column + right, 0), len(sizes) - 1), -1
        self.scene.selected = column, min(max(number + down, 0), sizes[column] - 1)
        self.draw()

    def action_take_input(self) -> None:
        """Read the selected input, or no more."""
        selected = self.scene.selected
        if self._focused == "board" and selected is not None and selected[0] == 0:
            self.action_input(selected[1])

    def action_held_out(self) -> None:
        self.scene.shows_held_out = not self.scene.shows_held_out
        self._map.changed()

    def action_sharp(self) -> None:
        self.scene.is_sharp = not self.scene.is_sharp
        self._map.changed()

    def action_line(self) -> None:
        """Copy the line of text that opens these settings, and show it."""
        line = self.scene.state.line()
        self.app.copy_to_clipboard(line)
        self.notify(f"tuidl {line}", title="copied", timeout=15, markup=False)

    # --- the mouse --------------------------------------------------------------------------------

    def on_settings_moved(self, event: Settings.Moved) -> None:
        self.scene.setting = event.number
        self.draw()
        if event.way:
            self.change_setting(event.way)

    def on_neuron_board_chosen(self, event: NeuronBoard.Chosen) -> None:
        self.scene.selected, self.scene.weight = event.place, -1
        if event.place[0] == 0:
            self.action_input(event.place[1])
        self.draw()

    def on_neuron_board_counted(self, event: NeuronBoard.Counted) -> None:
        self.change_units(event.layer, event.more)

    def on_plane_map_pointed(self, event: PlaneMap.Pointed) -> None:
        self.scene.cursor = (event.x, event.y)
        self.draw()
        self.want_look()

    def on_plane_map_put(self, event: PlaneMap.Put) -> None:
        self.put(1 - self.scene.label if event.is_other else self.scene.label)

    # --- drawing ----------------------------------------------------------------------------------

    @property
    def map_size(self) -> tuple[int, int]:
        width, height = self._map.content_size
        return width, height

    def draw(self) -> None:
        self.scene.limit = ""
        self._fit()
        self._settings.changed()
        self.draw_look()

    def draw_look(self) -> None:
        self._board.changed()
        self._map.changed()
        self.draw_words()

    def look_panels(self) -> list[PlanePanel]:
        return [self._map, self._board]

    def draw_words(self) -> None:
        if not self.is_mounted:
            return
        state, scene = self.scene.state, self.scene
        self._settings.concept = words.concept_of(scene)
        unicode = looks_unicode(self)
        width = self.size.width - 2
        phase = self._phase()
        standing = words.standing(scene, width - len(phase[0]) - 2)
        self.query_one("#standing", PlaneLine).show([phase, *standing])
        self.query_one("#scores", PlaneLine).show(words.scores(scene, width, unicode))
        said, role = readout(scene, self._focused, width), "muted"
        if scene.limit:
            said, role = scene.limit, "accent"
        elif state.is_empty:
            said = "no points yet: click on the map, or tab to it and press a or b"
        elif self._focused != "map" and (hint := advice(scene)):
            said, role = hint, "validation"
        self.query_one("#readout", PlaneLine).show([(said, role)])
        self.renew_keys()

    def _phase(self) -> tuple[str, str]:
        run = self.shown
        if run.compiling is not None:
            done = f"{run.compiling.done + 1}/{run.compiling.total}"
            return f"once on this machine: {done} {run.compiling.kernel}", "muted"
        if run.phase is Phase.RUNNING:
            pace = "full speed" if self.pace is None else f"{self.pace:.0f} steps/s"
            return f"▶ training, {pace}", "good"
        text, role = SIGNS.get(run.phase, (run.phase.value, "muted"))
        if run.phase is Phase.PAUSED and self.scene.look and not self.scene.look.answer.updates:
            text = "Ⅱ press space to train"
        return text, role


def looks_unicode(screen: PlaygroundScreen) -> bool:
    from tuidl.tui.widgets.chart import looks_of

    return looks_of(screen)[1]
