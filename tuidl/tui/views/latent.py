"""The plane of codes of two numbers, with a cursor that decodes what is under it at once."""

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import Click, MouseMove
from textual.geometry import Region

from tuidl.charts.palette import Palette
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import Probe
from tuidl.protocol.events import Event, ProbeAnswer
from tuidl.protocol.picture_answers import DecodedCode, LatentPlane, Reconstructions
from tuidl.tui.renderers import latent
from tuidl.tui.renderers.latent import Cursor, DrawnPlane, PlaneFrame, side_of
from tuidl.tui.renderers.reconstructions import reconstructions
from tuidl.tui.session.run import Run
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered

POINTS = 500
FAR = 8
"""Cells that the cursor goes with shift."""


class LatentView(View):
    """``cursor``: the code that is decoded. It is asked for by itself, beside the frames, which
    come more seldom; while an answer is awaited, only the newest place is kept."""

    first: ClassVar[str] = "CodePlane"
    BINDINGS: ClassVar = [
        Binding("left", "move(-1, 0)", "cursor", key_display="arrows"),
        Binding("right", "move(1, 0)", "cursor", show=False),
        Binding("up", "move(0, 1)", "cursor", show=False),
        Binding("down", "move(0, -1)", "cursor", show=False),
        *(
            Binding(f"shift+{key}", f"move({x}, {y})", "far", show=False)
            for key, x, y in (
                ("left", -FAR, 0), ("right", FAR, 0), ("up", 0, FAR), ("down", 0, -FAR)
            )
        ),
        Binding("0", "centre", "origin"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    LatentView Chart { height: 1fr; }
    LatentView CodePlane { width: 3fr; }
    LatentView #decodes { width: 2fr; }
    .-low LatentView GivenBackPanel { display: none; }
    """

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.cursor: Cursor = (0.0, 0.0)
        self._forget()

    def _forget(self) -> None:
        self.answer: LatentPlane | None = None
        self.side = side_of([])
        self.decoded: LatentPlane | DecodedCode | None = None
        self.given_back: Reconstructions | None = None
        self.problems: dict[str, str | None] = {}
        self._asked: Cursor | None = None
        self._number = 0

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield CodePlane(self)
            with Vertical(id="decodes"):
                yield DecodedPanel(self)
                yield GivenBackPanel(self)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self._forget()

    def probes(self) -> Wanted:
        wanted: list[tuple[str, dict[str, Any]]] = [
            ("latent_plane", {"count": POINTS, "cursor": list(self.cursor)})
        ]
        if any(panel.display for panel in self.query(GivenBackPanel)):
            wanted.append(("reconstructions", {"count": 12}))
        return wanted

    def handle(self, event: Event) -> None:
        """The answer that was asked for by itself."""
        if not isinstance(event, ProbeAnswer) or event.kind != "decoded_code":
            return
        asked, self._asked = self._asked, None
        if isinstance(event.answer, DecodedCode):
            self.decoded = event.answer
            for panel in self.query(DecodedPanel):
                panel.overtake() if self.display else panel.changed()
        if asked != self.cursor:
            self._ask()

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind not in ("latent_plane", "reconstructions"):
            return False
        self.problems[event.kind] = event.error
        if isinstance(event.answer, LatentPlane):
            self.answer, self.side = event.answer, side_of(event.answer.points)
            if event.answer.cursor == self.cursor or self.decoded is None:
                self.decoded = event.answer
        elif isinstance(event.answer, Reconstructions):
            self.given_back = event.answer
        return True

    def point(self, cursor: Cursor) -> None:
        """Have the code at another place decoded."""
        if cursor == self.cursor:
            return
        before, self.cursor = self.cursor, cursor
        if self._asked is None:
            self._ask()  # first, so that the engine answers while the plane is painted
        for panel in self.query(CodePlane):
            panel.moved(before)

    def _ask(self) -> None:
        self._asked = self.cursor
        self._number += 1
        options = {"cursor": list(self.cursor)}
        self.send(Probe(id=self._number, kind="decoded_code", options=options))

    def action_move(self, across: int, up: int) -> None:
        """The cursor by some cells, within the plane."""
        for panel in self.query(CodePlane):
            frame = panel.frame
            step, side = frame.step, frame.side
            x, y = self.cursor[0] + across * step[0], self.cursor[1] + up * step[1]
            self.point((min(max(x, -side), side), min(max(y, -side), side)))

    def action_centre(self) -> None:
        self.point((0.0, 0.0))


class CodePlane(Chart):
    """The codes of held-out examples by class; the mouse is the cursor, too."""

    concept = "variational_autoencoder"
    kinds = ("latent_plane",)
    keeps_lines = True

    def __init__(self, view: LatentView) -> None:
        super().__init__()
        self.view = view
        self._drawing: DrawnPlane | None = None
        self._seen: DrawnPlane | None = None
        """What is shown, while ``_drawing`` is of a frame that is not whole yet."""

    @property
    def frame(self) -> PlaneFrame:
        return PlaneFrame(self.view.side, *self.content_size)

    def moved(self, before: Cursor) -> None:
        """The cursor is at another place. Only the lines that it leaves and reaches are painted,
        and the last one, which names it: all of them take several times as long."""
        frame = self.frame
        cells = (frame.cell(*cursor) for cursor in (before, self.view.cursor))
        lines = {frame.height - 1, *(cell[1] for cell in cells if cell is not None)}
        self.overtake(*(Region(0, line, frame.width, 1) for line in sorted(lines)))

    def overtake(self, *regions: Region) -> None:
        has_next = self._prepared is not None
        super().overtake(*regions)
        if has_next:
            self.prepare()  # with the cursor where it is now

    def draw_over(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        drawing = self._drawing if self._prepared is None else self._seen
        looks = PlaneFrame(self.view.side, width, height), palette, unicode
        if drawing is None or drawing.of[1:] != looks:
            return self.draw(palette, width, height, unicode)
        return drawing.lines(self.view.cursor)

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        answer = self.view.answer
        if answer is None:
            problem = self.view.problems.get("latent_plane")
            return unanswered(problem, self.view.frame, palette, width, height)
        frame = PlaneFrame(self.view.side, width, height)
        if self._drawing is None or self._drawing.of != (answer, frame, palette, unicode):
            self._seen = self._drawing
            self._drawing = DrawnPlane(answer, frame, palette, unicode)
        return self._drawing.lines(self.view.cursor)

    def title_now(self) -> str:
        return "the plane of codes: each held-out example where its code lies"

    def on_mouse_move(self, event: MouseMove) -> None:
        self._point(event)

    def on_click(self, event: Click) -> None:
        self.focus()
        self._point(event)

    def _point(self, event: MouseMove | Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and self.view.answer is not None:
            self.view.point(self.frame.code(offset.x, offset.y))


class DecodedPanel(Chart, can_focus=False):
    """What the code under the cursor decodes to."""

    concept = "autoencoder"
    kinds = ("latent_plane",)

    def __init__(self, view: LatentView) -> None:
        super().__init__()
        self.view = view

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        answer = self.view.decoded
        if answer is None:
            problem = self.view.problems.get("latent_plane")
            return unanswered(problem, self.view.frame, palette, width, height)
        return latent.decoded(answer, palette, width, height, unicode)

    def title_now(self) -> str:
        x, y = self.view.decoded.cursor if self.view.decoded else self.view.cursor
        return f"decoded from ({x:.2f}, {y:.2f})"


class GivenBackPanel(Chart, can_focus=False):
    """What comes back of held-out examples."""

    concept = "autoencoder"
    kinds = ("reconstructions",)

    def __init__(self, view: LatentView) -> None:
        super().__init__()
        self.view = view

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        answer = self.view.given_back
        if answer is None:
            problem = self.view.problems.get("reconstructions")
            return unanswered(problem, self.view.frame, palette, width, height)
        return reconstructions(answer, palette, width, height, unicode)

    def title_now(self) -> str:
        return "held out: what goes in, comes out"
