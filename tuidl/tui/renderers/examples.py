"""Held-out examples with the network's predictions."""

from collections.abc import Sequence

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.bars import Bar, bars
from tuidl.charts.confusion import confusion
from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.heat import heat
from tuidl.charts.hstack import hstack
from tuidl.charts.images import Tile, image, image_grid
from tuidl.charts.palette import Palette
from tuidl.charts.pixels import Array
from tuidl.charts.scale import compact
from tuidl.charts.tiling import comfortable
from tuidl.core.printable import printable
from tuidl.protocol.events import MOST_CONFUSED
from tuidl.protocol.probes import Example, Predictions
from tuidl.tui.renderers.example_inputs import cells, inputs, words

MARK = 4
"""Cells of the sign in front of a caption, and of the gap behind it."""
LEAST_PICTURE = 6
"""Lines of a picture above its classes that these may take no line of."""
LEAST_SAID = 4
"""Cells for what an example is, without which nothing of it is shown."""
LEAST_ROWS = 3
"""Examples below a matrix: fewer say little."""
LONGEST_CAPTION = 14
"""Cells from which on a caption names only what was predicted."""


def shares_of(example: Example) -> list[float]:
    """The probabilities of the classes; values that are not finite count as 0."""
    return [share or 0.0 for share in example.shares]


def given_class(example: Example) -> int:
    """The number of the predicted class."""
    shares = shares_of(example)
    return max(range(len(shares)), key=shares.__getitem__)


def is_image(shape: Sequence[int]) -> bool:
    return len(shape) == 3


def pixels(values: Sequence[float | None], shape: Sequence[int]) -> Array:
    """(rows, columns, channels) between 0 and 1, however the pixels were scaled for training."""
    made = np.array([np.nan if v is None else v for v in values], float).reshape(tuple(shape))
    low, high = np.nanmin(made, initial=0.0), np.nanmax(made, initial=1.0)
    return np.asarray((made - low) / (high - low))


def verdict(example: Example, names: Sequence[str]) -> str:
    """``9`` where it is right, ``said 9, is 3`` where it is a 3."""
    given, true = given_class(example), example.true
    return names[given] if given == true else f"said {names[given]}, is {names[true]}"


def tiles(
    answer: Predictions, palette: Palette, width: int, height: int, *, selected: int, unicode: bool
) -> list[Text]:
    """The page of images with the selected one, prediction and truth below each."""
    names, shape = answer.classes, answer.shape
    captions = [_caption(example, names) for example in answer.examples]
    least = min(max(map(len, captions), default=0), LONGEST_CAPTION) + MARK
    page = comfortable(shape, width, height, caption=True, least=least)
    first = selected // page * page
    made = [
        Tile(
            pixels(example.x, shape),
            caption,
            given_class(example) == example.true,
        )
        for example, caption in zip(answer.examples, captions, strict=True)
    ][first : first + page]
    chosen = selected - first
    return image_grid(made, palette, width, height, selected=chosen, unicode=unicode)


def _caption(example: Example, names: Sequence[str]) -> str:
    whole = verdict(example, names)
    return whole if len(whole) <= LONGEST_CAPTION else names[given_class(example)]


def kept_selection(before: Predictions | None, selected: int, now: Predictions) -> int:
    """The number in a new list of the example that was selected; the same place in the list where
    that example is not there any more."""
    if before is not None and selected < len(before.examples):
        chosen = before.examples[selected].number
        numbers = [example.number for example in now.examples]
        if selected and chosen in numbers:  # the first one is nobody's choice
            return numbers.index(chosen)
    return min(selected, max(len(now.examples) - 1, 0))


def rows(
    answer: Predictions, palette: Palette, width: int, height: int, *, selected: int, unicode: bool
) -> list[Text]:
    """Examples that are no images, a line each: verdict, how sure, and the text or first
    numbers."""
    grid = Grid(width, height, unicode)
    names, found = answer.classes, answer.examples
    if not found:
        note(grid, palette, "no such examples")
    first = min(max(selected - height // 2, 0), max(len(found) - height, 0))
    column = max((len(verdict(e, names)) for e in found), default=0) + 2
    for y, example in enumerate(found[first : first + height]):
        right = given_class(example) == example.true
        sign, role = ("✓ ", "good") if right else ("✗ ", "bad")
        grid.put(0, y, sign + verdict(example, names), palette.style(role, bold=not right))
        grid.put(column + 1, y, f"{max(shares_of(example)):4.0%}", palette.style("text"))
        said = _said(example, answer.fields)
        room = width - column - 8
        text = fitted(said, room) if room >= min(LEAST_SAID, cell_len(said)) else ""
        grid.put(column + 8, y, text, palette.style("muted"))
        if first + y == selected:
            grid.tint(0, y, width, palette.selected)
    return grid.lines()


def _said(example: Example, fields: Sequence[str]) -> str:
    """Its text, what its row of a table has in each column, or its numbers."""
    if example.cells:
        pairs = zip(fields, example.cells, strict=False)
        return printable(" · ".join(f"{field} {cell}" for field, cell in pairs))
    numbers = ("?" if v is None else compact(v) for v in example.x)
    return printable(example.text) or "  ".join(numbers)


def list_of(
    answer: Predictions, palette: Palette, width: int, height: int, *, selected: int, unicode: bool
) -> list[Text]:
    """Images as tiles, everything else as rows."""
    draw = tiles if is_image(answer.shape) else rows
    return draw(answer, palette, width, height, selected=selected, unicode=unicode)


def closely(
    answer: Predictions, palette: Palette, width: int, height: int, *, selected: int, unicode: bool
) -> list[Text]:
    """One example as large as fits, a sentence about it, and the probabilities of its classes."""
    found = answer.examples
    grid = Grid(width, height, unicode)
    if not found:
        note(grid, palette, "no such examples")
        return grid.lines()
    example = found[selected % len(found)]
    head = [_sentence(example, answer.classes, palette, width, unicode)]
    room = height - 1
    if len(answer.shape) == 1 or room < 2:
        above = min(len(answer.classes) + 1, room)
        shares = _shares(example, answer.classes, palette, width, above, unicode)
        if example.cells:
            row = list(zip(answer.fields, example.cells, strict=False))
            return [*head, *shares, *cells(row, palette, width, room - above, unicode)]
        if example.text:
            return [*head, *shares, *words(example.text, palette, width, room - above, unicode)]
        return [*head, *shares, *inputs(example.x, palette, width, room - above, unicode)]
    if width >= 44:
        left = width * 2 // 5
        picture = _enlarged(example, answer.shape, palette, left, room, unicode)
        right = _shares(example, answer.classes, palette, width - left - 2, room, unicode)
        return [*head, *hstack(picture, right, gap=2)]
    below = min(len(answer.classes), max(room // 2, room - LEAST_PICTURE))
    picture = _enlarged(example, answer.shape, palette, width, room - below, unicode)
    return [*head, *picture, *_shares(example, answer.classes, palette, width, below, unicode)]


def _sentence(
    example: Example, names: Sequence[str], palette: Palette, width: int, unicode: bool
) -> Text:
    """``3, read as 9, 82% sure``."""
    grid = Grid(width, 1, unicode)
    given, true = given_class(example), example.true
    sure = f"{max(shares_of(example)):.0%} sure"
    right = given == true
    text = f"{names[true]}, " + ("rightly read, " if right else f"read as {names[given]}, ") + sure
    role = "good" if right else "bad"
    grid.put(0, 0, fitted(text, width), palette.style(role, bold=True))
    number = f"#{example.number}"
    if len(text) + len(number) + 2 <= width:
        grid.put_right(width, 0, number, palette.style("muted"))
    return grid.lines()[0]


def _enlarged(
    example: Example,
    shape: Sequence[int],
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
) -> list[Text]:
    if is_image(shape):
        return image(pixels(example.x, shape), palette, width, height, unicode=unicode)
    values = np.array([np.nan if v is None else v for v in example.x], float)
    return heat(values.reshape(tuple(shape)), palette, width, height, unicode=unicode)


def _shares(
    example: Example,
    names: Sequence[str],
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
) -> list[Text]:
    items = [
        Bar(name, share, i == example.true)
        for i, (name, share) in enumerate(zip(names, shares_of(example), strict=True))
    ]
    return bars(items, palette, width, height, most=1.0, percent=True, unicode=unicode)


def matrix_and_rows(
    answer: Predictions, palette: Palette, width: int, height: int, *, selected: int, unicode: bool
) -> list[Text]:
    """The confusion matrix of examples that are no images, and below it, where there is room, the
    examples."""
    lines = _matrix_lines(answer)
    rest = height - lines - 1
    if rest < LEAST_ROWS:
        return matrix(answer, palette, width, height, cursor=None, unicode=unicode)
    above = matrix(answer, palette, width, lines, cursor=None, unicode=unicode)
    below = rows(answer, palette, width, rest, selected=selected, unicode=unicode)
    return [*above, Text(" " * width), *below]


def _matrix_lines(answer: Predictions) -> int:
    """A line for each class, one above them and one below; of none, and of too many, a word."""
    return len(answer.confusion) + 2 if answer.confusion else 1


def matrix(
    answer: Predictions,
    palette: Palette,
    width: int,
    height: int,
    *,
    cursor: tuple[int, int] | None,
    unicode: bool,
) -> list[Text]:
    """How often each true class was given each class, one cell under the cursor."""
    counts, names = answer.confusion, answer.classes
    if not counts and len(names) > MOST_CONFUSED:
        grid = Grid(width, height, unicode)
        note(grid, palette, f"{len(names):,} classes: no table of more than {MOST_CONFUSED}")
        return grid.lines()
    return confusion(counts, names, palette, width, height, selected=cursor, unicode=unicode)
