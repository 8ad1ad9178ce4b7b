"""Health at a glance: six measurements, what to do about each, and a key that does it."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal

from tuidl.charts.gradients import gradient_curves
from tuidl.charts.hstack import stacked
from tuidl.charts.palette import Palette
from tuidl.glossary.pages import Line
from tuidl.preset.schema import Preset
from tuidl.preset.toml_edit import dumps
from tuidl.protocol import commands
from tuidl.protocol.commands import Command
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.probes import Health
from tuidl.tui.renderers.health import health_lines, health_page, layer_table
from tuidl.tui.terminal.plain import plain
from tuidl.tui.views.view import View, Wanted
from tuidl.tui.views.view_panel import ViewPanel
from tuidl.tui.widgets.layers import HEAD, LEAST_CURVES, gradients_of
from tuidl.verdicts.health import Fix, Reading, readings


class HealthView(View):
    """Which measurement is selected; Enter makes the edit that stands beside it."""

    name_shown: str = "health"
    first: ClassVar[str] = "HealthList"
    SCOPED_CSS = False  # the screen's classes say how much room there is
    DEFAULT_CSS = """
    HealthView HealthList { width: 1fr; height: 1fr; }
    HealthView HealthTable { width: 1fr; height: 1fr; }
    .-narrow HealthView HealthTable { display: none; }
    """

    answer: Health | None = None
    problem: str | None = None
    selected = 0

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield HealthList(self, "how it is doing inside")
            yield HealthTable(self, "layer by layer")

    def begin(self, *given: object) -> None:
        super().begin(*given)  # type: ignore[arg-type]
        self.answer, self.problem, self.selected = None, None, 0

    def probes(self) -> Wanted:
        return [("health", {})]

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind != "health":
            return False
        self.problem = event.error
        if isinstance(event.answer, Health):
            self.answer = event.answer
        return True

    @property
    def readings(self) -> list[Reading]:
        return readings(self.answer) if self.answer else []

    def select(self, way: int) -> None:
        if self.readings:
            self.selected = (self.selected + way) % len(self.readings)
            self.touched()

    @property
    def can_do(self) -> bool:
        """Whether there is an edit for the selected one, and a run to make it in."""
        return bool(self.readings and self.readings[self.selected].fix) and not self.shown.is_over

    def do(self) -> None:
        """Make the live edit of the selected measurement, if it has one."""
        found = self.readings[self.selected].fix if self.readings else None
        if found is None or self.answer is None:
            self.notify("nothing to do about this one", timeout=3)
            return
        if self.shown.is_over:
            self.notify("the run is over: space trains again", timeout=3)
            return
        self.send(command_of(found, self.answer, self.in_force))
        self.notify(f"{found.words}, from the next step on", timeout=4, markup=False)


def command_of(fix: Fix, answer: Health, preset: Preset) -> Command:
    """The command that makes the edit: the rate times a factor, or the preset with a value."""
    if not fix.key:
        return commands.Scale(key=answer.rate_key, factor=fix.factor)
    key = fix.key
    if fix.layer:
        key = key.replace("LAYER", str(place_of_layer(preset, fix.layer)))
    overrides = (f"{key}={fix.value}",)
    changed = Preset.parse(dumps(preset.table()), preset.name, overrides)
    return commands.Change(preset=dumps(changed.table()))


def place_of_layer(preset: Preset, name: str) -> int:
    """The number of a layer in the preset, by the name that it has in the network. Raises
    KeyError."""
    seen: dict[str, int] = {}
    for number, layer in enumerate(preset.layers):
        if not layer.enabled:
            continue
        kind = layer.kind()
        seen[kind] = seen.get(kind, 0) + 1
        if name == (layer.name or f"{kind}_{seen[kind]}"):
            return number
    raise KeyError(name)


class HealthPart(ViewPanel[HealthView]):
    """A panel of the view, which knows what is shown."""

    kinds = ("health",)

    def __init__(self, view: HealthView, title: str) -> None:
        super().__init__(view)
        self.border_title = plain(title)


class HealthList(HealthPart):
    """The measurements; arrows select one, Enter does what stands beside it."""

    concept = "learning_rate"
    BINDINGS: ClassVar = [
        Binding("up", "select(-1)", "Select", show=False),
        Binding("down", "select(1)", "Select", show=False),
        Binding("enter", "do", "do it"),
    ]

    def picture(
        self, answer: Health, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        return health_lines(
            self.view.readings, palette, width, height, selected=self.view.selected, unicode=unicode
        )

    def about(self, width: int) -> list[Line]:
        return health_page(self.view.readings, width)

    def hint(self, action: str) -> str | None:
        """Enter is named where the selected measurement has an edit."""
        return "" if action == "do" and not self.view.can_do else None

    def action_select(self, way: int) -> None:
        self.view.select(way)

    def action_do(self) -> None:
        self.view.do()


class HealthTable(HealthPart, can_focus=False):
    """What is measured of each layer and, where there is room, the gradients' lengths by epoch."""

    def picture(
        self, answer: Health, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        lines, rows = gradients_of(self.view.frame), len(answer.layers) + HEAD
        if not lines or height - rows < LEAST_CURVES:
            return layer_table(answer.layers, palette, width, height, unicode)
        table = layer_table(answer.layers, palette, width, rows, unicode)
        below = gradient_curves(lines, palette, width, height - rows, unicode=unicode)
        return stacked([table, below])
