"""A column of the user's own table as one line, and what is guessed of it."""

from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.grid import ASCII, fitted
from tuidl.charts.palette import Palette
from tuidl.core.printable import printable
from tuidl.data.tables.column_report import ColumnReport

MARK, NAMES, KIND, VALUES = 2, 26, 9, 34
"""Cells of the mark, of names at most, of the kind, of values at most."""


@dataclass(frozen=True)
class Role:
    """What is made of a column: "target", "input" or "left out"; ``is_guess``: that it is the
    target; ``why`` it is left out, where that is proposed."""

    name: str
    is_guess: bool = False
    why: str = ""


def column_line(
    column: ColumnReport, role: Role, palette: Palette, widths: tuple[int, int], unicode: bool
) -> Text:
    """Name, kind, values, gaps and what becomes of it; ``?`` where something is guessed.
    ``widths``: of the line, and of the longest name."""
    mark = {"target": "●", "input": "·", "left out": "×"}[role.name]
    style = {"target": "accent", "input": "text", "left out": "muted"}[role.name]
    width, longest = widths
    name = min(NAMES, width // 3, max(longest, 4))
    text = Text(no_wrap=True)
    text.append(f"{mark:<{MARK}}", palette.style(style, bold=True))
    called = fitted(printable(column.name), name)
    text.append(called + " " * (name + 1 - cell_len(called)), palette.style(style))
    word = column.kind
    if role.name == "target":
        word = "target?" if role.is_guess else "target"
    elif role.name == "left out":
        word = "left out"
    kind = "accent" if role.name == "target" else "muted"
    guess = "?" if column.guesses and role.name != "left out" else " "
    text.append(f"{word:<{KIND}}", palette.style(kind, bold=role.name == "target"))
    text.append(f"{guess} ", palette.style("validation", bold=True))
    room = max(width - MARK - name - 1 - KIND - 2, 0)
    text.append(_words(column, role, room), palette.style("muted"))
    return text if unicode else Text(text.plain.translate(ASCII), style=palette.style(style))


def _words(column: ColumnReport, role: Role, room: int) -> str:
    """Values at the left, what becomes of them at the right, the values cut first."""
    gaps = f"{column.gaps:,} gap{'s' if column.gaps > 1 else ''}; " if column.gaps else ""
    if role.name == "left out":
        return fitted(gaps + (role.why or column.problem or column.values), room)
    if column.problem:
        return fitted(f"{gaps}{column.values} ({column.problem})", room)
    is_known = column.becomes and column.role == role.name  # else it is read anew for the choice
    becomes = f" → {column.becomes}" if is_known else ""
    values = fitted(gaps + column.values, max(min(VALUES, room - cell_len(becomes)), room // 2))
    return fitted(values + becomes, room)


def column_words(column: ColumnReport | None) -> str:
    """What is guessed of a column, with the key that overrules it, or what helps; empty where
    there is nothing to say."""
    if column is None:
        return ""
    says = [*column.guesses]
    if column.problem:
        helps = f": {' or '.join(column.remedies)}" if column.remedies else ""
        says = [f"{column.problem}{helps}"]
    if not says:
        return ""
    key = f" ({column.key} = {{...}} in the preset, m)" if column.key else ""
    return f"{column.name}: {'; '.join(says)}{key}"
