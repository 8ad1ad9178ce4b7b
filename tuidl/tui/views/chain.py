"""The chain rule: from the loss back to one weight or neuron, each factor a line."""

import math
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal

from tuidl.charts.palette import Palette
from tuidl.core.errors import suggestion
from tuidl.preset.schema import Preset
from tuidl.protocol.chain import Chain, ChainChoice
from tuidl.protocol.events import ProbeAnswer
from tuidl.tui.messages import TextWanted
from tuidl.tui.renderers.chain import MOST_TERMS, chain_lines, choice_lines, lines_of
from tuidl.tui.session.run import Run
from tuidl.tui.views.view import Send, View, Wanted
from tuidl.tui.views.view_panel import ViewPanel

HINT = "such as 0, 3"


class ChainView(View):
    """Which weight or neuron is chosen, of which example, and what was answered.

    ``index`` is None until the engine has said which entry has the largest gradient.
    """

    name_shown: str = "chain"
    first: ClassVar[str] = "ChainWalk"
    SCOPED_CSS = False  # the screen's classes say how much room there is
    DEFAULT_CSS = """
    ChainView ChainWalk { width: 1fr; height: 1fr; }
    ChainView ChainList { width: 36; height: 1fr; }
    .-narrow ChainView ChainList { display: none; }
    """

    def __init__(self, preset: Preset, send: Send, **options: Any) -> None:
        super().__init__(preset, send, **options)
        self._forget()

    def _forget(self) -> None:
        self.answer: Chain | None = None
        self.problem: str | None = None
        self.choice: ChainChoice | None = None
        self.index: tuple[int, ...] | None = None
        self.example: int | None = None
        self.line = 0

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield ChainList(self)
            yield ChainWalk(self)

    def begin(self, run: Run, preset: Preset) -> None:
        super().begin(run, preset)
        self._forget()

    def probes(self) -> Wanted:
        options: dict[str, Any] = {"terms": MOST_TERMS}
        if self.choice is not None:
            options |= {"name": self.choice.name, "neurons": self.choice.is_neurons}
        if self.index is not None:
            options["index"] = list(self.index)
        if self.example is not None:
            options["example"] = self.example
        return [("chain", options)]

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind != "chain":
            return False
        self.problem = event.error
        if isinstance(event.answer, Chain):
            self._keep(event.answer)
        elif self.choice is not None or self.example is not None:  # the network is another one now
            self.choice, self.index, self.example = None, None, None
        return True

    def _keep(self, answer: Chain) -> None:
        """An answer to what is asked no more is shown until the next one comes."""
        found = answer.choices[answer.chosen]
        if self.choice is None:
            self.choice, self.index = found, answer.index
        elif self.index is None and self.choice == found:
            self.index = answer.index
        self.answer = answer

    def choose(self, way: int) -> None:
        """Another parameter, or another layer's neurons."""
        if self.answer is None or self.choice is None:
            return
        choices = self.answer.choices
        now = choices.index(self.choice) if self.choice in choices else self.answer.chosen
        self._want(choices[(now + way) % len(choices)], None)

    def move(self, way: int) -> None:
        """Another entry of it."""
        if self.choice is None or self.index is None:
            return
        shape = self.choice.shape
        number, size = 0, math.prod(shape)
        for i, length in zip(self.index, shape, strict=True):
            number = number * length + i
        number, found = (number + way) % size, []
        for length in reversed(shape):
            number, i = divmod(number, length)
            found.append(i)
        self._want(self.choice, tuple(reversed(found)))

    def largest(self) -> None:
        """The entry with the largest gradient."""
        if self.choice is not None:
            self._want(self.choice, None)

    def turn(self, way: int) -> None:
        """Another example of the training part; the first one where the mean was shown."""
        if self.answer is None:
            return
        if not self.answer.examples:
            words = f"{self.answer.tied} ties the examples of a batch together: only their mean"
            self.notify(words, timeout=4, markup=False)
            return
        known = self.example if self.example is not None else self.answer.example
        start = self.answer.followed or 0
        self.example = start if known is None else (known + way) % self.answer.examples
        self.line = 0
        self.touched()

    def mean(self) -> None:
        """The mean over a batch again."""
        self.example, self.line = None, 0
        self.touched()

    def scroll_by(self, lines: int, most: int) -> None:
        self.line = min(max(self.line + lines, 0), most)
        self.touched()

    def ask(self) -> None:
        """Have an entry typed in."""
        if self.answer is None or self.choice is None:
            return
        known = ", ".join(map(str, self.index or ()))
        title = f"which entry of {self.choice.name}? or the name of another parameter with it"
        self.post_message(TextWanted(title, known, HINT, self._problem_of, self._typed))

    def _typed(self, text: str) -> None:
        choice, index = self._read(text)
        self._want(choice, index)

    def _problem_of(self, text: str) -> str:
        try:
            self._read(text)
        except ValueError as problem:
            return str(problem)
        return ""

    def _read(self, text: str) -> tuple[ChainChoice, tuple[int, ...] | None]:
        """``0, 3`` or ``dense_1.kernel[0, 3]``, or a name alone. Raises ValueError."""
        assert self.answer is not None
        assert self.choice is not None
        name, bracket, inside = text.strip().partition("[")
        if not bracket and not any(char.isalpha() for char in name):
            name, inside = "", name
        choice = self.choice
        if name := name.strip():
            known = {one.name: one for one in self.answer.choices}
            if name not in known:
                raise ValueError(f"no {name!r}{suggestion(name, known)}")
            choice = known[name]
        words = inside.strip().rstrip("]").replace(",", " ").split()
        if not words:
            return choice, None
        shape = choice.shape
        wanted = f"expected {len(shape)} of {' × '.join(map(str, shape)) or 'one number'}, from 0"
        if len(words) != len(shape) or not all(word.isdecimal() for word in words):
            raise ValueError(wanted)
        index = tuple(map(int, words))
        if any(i >= size for i, size in zip(index, shape, strict=True)):
            raise ValueError(wanted)
        return choice, index

    def _want(self, choice: ChainChoice, index: tuple[int, ...] | None) -> None:
        self.choice, self.index, self.line = choice, index, 0
        self.touched()


class ChainPart(ViewPanel[ChainView]):
    """A panel of the view."""

    kinds = ("chain",)
    concept = "chain_rule"


class ChainList(ChainPart, can_focus=False):
    """The parameters and layers that can be chosen."""

    def picture(
        self, answer: Chain, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        known = self.view.choice
        chosen = answer.choices.index(known) if known in answer.choices else answer.chosen
        return choice_lines(answer.choices, chosen, palette, width, height, unicode)

    def title_now(self) -> str:
        return "weights and neurons"


class ChainWalk(ChainPart):
    """The walk; arrows choose what it leads to."""

    BINDINGS: ClassVar = [
        Binding("up", "choose(-1)", "Layer", show=False),
        Binding("down", "choose(1)", "layer", key_display="↑↓"),
        Binding("left", "move(-1)", "Entry", show=False),
        Binding("right", "move(1)", "entry", key_display="←→"),
        Binding("g", "largest", "largest"),
        Binding("enter", "ask", "type it"),
        Binding("n", "turn(1)", "example"),
        Binding("p", "turn(-1)", "Example before", show=False),
        Binding("b", "mean", "batch"),
        Binding("pagedown", "scroll_lines(1)", "Scroll", show=False),
        Binding("pageup", "scroll_lines(-1)", "Scroll", show=False),
    ]

    def picture(
        self, answer: Chain, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        return chain_lines(answer, palette, width, height, unicode, self.view.line)

    def title_now(self) -> str:
        answer = self.view.answer
        if answer is None:
            return "the chain rule"
        value = "not finite" if answer.value is None else f"{answer.value:g}"
        return f"the chain rule to {answer.title} = {value}"

    def action_choose(self, way: int) -> None:
        self.view.choose(way)

    def action_move(self, way: int) -> None:
        self.view.move(way)

    def action_largest(self) -> None:
        self.view.largest()

    def action_ask(self) -> None:
        self.view.ask()

    def action_turn(self, way: int) -> None:
        self.view.turn(way)

    def action_mean(self) -> None:
        self.view.mean()

    def action_scroll_lines(self, way: int) -> None:
        answer = self.view.answer
        width, height = self.content_size
        if answer is not None:
            most = max(lines_of(answer, width) - height, 0)
            self.view.scroll_by(way * max(height - 2, 1), most)
