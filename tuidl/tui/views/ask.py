"""Ask it: the user's own input, and what the network says of it while it learns."""

from pathlib import Path
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from tuidl.core.printable import printable
from tuidl.preset.schema import Preset
from tuidl.protocol import commands
from tuidl.protocol.asking import Asked, AskForm
from tuidl.protocol.events import Edited, Event, ProbeAnswer
from tuidl.tasks.choice import task_of
from tuidl.tasks.forecast import Forecast
from tuidl.tui.session.run import Run
from tuidl.tui.terminal.plain import plain
from tuidl.tui.views.ask_answer import AnswerPanel, WhatIfPanel
from tuidl.tui.views.ask_canvas import Canvas
from tuidl.tui.views.ask_fields import FieldList
from tuidl.tui.views.ask_series import SeriesPanel
from tuidl.tui.views.ask_text import PathInput, TextInput, TokenPanel
from tuidl.tui.views.dropped import dropped, path_of
from tuidl.tui.views.question import Question
from tuidl.tui.views.view import Send, View, Wanted

PANELS = {"picture": "Canvas", "table": "FieldList", "series": "SeriesPanel", "text": "TokenPanel"}
"""What a question is made on, by what the network takes."""


LINE_END = "↵"
"""What stands for the end of a line where a text is typed."""
PATIENCE = 0.3
"""Seconds after which an answer to an older question is marked as such."""


class AskView(View):
    """Keeps the question; panels change it and show the answer to it."""

    name_shown: str = "ask"
    BINDINGS: ClassVar = [
        Binding("i", "file", "file"),
        Binding("n", "example(1)", "example", key_display="n"),
        Binding("N", "example(-1)", "before", show=False),
        Binding("d", "begin", "clear"),
        Binding("y", "turn", "what-if of", show=False),
    ]
    SCOPED_CSS = False
    DEFAULT_CSS = """
    AskView Chart { height: 1fr; }
    AskView #given { width: 1fr; display: none; }
    AskView.-picture #given, AskView.-table #given, AskView.-series #given,
    AskView.-text #given { display: block; }
    AskView #said { width: 1fr; }
    AskView Canvas, AskView FieldList, AskView SeriesPanel, AskView TokenPanel,
    AskView TextInput, AskView PathInput, AskView WhatIfPanel { display: none; }
    AskView.-picture Canvas, AskView.-table FieldList, AskView.-series SeriesPanel,
    AskView.-text TokenPanel, AskView.-text TextInput, AskView.-typing PathInput,
    AskView.-table WhatIfPanel, AskView.-series WhatIfPanel { display: block; }
    AskView.-table #given { width: 3fr; }
    AskView.-table #said { width: 2fr; }
    .-narrow AskView.-table #given { width: 1fr; }
    .-narrow AskView.-table #said { width: 1fr; }
    """

    def __init__(self, preset: Preset, send: Send, **options: Any) -> None:
        super().__init__(preset, send, **options)
        self.question = Question()
        self.form: AskForm | None = None
        self.answer: Asked | None = None
        self.problem: str | None = None
        self.form_problem: str | None = None
        self._example: int | None = None
        self._wants_form = self._begins = True
        """Whether the form is asked for, and whether its example becomes the question."""

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="given"):
                yield Canvas(self)
                yield FieldList(self)
                yield SeriesPanel(self)
                yield TextInput(self, "text", "type a text")
                yield TokenPanel(self)
            with Vertical(id="said"):
                yield AnswerPanel(self)
                yield WhatIfPanel(self)
        yield PathInput(self, "path", "enter: ask it, esc: back")

    def begin(self, run: Run, preset: Preset) -> None:
        """The question stays where the next run has the same data."""
        is_other = preset.data != self.preset.data
        super().begin(run, preset)
        self.answer = self.problem = self.form_problem = None
        if is_other:
            self.question, self.form, self._example = Question(), None, None
        self._wants_form, self._begins = True, is_other or self.form is None

    def handle(self, event: Event) -> None:
        """Other data have other inputs, or other ranges."""
        if isinstance(event, Edited) and event.key == commands.PRESET:
            self._wants_form, self._begins = True, False

    def opened(self) -> None:
        self._focus()

    def _focus(self) -> None:
        kind = PANELS.get(self.form.takes, "AnswerPanel") if self.form else "AnswerPanel"
        self.query(kind).first().focus()

    def probes(self) -> Wanted:
        wanted: Wanted = []
        if self._wants_form:
            wanted.append(("ask_form", {"example": self._example}))
        if (options := self.question.options()) is not None:
            wanted.append(("ask", options))
        return wanted

    def handle_answer(self, event: ProbeAnswer) -> bool:
        if event.kind == "ask_form":
            self._take_form(event)
            return True
        if event.kind != "ask":
            return False
        if isinstance(event.answer, Asked):
            if event.answer.number < self.question.answered:
                return False
            self.answer, self.problem = event.answer, None
            self.question.answered = event.answer.number
            self._show_seen(event.answer)
        else:
            self.problem = event.error
        return True

    def _take_form(self, event: ProbeAnswer) -> None:
        """What can be asked; a question is begun with what stands in it."""
        self._wants_form, self.form_problem = False, event.error
        if not isinstance(event.answer, AskForm):
            return
        form, is_first = event.answer, self.form is None
        is_same, self.form = form == self.form and not self._begins, form
        if is_same:
            return
        for kind in (*PANELS, "file"):
            self.set_class(kind == form.takes, f"-{kind}")
        if form.takes == "text" and self.question.text != form.text:
            with self.prevent(Input.Changed):
                self.query_one(TextInput).value = form.text.replace("\n", LINE_END)
        self.question.begin(form)
        if is_first and self.screen.focused in (None, *self.query(AnswerPanel)):
            self.call_after_refresh(self._focus)
        self.hurry()

    def _show_seen(self, answer: Asked) -> None:
        """The picture of a file, as the network sees it."""
        drawing, form = self.question.drawing, self.form
        if answer.seen and drawing is not None and form is not None and self.question.file:
            drawing.put(answer.seen, form.low, form.high)

    @property
    def is_current(self) -> bool:
        """Whether what is answered is what is asked."""
        return self.answer is not None and self.answer.number == self.question.number

    @property
    def is_forecast(self) -> bool:
        """Whether what is answered are the next values of a series."""
        return isinstance(task_of(self.preset), Forecast) or hasattr(self.preset.data, "horizon")

    @property
    def true(self) -> str:
        """What is true of the example that is asked, while nothing of it was changed."""
        is_example = self.form is not None and self.form.example is not None
        return self.form.true if is_example and self.form and self.question.is_example else ""

    # --- keys -------------------------------------------------------------------------------------

    def changed(self) -> None:
        """The question is another one: show it at once, and ask it."""
        self.question.renew()
        for panel in self.seen():
            if "ask" not in panel.kinds:
                panel.changed()
        self.hurry()
        self.set_timer(PATIENCE, self._mark_late)

    def _mark_late(self) -> None:
        """Say of an answer that it is to an older question, where the next takes long."""
        if not self.is_current and self.screen.is_current:
            self.touched()

    def hurry(self) -> None:
        self.post_message(self.Hurry())

    def action_example(self, way: int) -> None:
        """Begin with another example of the held-out part."""
        if self.form is None:
            return
        now, first = self.form.example, 0 if way > 0 else self.form.of - 1
        self._ask_form(first if now is None else (now + way) % max(self.form.of, 1))

    def action_begin(self) -> None:
        """Begin blank, or with the mean."""
        self._ask_form(None)

    def _ask_form(self, example: int | None) -> None:
        self._example, self._wants_form, self._begins = example, True, True
        self.hurry()

    def action_turn(self) -> None:
        """What-if curves of the next class or output."""
        if self.answer is not None and self.answer.names:
            names = self.answer.names
            now = self.answer.what_if.of if self.answer.what_if else ""
            place = names.index(now) + 1 if now in names else 0
            self.question.of = names[place % len(names)]
            self.changed()

    def action_file(self) -> None:
        """Type or paste the path of a file."""
        self.set_class(True, "-typing")
        line = self.query_one(PathInput)
        line.cell, line.border_title = "", "a file: picture, table, text or array"
        line.value = self.question.file
        self.call_after_refresh(line.focus)

    def type_cell(self, name: str, value: str) -> None:
        """Type the value of the selected input."""
        self.set_class(True, "-typing")
        line = self.query_one(PathInput)
        line.cell, line.border_title = name, plain(name)
        line.value = value
        self.call_after_refresh(line.focus)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if isinstance(event.input, TextInput):
            self.question.set_text(event.value.replace(LINE_END, "\n"))
            self.changed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        line = event.input
        if isinstance(line, PathInput):
            if line.cell:
                self._typed(event.value)
            elif event.value.strip():
                self.ask_file(path_of(event.value))
        self.leave_input()

    def _typed(self, value: str) -> None:
        """A value of the selected input was typed."""
        question = self.question
        if self.form is not None and self.form.takes == "series":
            try:
                question.moved.set(float(value))
            except ValueError:
                self.notify(f"expected a number, got {printable(value)!r}", markup=False)
                return
        else:
            is_path = question.row.field.kind == "picture" and value.strip()
            question.row.type(str(path_of(value)) if is_path else value)
        question.by_hand()
        self.changed()

    def type_text(self) -> None:
        """Type a text."""
        self.query_one(TextInput).focus()

    def leave_input(self) -> None:
        """Go back from typing to the panels."""
        self.set_class(False, "-typing")
        self._focus()

    def ask_file(self, path: Path) -> None:
        """Ask a file."""
        self.question.set_file(str(path))
        self.changed()

    def paste(self, text: str) -> bool:
        """Ask a file that was dropped on the terminal; False where the text is none."""
        path = dropped(text)
        if path is not None:
            self.ask_file(path)
        return path is not None
