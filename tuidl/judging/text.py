"""A judgement to be read: in a terminal, or as Markdown."""

import textwrap
from collections.abc import Sequence

from tuidl.core.printable import printable, width
from tuidl.judging.plots import plots
from tuidl.judging.records import Judgement
from tuidl.judging.section import Section
from tuidl.judging.sections import heading, sections
from tuidl.protocol.formatting import columns

PAGE = 80


def as_text(
    judgement: Judgement, page: int = PAGE, *, color: bool = False, unicode: bool = True
) -> list[str]:
    """Lines of at most ``page`` cells, but where a name is longer. Everything in them is
    printable."""
    lines = [part for line in heading(judgement) for part in wrapped(line, page)]
    for section in sections(judgement):
        lines += ["", printable(section.title), *table_lines(section, page)]
        lines += wrapped(section.below, page)
    for title, drawn in plots(judgement, page, color=color, unicode=unicode):
        lines += ["", printable(title), *drawn]
    return lines


def wrapped(text: str, page: int) -> list[str]:
    return textwrap.wrap(printable(text), page, subsequent_indent="  ") if text else []


def table_lines(section: Section, page: int) -> list[str]:
    """The rows as lines. The last column is wrapped where it is text that does not fit."""
    last = len(section.rows[0]) - 1
    lines = columns(section.rows, section.left)
    if last not in section.left or max(map(width, lines)) <= page:
        return lines
    before = columns([row[:last] for row in section.rows], section.left)
    room = max(map(width, before)) + 2
    if page - room < 20:
        return lines
    found: list[str] = []
    for start, row in zip(before, section.rows, strict=True):
        parts = textwrap.wrap(printable(row[last]), page - room) or [""]
        padding = " " * (room - width(start))
        found.append(f"{start}{padding}{parts[0]}".rstrip())
        found += [" " * room + part for part in parts[1:]]
    return found


def as_markdown(judgement: Judgement) -> list[str]:
    """A document with tables and plots."""
    title, *facts = heading(judgement)
    lines = [f"# {_plain(title)}", "", *(f"- {_plain(fact)}" for fact in facts)]
    for section in sections(judgement):
        lines += ["", f"## {_plain(section.title)}", "", *_markdown_table(section)]
        lines += ["", _plain(section.below)] if section.below else []
    for title, drawn in plots(judgement, PAGE):
        lines += ["", f"## {_plain(title)}", "", "```text", *drawn, "```"]
    return lines


def _markdown_table(section: Section) -> list[str]:
    head, *rows = section.rows
    marks = [":--" if i in section.left else "--:" for i in range(len(head))]
    return [_row(head), _row(marks), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_plain, cells))} |"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    escaped = "".join(f"\\{char}" if char in "\\|*_`<>[]" else char for char in printable(text))
    return escaped.replace("\n", " ")
