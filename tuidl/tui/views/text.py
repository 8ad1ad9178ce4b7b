"""What the network writes while it learns, the probabilities of each token, and its map of them."""

import time
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from tuidl.charts.palette import Palette
from tuidl.core.printable import in_quotes
from tuidl.preset.schema import Preset
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.text_answers import EmbeddingMap, Sample
from tuidl.tui.renderers import sample
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.views.attention import AttentionPanel, has_attention
from tuidl.tui.views.token_map import MapPanel
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.views.writing import Writing
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered

SHARE = 0.03
"""The most of the engine's time that writing may take while it trains."""
ROOMY = 2
"""Cells of the panel for each token of a sample, about."""
SHORTEST, LONGEST = 40, 400
"""Tokens of a sample, whatever the size of the panel."""


class TextView(View):
    """Asks for the text piece by piece; where a run is going on, a text that is whole is written
    anew."""

    first: ClassVar[str] = "SamplePanel"
    BINDINGS: ClassVar = [
        Binding("i", "prompt", "prompt"),
        Binding("left_square_bracket", "warm(-1)", "colder", key_display="["),
        Binding("right_square_bracket", "warm(1)", "warmer", key_display="]"),
        Binding("n", "anew", "new"),
        Binding("v", "turn", "map, attention"),
        Binding("l", "look(1, 0)", "layer"),
        Binding("h", "look(0, 1)", "head"),
    ]
    SCOPED_CSS = False
    DEFAULT_CSS = """
    TextView Chart { height: 1fr; }
    TextView #writes { width: 3fr; }
    TextView #says { width: 2fr; }
    TextView #prompt { display: none; }
    TextView.-asking #prompt { display: block; }
    TextView MapPanel, TextView AttentionPanel { display: none; height: 2fr; }
    TextView.-map MapPanel, TextView.-attention AttentionPanel { display: block; }
    .-low TextView.-map TopPanel, .-low TextView.-attention TopPanel { display: none; }
    """

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.writing = Writing()
        self.problem: str | None = None
        self.map: EmbeddingMap | None = None
        self.map_problem: str | None = None
        self._wanted: Wanted = []
        self._next = 0.0

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="writes"):
                yield SamplePanel(self)
                prompt = Input(id="prompt", placeholder="what it goes on from; enter")
                prompt.border_title = "prompt"
                yield prompt
            with Vertical(id="says"):
                yield TopPanel(self)
                yield MapPanel(self)
                yield AttentionPanel(self)

    def on_mount(self) -> None:
        self._show(self._kinds()[0])

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.writing = Writing(
            self.writing.prompt, self.writing.temperature, self.writing.seed,
            number=self.writing.number + 1,
        )  # fmt: skip
        self.problem, self.map, self.map_problem = None, None, None
        self._wanted, self._next = [], 0.0

    def probes(self) -> Wanted:
        """While it trains, the same as before until the last answer was worth its time."""
        if (
            self.shown.phase is not Phase.RUNNING
            or time.monotonic() >= self._next
            or not self._wanted
        ):
            self._wanted = self._asked_for()
        return self._wanted

    def _asked_for(self) -> Wanted:
        wanted: Wanted = []
        writing = self.writing
        if writing.is_whole and self.shown.phase is Phase.RUNNING:
            self.writing = writing = writing.again()
        if not writing.is_whole:
            writing.length = self._length()
            wanted.append(("sample", writing.options()))
        writing.follow()
        chosen = writing.chosen
        if self.has_class("-map"):
            wanted.append(("embedding_map", {"token": chosen.name if chosen else ""}))
        if self.has_class("-attention"):
            options = self.query_one(AttentionPanel).options
            wanted.append(("attention", options | writing.context()))
        return wanted

    def _length(self) -> int:
        """Tokens that fill the panel."""
        for panel in self.query(SamplePanel):
            width, height = panel.content_size
            return min(max(width * height // ROOMY, SHORTEST), LONGEST)
        return SHORTEST

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind == "embedding_map":
            self.map = event.answer if isinstance(event.answer, EmbeddingMap) else None
            self.map_problem = event.error
            return True
        if event.kind == "attention":
            return self.query_one(AttentionPanel).take(event)
        if event.kind != "sample":
            return False
        self._next = time.monotonic() + event.seconds / SHARE
        self.problem = event.error
        if not isinstance(event.answer, Sample):
            return True
        return self.writing.take(event.answer, (event.epoch, event.step))

    # --- keys -------------------------------------------------------------------------------------

    def action_prompt(self) -> None:
        """Ask for a text to go on from."""
        self.set_class(True, "-asking")
        prompt = self.query_one("#prompt", Input)
        prompt.value = self.writing.prompt
        self.call_after_refresh(prompt.focus)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.writing = self.writing.again(prompt=event.value, before=[], cursor=None)
        self._answered()

    def key_escape(self) -> None:
        self._answered()

    def _answered(self) -> None:
        self.set_class(False, "-asking")
        self.query_one(SamplePanel).focus()
        self.touched()

    def action_warm(self, way: int) -> None:
        """Another temperature, and the same seed."""
        warmer = self.writing.warmed(way)
        self.writing = self.writing.again(temperature=warmer, cursor=None)
        self.touched()

    def action_anew(self) -> None:
        """Another sample: the next seed."""
        self.writing = self.writing.again(seed=self.writing.seed + 1, cursor=None)
        self.touched()

    def action_turn(self) -> None:
        """The next of map, attention and, on low screens, bars."""
        kinds = self._kinds()
        shown = next((kind for kind in kinds if self.has_class(f"-{kind}")), "bars")
        place = kinds.index(shown) if shown in kinds else 0
        self._show(kinds[(place + 1) % len(kinds)])
        self.touched()

    def action_look(self, layer: int, head: int) -> None:
        """The next layer, or the next head: after the last the mean of all."""
        self.query_one(AttentionPanel).turn(layer, head)
        self._show("attention" if has_attention(self.preset) else "map")
        self.touched()

    def hint(self, action: str) -> str | None:
        """What ``v`` shows next; keys that have nothing to do are not named."""
        kinds = self._kinds()
        if action == "look":
            return None if has_attention(self.preset) else ""
        return " / ".join(kinds) * (len(kinds) > 1) if action == "turn" else None

    def _kinds(self) -> list[str]:
        """What can stand below the bars, or in their place."""
        found = ["attention", "map"] if has_attention(self.preset) else ["map"]
        return ["bars", *found] if self.screen.has_class("-low") else found

    def _show(self, kind: str) -> None:
        for known in ("map", "attention"):
            self.set_class(known == kind, f"-{known}")

    def move(self, way: int) -> None:
        self.writing.move(way)
        self.touched()

    def touched(self) -> None:
        """Ask and draw at once after a key."""
        self._wanted = []
        super().touched()


class SamplePanel(Chart):
    """The text; arrows move the cursor from token to token."""

    concept = "sampling"
    kinds = ("sample",)
    BINDINGS: ClassVar = [
        Binding("left", "move(-1)", "token", show=False),
        Binding("right", "move(1)", "token", show=False),
        Binding("up", "move(-20)", "token", show=False),
        Binding("down", "move(20)", "token", show=False),
        Binding("home", "move(-100000)", "first", show=False),
        Binding("end", "move(100000)", "last", show=False),
    ]

    def __init__(self, view: TextView) -> None:
        super().__init__()
        self.view = view

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        view, writing = self.view, self.view.writing
        if view.problem or not writing.shown:
            return unanswered(view.problem, view.frame, palette, width, height)
        text = sample.Written(writing.given, writing.tokens, writing.before, writing.place)
        return sample.written(text, palette, width, height, unicode)

    def title_now(self) -> str:
        writing = self.view.writing
        notes = f" · {writing.notes[0]}" if writing.notes else ""
        what = "its answers" if any(token.is_given for token in writing.shown) else "what it writes"
        return f"{what} at temperature {writing.temperature:g}{notes}"

    def subtitle_now(self) -> str:
        left = self.title_room - len(self.moment) - 3
        return " · ".join(filter(None, (self.moment, self._loss(left))))

    def _loss(self, room: int) -> str:
        """The loss after the last epoch, of what is held out if there is such."""
        run = self.view.frame
        for part, scores in (("held out", run.validation), ("training part", run.train)):
            if "loss" in scores:
                characters = self.view.writing.characters
                return sample.in_bits(part, scores["loss"], characters, room)
        return ""

    def action_move(self, way: int) -> None:
        self.view.move(way)


class TopPanel(Chart, can_focus=False):
    """The likeliest tokens where the cursor is."""

    concept = "softmax"

    def __init__(self, view: TextView) -> None:
        super().__init__()
        self.view = view

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        return sample.likeliest(self.view.writing.chosen, palette, width, height, unicode)

    def title_now(self) -> str:
        token = self.view.writing.chosen
        if token is None:
            return "the next token"
        name = in_quotes(token.name)
        return f"{name} is of the prompt" if token.is_given else f"before {name} was drawn"
