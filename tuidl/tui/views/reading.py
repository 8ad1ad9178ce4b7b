"""Examples of a network with attention, and where their tokens or places look."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from tuidl.preset.schema import Preset
from tuidl.protocol.events import ProbeAnswer
from tuidl.tui.session.run import Run
from tuidl.tui.views.attention import AttentionPanel
from tuidl.tui.views.examples import Closely, ExampleList, ExamplesView, Matrix
from tuidl.tui.views.large import LargePicture, LargeView
from tuidl.tui.views.view import Send, Wanted


class ReadingView(ExamplesView):
    """Beside the list of examples stands the attention over the selected one; ``v`` shows it
    closely and the confusion matrix in its place."""

    BINDINGS: ClassVar = [
        Binding("v", "turn", "attention, matrix"),
        Binding("l", "look(1, 0)", "layer"),
        Binding("h", "look(0, 1)", "head"),
    ]
    SCOPED_CSS = False
    DEFAULT_CSS = """
    ReadingView #looks { width: 1fr; display: none; }
    ReadingView.-attention #looks { display: block; }
    ReadingView.-attention #beside { display: none; }
    """

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.panel = AttentionPanel(self)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield ExampleList(self)
            with Vertical(id="looks"):
                yield self.panel
            with Vertical(id="beside"):
                yield Closely(self)
                yield Matrix(self)

    def on_mount(self) -> None:
        self.set_class(True, "-attention")

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.panel.answer, self.panel.problem = None, None

    def probes(self) -> Wanted:
        wanted = super().probes()
        if self.has_class("-attention") and self.answer and self.answer.examples:
            chosen = self.answer.examples[self.selected]
            wanted.append(("attention", self.panel.options | {"example": chosen.number}))
        return wanted

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind == "attention":
            return self.panel.take(event)
        return super().handle_answer(event)

    def action_turn(self) -> None:
        """Attention beside the list, or the selected text and the matrix, which has the keys."""
        looks = not self.has_class("-attention")
        self.set_class(looks, "-attention")
        self.set_class(not looks, "-matrix")
        self.call_after_refresh(self.query_one(ExampleList if looks else Matrix).focus)
        self.touched()

    def action_all(self) -> None:
        """All examples, with attention beside them."""
        if not self.has_class("-attention"):
            self.action_turn()
        super().action_all()

    def action_look(self, layer: int, head: int) -> None:
        """The next layer, or the next head: after the last the mean of all."""
        self.panel.turn(layer, head)
        self.touched()


class LookingView(LargeView):
    """Attention over one held-out example stands beside the picture; arrows choose the example."""

    BINDINGS: ClassVar = [
        Binding("l", "look(1, 0)", "layer"),
        Binding("h", "look(0, 1)", "head"),
        Binding("up", "select(-1)", "example", show=False),
        Binding("down", "select(1)", "example", show=False),
    ]
    SCOPED_CSS = False
    DEFAULT_CSS = """
    LookingView AttentionPanel { width: 2fr; }
    """

    def __init__(self, preset: Preset, send: Send) -> None:
        super().__init__(preset, send)
        self.panel = AttentionPanel(self)
        self.selected = 0

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield LargePicture(self._picture)
            yield self.panel

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self.panel.answer, self.panel.problem, self.selected = None, None, 0

    def probes(self) -> Wanted:
        options = self.panel.options | {"example": self.selected}
        return [*super().probes(), ("attention", options)]

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind == "attention":
            return self.panel.take(event)
        return super().handle_answer(event)

    def action_look(self, layer: int, head: int) -> None:
        """The next layer, or the next head: after the last the mean of all."""
        self.panel.turn(layer, head)
        self.touched()

    def action_select(self, way: int) -> None:
        """The next held-out example, or the one before; the probe stays at the last."""
        counts = self.shown.started.examples if self.shown.started else {}
        held_out = counts.get("validation") or counts.get("test") or counts.get("train") or 1
        self.selected = (self.selected + way) % held_out
        self.touched()
