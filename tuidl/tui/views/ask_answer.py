"""What the network says of the question, and what each input changes about it."""

import textwrap

from rich.text import Text

from tuidl.charts.palette import Palette
from tuidl.protocol.asking import Cell
from tuidl.tui.renderers.ask import answer_lines, what_if_lines
from tuidl.tui.views.ask_panel import Asking, AskPanel
from tuidl.tui.widgets.chart import centred


class AnswerPanel(AskPanel):
    """The answer, of the step that stands below it."""

    concept = "softmax"
    kinds = ("ask",)
    help_lines = (
        "The network's answer to your input: a bar for the probability of each class, or numbers "
        "in the unit of the target. Of a file with several examples it is the table that tuidl "
        "predict prints.",
    )

    def __init__(self, view: Asking) -> None:
        super().__init__(view, "what it says")

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        view = self.view
        problem = view.problem or (view.form.why if view.form and view.answer is None else None)
        if problem:
            rows = textwrap.wrap(problem, max(width, 8))[:height]
            lines = [Text(row, palette.style("bad" if view.problem else "muted")) for row in rows]
            return [*lines, *[Text("")] * (height - len(lines))]
        if view.answer is None:
            return self.waiting(palette, width, height)
        return answer_lines(view.answer, view.true, palette, width, height, unicode)

    def subtitle_now(self) -> str:
        moment = (
            f"as of {self.moment}" if self.moment and "stale" not in self.moment else self.moment
        )
        is_told = self.view.is_current or self.view.problem or not moment
        return moment if is_told else f"{moment}, asked before"


class WhatIfPanel(AskPanel):
    """The answer over the range of the selected input."""

    concept = "regression"
    kinds = ("ask",)
    help_lines = (
        "The answer while the selected input alone goes over the range of the training part, all "
        "others as they stand. The dot is the value now. y: the curve of the next class or output; "
        "without it the likeliest.",
    )

    def __init__(self, view: Asking) -> None:
        super().__init__(view, "what if")

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        answer = self.view.answer
        if answer is None:
            return self.waiting(palette, width, height)
        if answer.what_if is None:
            is_file = bool(self.view.question.file)
            words = "no curve of a file" if is_file else "no curve of this input and answer"
            return centred(words, palette, width, height)
        here = (self._here(), self._value())
        return what_if_lines(answer.what_if, here, answer.is_share, palette, width, height, unicode)

    def _here(self) -> Cell:
        """The value of the input now."""
        question = self.view.question
        if question.takes == "series":
            return question.moved.values[question.moved.place]
        return question.row.cells[question.row.selected]

    def _value(self) -> float | None:
        """The answer now, of what the curve is of."""
        answer = self.view.answer
        assert answer is not None
        assert answer.what_if is not None
        of = answer.what_if.of
        return answer.values[answer.names.index(of)] if of in answer.names else None

    def title_now(self) -> str:
        answer = self.view.answer
        if answer is None or answer.what_if is None:
            return "what if"
        what, tried = answer.what_if.of, len(answer.what_if.choices)
        some = f", {tried} of {answer.what_if.of_choices:,}"
        some = some if tried < answer.what_if.of_choices else ""
        unit = f" in {answer.unit}" if answer.unit and not answer.is_share else ""
        return f"{what}{unit} over {answer.what_if.name}{some}"

    def subtitle_now(self) -> str:
        return self.moment
