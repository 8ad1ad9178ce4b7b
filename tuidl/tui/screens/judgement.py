"""How good a run is: scores with baselines and intervals, confusion, curves, worst examples."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

import msgspec
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.widgets import Static

from tuidl.core.errors import RunError
from tuidl.core.own_files import reason_of
from tuidl.judging.records import Judgement
from tuidl.judging.text import as_markdown
from tuidl.proposing.files import is_data_file
from tuidl.storage.folder import RunFolder
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.dialogs.dialog import Once
from tuidl.tui.dialogs.open_file import OpenFileScreen
from tuidl.tui.renderers.judgement import page_lines, pages
from tuidl.tui.services.child_output import json_of
from tuidl.tui.services.free_path import free_path
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.chart import looks_of
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.tabs import Tabs

ON_FILE = "Evaluate on what has the targets too: a table, arrays, folders of pictures"
AS_RECORDS = ("--json", "--pictures", "--worst", "12")
MARGIN = 3
"""Cells of the padding and the scroll bar."""
ChooseRun = Callable[[Callable[[Path], None], Path, str], None]
"""Gets what to do with the run that is chosen, the one that is not offered, and the question."""
KEYS = """\
left, right   the page before, the next (or their numbers)
up, down      scroll
f             judge it on the examples in a file, which has the targets too
b             scores by the values of a column
i             what each column is worth: scores when it is shuffled
c             beside another run, on the same examples
w             write all of it as a Markdown file into this folder
esc, q        back"""


class JudgementScreen(Once[None]):
    """``run``: its folder. A process of its own judges it, on its held-out part at first.
    ``choose_run``: asks for another run."""

    DEFAULT_CSS = """
    JudgementScreen #title { height: 1; padding: 0 1; }
    JudgementScreen #page { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    JudgementScreen #lines { width: auto; }
    """
    BINDINGS: ClassVar = [
        Binding("right,tab", "turn(1)", "next page", key_display="→"),
        Binding("left,shift+tab", "turn(-1)", "page before", key_display="←", show=False),
        Binding("f", "on_file", "on a file"),
        Binding("b", "by_column", "by a column"),
        Binding("i", "importance", "columns"),
        Binding("c", "against", "against a run"),
        Binding("w", "write", "write a report"),
        Binding("escape,q,enter", "leave", "back", key_display="esc"),
        *(Binding(str(n + 1), f"open({n})", show=False) for n in range(9)),
    ]
    keys = KEYS

    def __init__(self, run: Path, choose_run: ChooseRun) -> None:
        super().__init__()
        self.run_path, self._choose_run = run, choose_run
        self.file: Path | None = None
        self._more: dict[str, tuple[str, ...]] = {}
        """Options of the command, by the page that they bring."""
        self.judgement: Judgement | None = None
        self._problem = ""
        self._since = time.monotonic()
        self._open = 0

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        yield Tabs([])
        with VerticalScroll(id="page"):
            yield Static(id="lines")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one("#page").focus()
        self.set_interval(1.0, self._wait)
        self._evaluate(None)

    def on_resize(self, event: Resize) -> None:
        self._draw()

    @property
    def pages(self) -> list[str]:
        return pages(self.judgement) if self.judgement else []

    def _evaluate(self, file: Path | None, page: str = "") -> None:
        self.file, self.judgement, self._problem = file, None, ""
        self._since, self._open = time.monotonic(), 0
        self.run_worker(self._ask(file, page), group="judging", exclusive=True)
        self._draw()

    async def _ask(self, file: Path | None, page: str) -> None:
        given = [] if file is None else [str(file)]
        more = [word for words in self._more.values() for word in words]
        output, problem = await json_of("evaluate", str(self.run_path), *given, *AS_RECORDS, *more)
        if not problem:
            try:
                self.judgement = msgspec.json.decode(output, type=Judgement)
            except msgspec.MsgspecError as error:
                problem = f"the answer cannot be read: {error}"
        elif page:
            self._more.pop(page, None)  # the next question is without what could not be answered
        self._problem = problem
        if page in self.pages:
            self._open = self.pages.index(page)
        self._draw()

    def _add(self, page: str, *options: str) -> None:
        """Judge it once more, with these options as well, and show what they bring."""
        self._more[page] = options
        self._evaluate(self.file, page)

    def _wait(self) -> None:
        if self.judgement is None and not self._problem:
            self._draw()

    def _draw(self) -> None:
        if not self.is_composed:
            return
        on = f" on {self.file.name}" if self.file else ""
        self.query_one("#title", Static).update(plain(f"How good {self.run_path.name} is{on}"))
        tabs = self.query_one(Tabs)
        tabs.rename(self.pages)
        tabs.show(self._open)
        self.query_one("#lines", Static).update(Text("\n", no_wrap=True).join(self._lines()))

    def _lines(self) -> list[Text]:
        palette, unicode = looks_of(self)
        if self._problem:
            return [Text(line, palette.style("bad")) for line in self._problem.splitlines()]
        if self.judgement is None:
            seconds = time.monotonic() - self._since
            return [Text(f"judging, for {seconds:.0f} s ...", palette.style("muted"))]
        page = self.query_one("#page")
        size = max(page.size.width - MARGIN, 20), max(page.size.height, 8)
        return page_lines(self.judgement, self.pages[self._open], palette, size, unicode)

    def on_tabs_chosen(self, event: Tabs.Chosen) -> None:
        self.action_open(event.number)

    def action_open(self, number: int) -> None:
        if number < len(self.pages):
            self._open = number
            self._draw()
            self.query_one("#page").scroll_home(animate=False)

    def action_turn(self, way: int) -> None:
        if count := len(self.pages):
            self.action_open((self._open + way) % count)

    def action_on_file(self) -> None:
        """Judge it on other examples."""

        def chosen(path: Path | None) -> None:
            if path is not None:
                self._evaluate(path)

        dialog = OpenFileScreen(
            title=ON_FILE, offers=lambda path: is_data_file(path.name), takes_folders=True
        )
        self.app.push_screen(dialog, chosen)

    def action_by_column(self) -> None:
        """Scores by the values of a column, which is asked for."""
        try:
            learned = RunFolder(self.run_path).preprocessing
        except RunError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        table = learned.table if learned is not None else None
        if table is None or not table.has_header:
            self.notify("Only the examples of a table with names have columns.", markup=False)
            return

        def chosen(name: str | None) -> None:
            if name is not None:
                self._add("slices", "--by", name)

        columns = {column.name: "" for column in table.columns}
        self.app.push_screen(ChooseScreen("Scores by the values of which column?", columns), chosen)

    def action_importance(self) -> None:
        self._add("columns", "--importance")

    def action_against(self) -> None:
        """Beside another run, which is asked for."""
        self._choose_run(
            lambda path: self._add("against", "--against", str(path)),
            self.run_path, "Which run to hold it against, on the same examples?",
        )  # fmt: skip

    def action_write(self) -> None:
        if self.judgement is not None:
            self.run_worker(partial(self._write, self.judgement), thread=True)

    def _write(self, judgement: Judgement) -> None:
        """In a thread: all of it as Markdown, in place of nothing."""
        from tuidl.storage.files import replace_file

        path = free_path(Path.cwd() / f"{self.run_path.name}-evaluation.md")
        try:
            replace_file(path, ("\n".join(as_markdown(judgement)) + "\n").encode())
        except OSError as error:
            words = f"{path}: {reason_of(error)}"
        else:
            words = f"written: {path}"
        self.app.call_from_thread(self.notify, words, markup=False)

    def action_leave(self) -> None:
        self.end()
