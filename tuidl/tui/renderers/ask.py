"""A user's question and the network's answer as lines."""

import math
import textwrap
from collections.abc import Sequence

import numpy as np
from rich.text import Text

from tuidl.charts.bars import Bar, bars
from tuidl.charts.canvas import canvas
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.scale import compact
from tuidl.charts.what_if import Line, line_chart
from tuidl.data.tables.typed import shown_date
from tuidl.protocol.asking import Asked, AskField, AskToken, Cell, WhatIf
from tuidl.tui.renderers.masks import mask_lines

MISSING = "(no value)"
LEAST_EFFECTS = 62
"""Cells of the list of inputs from which on what each changes stands beside it."""
EFFECT, VALUE = 19, 14
TRACK, KNOB = "─", "●"
Effect = tuple[float | None, float | None]


def answer_lines(
    asked: Asked, true: str, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """What ``tuidl predict`` says of the first example, in large or as bars; the table of several.
    ``true``: what is true of the example that is asked, if that is known."""
    above = _headline(asked, true)
    if asked.examples > 1:
        above = list(asked.lines)
    below = [f"note: {note}" for note in (*asked.notes, *_marks(asked))]
    wrapped = [part for line in below for part in textwrap.wrap(line, max(width, 8))]
    wrapped = wrapped[: max(height // 3, 1)]
    grid = Grid(width, height, unicode)
    room = height - len(wrapped)
    for y, line in enumerate(above[:room]):
        style = palette.style("text", bold=True) if y == 0 else palette.style("text")
        grid.put(0, y, fitted(line, width), style)
    for y, line in enumerate(wrapped, room):
        grid.put(0, y, line, palette.style("muted"))
    lines = grid.lines()
    first = len(above) + 1
    if asked.mask and asked.examples == 1:
        return [*mask_lines(asked, palette, width, room, unicode), *lines[room:]]
    if asked.examples == 1 and asked.made_shape and not asked.says and room > first:
        lines[first - 1 : room] = _made(asked, palette, width, room - first + 1, unicode)
    if asked.is_share and asked.examples == 1 and room > first:
        items = [
            Bar(name, math.nan if value is None else value, name == true)
            for name, value in zip(asked.names, asked.values, strict=True)
        ]
        drawn = bars(items, palette, width, room - first, most=1.0, percent=True, unicode=unicode)
        lines[first : first + len(drawn)] = drawn
    return lines


def _made(asked: Asked, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """The picture that is the answer, or how its numbers are spread."""
    shape = asked.made_shape
    if len(shape) != 3 or shape[2] not in (1, 3):
        lines = [Text(fitted(line, width)) for line in asked.lines[:height]]
        return [*lines, *[Text("")] * (height - len(lines))]
    pixels = np.array([value or 0.0 for value in asked.made]).reshape(shape)
    return canvas(np.clip(pixels, 0.0, 1.0), palette, width, height, unicode=unicode)


def _headline(asked: Asked, true: str) -> list[str]:
    """The answer in a line or some; the likeliest class as the table of predictions has it."""
    is_true = f" (is {true})" if true else ""
    if asked.text or (asked.is_share and not asked.lines):
        shown = asked.text.replace("\n", "↵")
        if not asked.text.strip():  # blanks alone would not be seen
            shown = shown.replace(" ", "␣").replace("\t", "⇥")
        return [f"goes on: {shown}" if shown else "it ends here", "the next token:"]
    if asked.is_share:
        known = [(value, name) for name, value in zip(asked.names, asked.values, strict=True)
                 if value is not None]  # fmt: skip
        share = next((f", {value:.1%}" for value, name in known if name == asked.says), "")
        return [f"says {asked.says}{share}{is_true}"]
    unit = f" {asked.unit}" if asked.unit else ""
    if asked.made_shape:
        return [f"says {asked.says}"] if asked.says else ["it answers with this:"]
    if len(asked.values) == 1:
        return [f"says {_number(asked.values[0])}{unit}{is_true}"]
    names = max(map(len, asked.names), default=0)
    each = [
        f"{name:<{names}}  {_number(value)}{unit}"
        for name, value in zip(asked.names, asked.values, strict=True)
    ]
    says = [f"says {asked.says}, the nearest"] if asked.says else []
    return [*says, *each, *([f"is {true}"] if true else [])]


def _number(value: float | None) -> str:
    """As predictions are printed."""
    return "no number" if value is None else f"{value:.6g}"


def _marks(asked: Asked) -> list[str]:
    """What the table says of a row in its last column, where there is a note."""
    if not asked.lines or "note" not in asked.lines[0].split() or asked.examples != 1:
        return []
    place = asked.lines[0].index("note")
    return [asked.lines[-1][place:].strip()]


def field_lines(
    fields: Sequence[AskField],
    cells: Sequence[Cell],
    selected: int,
    effects: Sequence[Effect],
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
    is_share: bool = False,
    of: str = "answer",
) -> list[Text]:
    """A line for each input: its name, where the value lies in its range, the value, and between
    what the answer ``of`` lies if it alone changes. The selected one stays in sight."""
    grid = Grid(width, height, unicode)
    has_effects = bool(effects) and width >= LEAST_EFFECTS
    names = max(min(max((len(one.name) for one in fields), default=0), width // 3), 4)
    track = width - names - VALUE - 4 - (EFFECT if has_effects else 0)
    if has_effects:
        title = fitted(f"{of} over its range", EFFECT + VALUE)
        grid.put_right(width, 0, title, palette.style("muted"))
    top = 1 if has_effects else 0
    first = first_shown(len(fields), selected, height - top)
    for y, number in enumerate(range(first, min(first + height - top, len(fields))), top):
        one, cell = fields[number], cells[number]
        grid.put(0, y, "▸" if number == selected else " ", palette.style("accent"))
        grid.put(2, y, fitted(one.name, names), palette.style("text", bold=number == selected))
        end = names + 4 + track + VALUE
        if one.kind == "text":
            text = str(cell) or "enter: a text"
            grid.put(names + 3, y, fitted(text, end - names - 3), palette.style("text"))
        else:
            _put_track(grid, palette, names + 3, y, track, one, cell)
            grid.put_right(end, y, fitted(cell_text(one, cell), VALUE - 1), palette.style("text"))
        if has_effects and number < len(effects):
            grid.put_right(width, y, effect_text(effects[number], is_share), palette.style("muted"))
        if number == selected:
            grid.tint(0, y, width, palette.selected)
    return grid.lines()


def first_shown(count: int, selected: int, height: int) -> int:
    """The first line of a list that scrolls with its selection."""
    return max(min(selected - height // 2, count - height), 0)


def track_of(fields: Sequence[AskField], width: int, has_effects: bool) -> tuple[int, int]:
    """The first cell of the sliders, and how many."""
    names = max(min(max((len(one.name) for one in fields), default=0), width // 3), 4)
    shown = has_effects and width >= LEAST_EFFECTS
    return names + 3, width - names - VALUE - 4 - (EFFECT if shown else 0)


def _put_track(
    grid: Grid, palette: Palette, x: int, y: int, size: int, one: AskField, cell: Cell
) -> None:
    """A slider; of a choice which one of how many."""
    if size < 3:
        return
    if one.kind == "picture":
        grid.put(x, y, fitted("enter: the path of a picture", size), palette.style("faint"))
        return
    share = share_of(one, cell)
    grid.put(x, y, TRACK * size, palette.style("faint"))
    if share is not None:
        grid.put(x + round(share * (size - 1)), y, KNOB, palette.style("train", bold=True))


def share_of(one: AskField, cell: Cell) -> float | None:
    """Where a value lies in its range, from 0 to 1; None where it does not."""
    if one.kind == "category":
        if cell not in one.choices:
            return None
        return one.choices.index(str(cell)) / max(len(one.choices) - 1, 1)
    if not isinstance(cell, float) or one.high <= one.low:
        return None
    return min(max((cell - one.low) / (one.high - one.low), 0.0), 1.0)


def cell_text(one: AskField, cell: Cell) -> str:
    """A value in the user's unit."""
    if isinstance(cell, str):
        return cell or MISSING
    if one.kind == "date":
        return shown_date(cell)
    return f"{cell:.6g} {one.unit}".strip()


def effect_text(effect: Effect, is_share: bool) -> str:
    """``3% to 97%``, or numbers."""
    low, high = effect
    if low is None or high is None:
        return "-"
    if is_share:
        return f"{low:.0%} to {high:.0%}"
    return f"{compact(low)} to {compact(high)}"


def what_if_lines(
    found: WhatIf,
    here: tuple[Cell, float | None],
    is_share: bool,
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
) -> list[Text]:
    """The answer over the range of an input, ``here`` marked: its value and the answer now."""
    y = [math.nan if value is None else value for value in found.y]
    if found.choices:
        items = [
            Bar(name or MISSING, value, name == here[0])
            for name, value in zip(found.choices, y, strict=True)
        ]
        most = 1.0 if is_share else None
        return bars(items, palette, width, height, most=most, percent=is_share, unicode=unicode)
    cell, value = here
    point = (cell, value) if isinstance(cell, float) and value is not None else None
    line = Line(found.x, y, "train", point)
    ends = (0.0, 1.0) if is_share else None
    return line_chart([line], palette, width, height, ends=ends, unicode=unicode)[0]


def token_lines(
    tokens: Sequence[AskToken], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The tokens as the network reads them; unknown ones are marked, those out of its sight are
    faint."""
    grid = Grid(width, height, unicode)
    x = y = 0
    for token in tokens:
        text = f"{token.name}" if token.known else f"?{token.name}?"
        if x and x + len(text) + 1 > width:
            x, y = 0, y + 1
        role = "faint" if not token.seen else "text" if token.known else "bad"
        over = palette.faded("faint", 0.6) if palette.colors and token.seen else None
        x = grid.put(x, y, fitted(text, width), palette.style(role, over=over)) + 1
    return grid.lines()
