"""The preview of a preset as lines: its text first, then as much else as fits."""

import re
import textwrap

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.grid import ASCII, fitted
from tuidl.charts.network import network, network_line
from tuidl.charts.network_paths import LayerBox
from tuidl.charts.palette import Palette
from tuidl.core.printable import printable_lines
from tuidl.tui.previews.preview import Preview

READABLE = 84
"""Cells of a line of prose at most."""
WIDE, ROOMY = 104, 22
"""From so many cells and lines on, network and data stand side by side, or facts are spaced."""
LEAST_DATA, MOST_DATA = 5, 20
"""Lines for the examples, where there is room for all."""
LEAST_DRAWN = 3
"""Lines for the examples without which even their heading is left out."""
MOST_LINES = 6
"""Lines for the network, where it is told in a line that goes on below."""
OPTION = re.compile(r'--set\s+([\w.]+)=("[^"]*"|[\w.]*\w)')
AROUND = 3
"""Lines shown before and after one with an error."""


def preview_lines(
    preview: Preview, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """Exactly what fits into ``width`` by ``height`` cells."""
    page = _Page(preview, palette, width, height, unicode)
    if not preview.is_read:
        return page.prose("reading …", "muted")
    lines = page.broken() if preview.problem else page.whole()
    if not unicode:
        for line in lines:
            line.plain = line.plain.translate(ASCII)
    return lines[:height]


class _Page:
    """One drawing of a preview."""

    def __init__(
        self, preview: Preview, palette: Palette, width: int, height: int, unicode: bool
    ) -> None:
        self.preview, self.palette, self.unicode = preview, palette, unicode
        self.width, self.height = width, height
        self.roomy = height >= ROOMY

    def whole(self) -> list[Text]:
        """A preset that can be trained."""
        lines = [*self._about(), *self._gap(), *self._facts()]
        room = self.height - len(lines)
        if self.width >= WIDE and self.roomy:
            return lines + self._side_by_side(room)
        return lines + self._stacked(room)

    def broken(self) -> list[Text]:
        """What is wrong, and where."""
        lines = self.prose("This preset has an error", "bad", bold=True)
        lines += [Text(), *self.prose(self.preview.problem, "text"), Text()]
        lines += excerpt(self.preview.text, self.preview.line, self.palette, self.width)
        return [*lines, Text(), *self.prose("m  corrects it in the editor", "muted")]

    def prose(self, text: str, role: str, bold: bool = False) -> list[Text]:
        style = self.palette.style(role, bold=bold)
        return [Text(line, style) for line in wrapped(text, min(self.width, READABLE))]

    def _gap(self) -> list[Text]:
        return [Text()] if self.roomy else []

    def _about(self) -> list[Text]:
        preset = self.preview.preset
        title = preset.name if preset else self.preview.path.name
        name = Text(fitted(title, self.width), self.palette.style("accent", bold=True))
        lines = self.prose(for_the_screen(preset.about.strip()), "text") if preset else []
        most = max(self.height // 4, 4)
        if len(lines) > most:
            lines = lines[:most]
            lines[-1].plain = fitted(lines[-1].plain + " …", min(self.width, READABLE))
        return [name, *self._gap(), *lines]

    def _facts(self) -> list[Text]:
        muted, text = self.palette.style("muted"), self.palette.style("text")
        return [
            Text.assemble((f"{label:<10}", muted), (fitted(value, self.width - 10), text))
            for label, value in self.preview.facts
        ]

    def _heading(self, title: str, width: int) -> Text:
        rule = "─" * max(width - cell_len(title) - 1, 0)
        return Text.assemble((f"{title} ", self.palette.style("muted", bold=True)),
                             (rule, self.palette.style("faint")))  # fmt: skip

    def _side_by_side(self, room: int) -> list[Text]:
        boxes = self.preview.boxes
        left = min(self.width // 2 - 2, READABLE)
        right = self.width - left - 4
        rows = max(room - 2, 0)
        drawn = self._diagram(boxes, left, rows) if boxes else []
        data = self._data(right, min(rows, MOST_DATA + 6))
        lines = [Text(), self._joined(self._heading("network", left), self._heading("data", right),
                                      left)]  # fmt: skip
        for y in range(max(len(drawn), len(data))):
            first = drawn[y] if y < len(drawn) else Text()
            lines.append(self._joined(first, data[y] if y < len(data) else Text(), left))
        return lines

    def _joined(self, first: Text, second: Text, left: int) -> Text:
        line = first.copy()
        line.pad_right(left + 4 - cell_len(line.plain))
        return line.append_text(second)

    def _stacked(self, room: int) -> list[Text]:
        headings = [Text()] if self.roomy else []
        boxes, lines = self.preview.boxes, []
        if boxes and room > len(headings) + 1:
            lines += [*headings, self._heading("network", self.width)]
            left = room - 2 * len(lines)
            if len(boxes) + LEAST_DATA + 3 <= left:
                lines += self._diagram(boxes, self.width, len(boxes))
            else:
                lines += self._line(boxes, max(min(left - LEAST_DATA, MOST_LINES), 1))
        left = room - len(lines) - len(headings) - 1
        if left < LEAST_DRAWN:
            return lines
        lines += [*headings, self._heading("data", self.width)]
        return lines + self._data(self.width, min(left, MOST_DATA))

    def _diagram(self, boxes: list[LayerBox], width: int, rows: int) -> list[Text]:
        pitch = 2 * len(boxes) - 1
        rows = min(rows, pitch if rows >= pitch and rows >= 16 else len(boxes))
        return network(boxes, self.palette, width, rows, unicode=self.unicode)

    def _line(self, boxes: list[LayerBox], rows: int) -> list[Text]:
        lines = network_line(boxes, self.palette, self.width, rows, unicode=self.unicode)
        while lines and not lines[-1].plain.strip():
            lines.pop()
        return lines

    def _data(self, width: int, height: int) -> list[Text]:
        samples = self.preview.samples
        if height < 1:
            return []
        if samples is None:
            return [Text(fitted("loading examples …", width), self.palette.style("muted"))]
        if samples.problem:
            return self._missing(samples.problem, width)
        return samples.draw(self.palette, width, height, self.unicode)

    def _missing(self, problem: str, width: int) -> list[Text]:
        """A missing data set: what it is, and how to get it."""
        reason, *advice = problem.split("\n")
        what, _, details = reason.partition(":")
        hints = [(hint.strip(), "muted") for hint in (details, *advice) if hint.strip()]
        hints.sort(key=lambda hint: "tuidl download" not in hint[0])
        shown = [(what, "text"), *hints]
        return [
            Text(line, self.palette.style("accent" if "tuidl download" in hint else role))
            for hint, role in shown
            for line in wrapped(hint, min(width, READABLE))
        ]


def excerpt(text: str, line: int | None, palette: Palette, width: int) -> list[Text]:
    """The lines around one with an error, numbered from 1, that one marked."""
    if line is None:
        return []
    lines = text.split("\n")
    made = []
    for i in range(max(line - AROUND, 0), min(line + AROUND + 1, len(lines))):
        here = i == line
        mark = "▶" if here else " "
        content = printable_lines(lines[i])
        number = f"{mark}{i + 1:>4} │ "
        made.append(Text.assemble(
            (number, palette.style("bad" if here else "faint", bold=here)),
            (fitted(content, max(width - len(number), 1)),
             palette.style("bad" if here else "muted", bold=here)),
        ))  # fmt: skip
    return made


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` cells; a word that is longer is broken."""
    lines = printable_lines(text).split("\n")
    return [line for part in lines for line in textwrap.wrap(part, max(width, 10))]


def for_the_screen(about: str) -> str:
    """Options that a preset suggests with ``--set`` are changed with a key here."""
    hints = iter([" (key m)"])
    return OPTION.sub(lambda found: f"{found[1]} = {found[2]}{next(hints, '')}", about)
