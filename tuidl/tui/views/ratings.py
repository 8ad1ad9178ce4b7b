"""Known and predicted ratings, and the map of items, as large as the screen."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.rating_answers import Recommended
from tuidl.tui.renderers import ratings
from tuidl.tui.session.run import Run
from tuidl.tui.views.token_map import MapPanel, MapView
from tuidl.tui.views.view import Send, Wanted
from tuidl.tui.views.view_panel import ViewPanel


class RatingsView(MapView, inherit_bindings=False):
    """``user``: the one whose ratings are listed, "" for the engine's choice; ``token``: the item
    whose nearest ones are named."""

    first: ClassVar[str] = "MapPanel"
    BINDINGS: ClassVar = [
        Binding("left", "choose(-1)", "item", key_display="left, right"),
        Binding("right", "choose(1)", "item", show=False),
        Binding("pageup", "choose(-10)", "item", show=False),
        Binding("pagedown", "choose(10)", "item", show=False),
        Binding("up", "user(-1)", "user", key_display="up, down"),
        Binding("down", "user(1)", "user", show=False),
    ]
    DEFAULT_CSS = """
    RatingsView Chart { height: 1fr; }
    RatingsView #stars { width: 1fr; }
    RatingsView MapPanel { width: 1fr; }
    RatingsView SpreadPanel { max-height: 10; }
    """

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.answer: Recommended | None = None
        self.problem: str | None = None
        self.user = ""

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="stars"):
                yield SpreadPanel(self)
                yield UserPanel(self)
            panel = MapPanel(self)
            panel.can_focus = True
            yield panel

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.answer, self.problem = None, None

    def probes(self) -> Wanted:
        return [*super().probes(), ("recommended", {"user": self.user, "count": 100})]

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind != "recommended":
            return super().handle_answer(event)
        self.answer = event.answer if isinstance(event.answer, Recommended) else None
        self.problem = event.error
        return True

    def action_choose(self, way: int) -> None:
        super().action_choose(way)
        self.post_message(self.Hurry())

    def action_user(self, way: int) -> None:
        """Another user, in the order of the data."""
        if self.answer is None:
            return
        names = self.answer.users
        here = names.index(self.user or self.answer.user)
        self.user = names[(here + way) % len(names)]
        self.post_message(self.Hurry())


class RatingsPanel(ViewPanel[RatingsView], can_focus=False):
    """Base of those that draw the view's answer."""

    kinds = ("recommended",)


class SpreadPanel(RatingsPanel, can_focus=False):
    """How predictions for each known rating lie."""

    concept = "rmse"

    def picture(
        self, answer: Recommended, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        return ratings.spread(answer, palette, width, height, unicode)

    def title_now(self) -> str:
        return "known ratings (lines), predicted (across)"


class UserPanel(RatingsPanel, can_focus=False):
    """One user's ratings by title, and what else may be liked."""

    concept = "matrix_factorization"

    def picture(
        self, answer: Recommended, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        return ratings.listed(answer, palette, width, height, unicode)

    def title_now(self) -> str:
        return "one user's ratings, and the best of the others"
