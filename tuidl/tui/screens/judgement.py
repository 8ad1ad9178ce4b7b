"""How good a run is: scores with baselines and intervals, confusion, curves, worst examples."""

import time
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

from tuidl.core.own_files import reason_of
from tuidl.judging.records import Judgement
from tuidl.judging.text import as_markdown
from tuidl.proposing.files import is_data_file
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
KEYS = """\
left, right   the page before, the next (or their numbers)
up, down      scroll
f             judge it on the examples in a file, which has the targets too
w             write all of it as a Markdown file into this folder
esc, q        back"""


class JudgementScreen(Once[None]):
    """``run``: its folder. A process of its own judges it, on its held-out part at first."""

    DEFAULT_CSS = """
    JudgementScreen #title { height: 1; padding: 0 1; }
    JudgementScreen #page { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    JudgementScreen #lines { width: auto; }
    """
    BINDINGS: ClassVar = [
        Binding("right,tab", "turn(1)", "next page", key_display="→"),
        Binding("left,shift+tab", "turn(-1)", "page before", key_display="←", show=False),
        Binding("f", "on_file", "on a file"),
        Binding("w", "write", "write a report"),
        Binding("escape,q,enter", "leave", "back", key_display="esc"),
        *(Binding(str(n + 1), f"open({n})", show=False) for n in range(9)),
    ]
    keys = KEYS

    def __init__(self, run: Path) -> None:
        super().__init__()
        self.run_path = run
        self.file: Path | None = None
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

    def _evaluate(self, file: Path | None) -> None:
        self.file, self.judgement, self._problem = file, None, ""
        self._since, self._open = time.monotonic(), 0
        self.run_worker(self._ask(file), group="judging", exclusive=True)
        self._draw()

    async def _ask(self, file: Path | None) -> None:
        given = [] if file is None else [str(file)]
        output, self._problem = await json_of("evaluate", str(self.run_path), *given, *AS_RECORDS)
        if not self._problem:
            try:
                self.judgement = msgspec.json.decode(output, type=Judgement)
            except msgspec.MsgspecError as error:
                self._problem = f"the answer cannot be read: {error}"
        self._draw()

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
