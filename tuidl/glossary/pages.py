"""Entries as lines of text for a given width; pure, so that every kind of screen can use them."""

import textwrap
from collections.abc import Iterable
from itertools import groupby
from typing import Literal, NamedTuple

from tuidl.glossary.records import Concept, Formula

Role = Literal["title", "short", "text", "heading", "formula", "symbols", "example", "names"]

NARROWEST = 32
"""Columns that a page has at least, whatever is asked for."""

INDENT = 2


class Line(NamedTuple):
    """``role``: what the line belongs to, for whoever gives it colours."""

    text: str
    role: Role


def page(entry: Concept, width: int, unicode: bool = True) -> list[Line]:
    """The whole entry in lines of at most ``width`` columns; without ``unicode`` in ASCII."""
    entry = entry if unicode else entry.in_ascii()
    width = max(width, NARROWEST)
    return [
        *_wrapped(entry.title, "title", width),
        *_wrapped(entry.short, "short", width),
        Line("", "text"),
        *_wrapped(entry.text, "text", width),
        *_heading("Formula"),
        *_formula(entry.formula, width),
        *_heading("Example"),
        *_wrapped(entry.example, "example", width, INDENT),
        *_names("See also", entry.see, width),
        *_names("Seen in", entry.seen_in, width),
    ]


def listing(entries: Iterable[Concept], width: int, unicode: bool = True) -> list[Line]:
    """Key and short sentence of each entry, under the titles of their topics."""
    known = [entry if unicode else entry.in_ascii() for entry in entries]
    column = INDENT + max((len(entry.key) for entry in known), default=0) + 2
    lines: list[Line] = []
    for topic, group in groupby(known, key=lambda entry: entry.topic):
        lines += _heading(topic) if lines else [Line(topic, "heading")]
        for entry in group:
            lines += _beside(entry.key, entry.short, "short", max(width, NARROWEST), column)
    return lines


def _heading(text: str) -> list[Line]:
    return [Line("", "text"), Line(text, "heading")]


def _formula(formula: Formula, width: int) -> list[Line]:
    """Its lines as they are written, broken only where they must be; then the signs."""
    lines: list[Line] = []
    for text in formula.text.splitlines():
        if len(text) + INDENT <= width:
            lines.append(Line(" " * INDENT + text, "formula"))
        else:
            lines += _wrapped(text, "formula", width, INDENT, hanging=2 * INDENT)
    lines.append(Line("", "symbols"))
    column = INDENT + max(len(sign) for sign, _ in formula.symbols) + 2
    for sign, meaning in formula.symbols:
        lines += _beside(sign, meaning, "symbols", width, column)
    return lines


def _names(title: str, names: tuple[str, ...], width: int) -> list[Line]:
    if not names:
        return []
    return [*_heading(title), *_wrapped(", ".join(names), "names", width, INDENT)]


def _beside(head: str, text: str, role: Role, width: int, column: int) -> list[Line]:
    """``text`` in a column of its own to the right of ``head``, or under it where there is no
    room."""
    if width < column + NARROWEST // 2:
        return [
            *_wrapped(head, role, width, INDENT),
            *_wrapped(text, role, width, 2 * INDENT, hanging=0),
        ]
    rest = textwrap.wrap(text, width - column)
    first = f"{'':<{INDENT}}{head:<{column - INDENT}}{rest[0]}"
    return [Line(first, role), *(Line(" " * column + line, role) for line in rest[1:])]


def _wrapped(text: str, role: Role, width: int, indent: int = 0, hanging: int = 0) -> list[Line]:
    """``hanging``: more indentation for all lines but the first."""
    start, rest = " " * indent, " " * (indent + hanging)
    wrapped = textwrap.wrap(text, width, initial_indent=start, subsequent_indent=rest)
    return [Line(line, role) for line in wrapped]
