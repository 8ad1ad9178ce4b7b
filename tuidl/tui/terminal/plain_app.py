"""An application that shows any text as plain text, in widgets and notices."""

import os
from collections.abc import Sequence

from textual.app import App
from textual.filter import LineFilter
from textual.notifications import SeverityLevel

from tuidl.core.printable import printable, printable_lines, shortened
from tuidl.tui.terminal.plain import Printable

HARMLESS = Printable()
LONGEST_NOTICE = 1000
"""Characters; a longer one would cover the screen."""


class PlainApp(App[int]):
    """The three ways to the terminal that all screens share: lines, notices, the last message.

    ``unicode``: whether the terminal shows more than ASCII.
    """

    unicode: bool = True

    @property
    def palette_name(self) -> str:
        """The palette of the charts. Of Textual's own themes it only counts whether they are
        dark."""
        if os.environ.get("NO_COLOR"):
            return "monochrome"
        if self.theme in ("color-blind", "monochrome"):
            return self.theme
        return "default" if self.current_theme.dark else "light"

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, and the one that leaves plain text only."""
        return [*super().get_line_filters(), HARMLESS]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a notice. ``markup`` is ignored: no markup is read from the text."""
        text = printable_lines(shortened(message, LONGEST_NOTICE))
        super().notify(
            text, title=printable(title), severity=severity, timeout=timeout, markup=False
        )

    def warn(self, problem: object) -> None:
        """Show a notice about a problem that ends nothing."""
        self.notify(str(problem), severity="warning", timeout=10)

    def alarm(self, text: str) -> None:
        """Show a notice about a problem, and ring the terminal's bell."""
        self.bell()
        self.warn(text)

    def exit(
        self, result: int | None = None, return_code: int = 0, message: object | None = None
    ) -> None:
        """End, with a printable message on stderr."""
        words = None if message is None else printable_lines(str(message))
        super().exit(result, return_code, words)
