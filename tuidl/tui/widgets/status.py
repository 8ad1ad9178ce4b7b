"""What a run is doing, in three lines: state and progress, the last step, the last scores."""

import textwrap
import time

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from tuidl.charts.palette import Palette
from tuidl.core.printable import printable_lines
from tuidl.tui.renderers.state import (
    Around,
    compiling_text,
    ended_scores_line,
    ending_line,
    first_line,
    scores_line,
    step_line,
)
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.widgets.chart import looks_of

ROLES = {
    Phase.RUNNING: "good",
    Phase.PAUSED: "validation",
    Phase.ENDED: "accent",
    Phase.FAILED: "bad",
    Phase.LOST: "bad",
}
SIGNS = {
    Phase.LOADING: "…",
    Phase.COMPILING: "…",
    Phase.RUNNING: "▶",
    Phase.PAUSED: "Ⅱ",
    Phase.ENDED: "■",
    Phase.FAILED: "✗",
    Phase.LOST: "✗",
}
ASCII_SIGNS = {Phase.RUNNING: ">", Phase.PAUSED: "=", Phase.ENDED: "#"}
ALL_OF_IT = "  w: all of it"
STOPPING = {Phase.PAUSED: "pausing", Phase.ENDED: "ending"}
"""What a run is called that has stopped, until the numbers of that moment are there."""


class Status(Widget):
    """Three lines at the top of the training screen: what it does, the last step, the scores. The
    words are of the run as it is, the numbers of the moment that all panels show."""

    DEFAULT_CSS = "Status { height: 3; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(id="status")
        self.shown: Run = Run()
        self.frame: Run = Run()
        self.around = Around()
        self.advice: str = ""
        """What can be done about an error."""
        self.patience: str = ""
        """What is awaited, where it takes long."""

    def render(self) -> Text:
        palette, unicode = looks_of(self)
        width = self.content_size.width
        lines = [self._first(palette, unicode), *self._more(palette, width, unicode)]
        return Text("\n", no_wrap=True).join(_cut(line, width, unicode) for line in lines)

    def _first(self, palette: Palette, unicode: bool) -> Text:
        run, phase = self.shown, self._phase
        sign = SIGNS[phase] if unicode else ASCII_SIGNS.get(phase, "*")
        if self.frame.past is not None:
            back = f"{'◀' if unicode else '<'} past: step {self.frame.past.updates:,}"
            text = Text(back, palette.style("accent", bold=True))
            return first_line(run, self.frame, palette, unicode, text)
        word = phase.value if phase is run.phase else STOPPING[run.phase]
        text = Text(f"{sign} {word}", palette.style(ROLES.get(phase, "muted"), bold=True))
        return first_line(run, self.frame, palette, unicode, text)

    @property
    def _phase(self) -> Phase:
        """What the run does; the numbers below a pause or an end must be those of that moment."""
        run, frame = self.shown.phase, self.frame.phase
        is_behind = frame in (Phase.RUNNING, Phase.PAUSED) and run in STOPPING and run is not frame
        return frame if is_behind else run

    def _more(self, palette: Palette, width: int, unicode: bool) -> list[Text]:
        run, frame, dot = self.shown, self.frame, " · " if unicode else " | "
        if run.error:
            return self._about_error(palette, width)
        if run.compiling:
            return [compiling_text(run, time.monotonic(), palette, unicode)]
        lines = [step_line(frame, self.around, width, dot)]
        if frame.ended:
            lines = [ending_line(frame, frame.ended, width, dot)]
            lines.append(ended_scores_line(frame, frame.ended, width, dot))
        elif self.patience:
            lines.append(self.patience)
        else:
            lines.append(scores_line(frame, width, dot))
        return [Text(line, palette.style("muted")) for line in lines]

    def _about_error(self, palette: Palette, width: int) -> list[Text]:
        """The error, in two lines where nothing can be advised."""
        rows = error_rows(self.shown.error, width, 1 if self.advice else 2)
        lines = [self._of_error(row, palette, width) for row in rows]
        if self.advice:
            lines.append(Text(self.advice, palette.style("accent", bold=True)))
        return lines

    def _of_error(self, row: str, palette: Palette, width: int) -> Text:
        """A row of it; one that is cut names the key that shows all."""
        line = Text(row, palette.style("bad"))
        if line.cell_len > width:
            line = _cut(line, max(width - len(ALL_OF_IT), 1), looks_of(self)[1])
            line.append(ALL_OF_IT, palette.style("accent", bold=True))
        return line


def error_rows(error: str, width: int, count: int) -> list[str]:
    """An error in ``count`` rows, the last of which may be too long. One of several lines keeps
    them apart, since its second says what can be done; one of a single line is wrapped."""
    rows = [line.strip() for line in printable_lines(error).split("\n") if line.strip()]
    if len(rows) == 1:
        rows = textwrap.wrap(rows[0], max(width, 10))
    return [*rows[: count - 1], " ".join(rows[count - 1 :])] if rows else []


def _cut(text: Text, width: int, unicode: bool) -> Text:
    """At most so many cells, with dots where something was left out."""
    if cell_len(text.plain) <= width:
        return text
    dots = "…" if unicode else "..."
    text.truncate(max(width - len(dots), 1))
    return text.append(dots)
