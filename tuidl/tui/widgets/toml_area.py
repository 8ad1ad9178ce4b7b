"""An editor for TOML: keys, heads and comments have their colours, a wrong line is marked."""

import re

from rich.text import Text
from textual.widgets import TextArea

from tuidl.tui.widgets.chart import looks_of

HEAD = re.compile(r"^\s*\[\[?[^\]]*\]\]?")
KEY = re.compile(r"^\s*([\w.\"'-]+)\s*=")
COMMENT = re.compile(r"(^|\s)#.*$")


class TomlArea(TextArea):
    """Tab moves to the next panel; TOML needs no tabs."""

    DEFAULT_CSS = """
    TomlArea { border: round $foreground 20%; border-title-color: $text-muted; padding: 0;
               background: $background; scrollbar-size-vertical: 1; }
    TomlArea:focus { border: round $accent; border-title-color: $text; }
    """

    def __init__(self, text: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(text, id=id, show_line_numbers=True, soft_wrap=True, tab_behavior="focus")
        self._wrong: int | None = None

    def mark(self, line: int | None) -> None:
        """Mark a line (from 0) as wrong, or none."""
        if line != self._wrong:
            self._wrong = line
            self.notify_style_update()
            self.refresh()

    @property
    def marked(self) -> int | None:
        return self._wrong

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        palette, _ = looks_of(self)
        plain = line.plain
        if match := HEAD.match(plain):
            line.stylize(palette.style("accent", bold=True), 0, match.end())
        elif match := KEY.match(plain):
            line.stylize(palette.style("train"), match.start(1), match.end(1))
        if (match := COMMENT.search(plain)) and plain[: match.start()].count('"') % 2 == 0:
            line.stylize(palette.style("muted"), match.start())
        if line_index == self._wrong:
            line.stylize(palette.style("bad", bold=True, over=palette.faded("bad", 0.25)))
            if not palette.colors:
                line.stylize(palette.selected)
        return line

    def become(self, text: str) -> None:
        """Replace only the part that differs, so that undo and the cursor stay valid."""
        old, new = self.text.split("\n"), text.split("\n")
        first = 0
        while first < min(len(old), len(new)) and old[first] == new[first]:
            first += 1
        behind = 0
        while behind < min(len(old), len(new)) - first and old[-1 - behind] == new[-1 - behind]:
            behind += 1
        if first == len(old) == len(new):
            return
        if behind:
            middle = [*new[first : len(new) - behind], ""]
            start, end = (first, 0), (len(old) - behind, 0)
        else:
            first = max(first - 1, 0)
            middle = new[first:]
            start, end = (first, 0), self.document.end
        self.replace("\n".join(middle), start, end, maintain_selection_offset=True)
        self.move_cursor(start)
