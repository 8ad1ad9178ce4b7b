"""Known ratings against predicted ones: of everybody, and those of one user by title."""

import math
from collections.abc import Sequence

from rich.text import Text

from tuidl.charts.bars import SPARK_LEVELS
from tuidl.charts.grid import Grid, fitted, worded
from tuidl.charts.palette import Palette
from tuidl.protocol.rating_answers import Rated, Recommended

LEVELS = " ▁▂▃▄▅▆▇█"
MOST_KINDS = 11
"""Different ratings that have a line each; more are put together in steps."""
NAME, MEAN = 5, 18
"""Cells for a rating, and for the words behind its line."""
VALUES = 12
"""Cells for a known and a predicted rating."""
WIDE = 40


def picture(
    answer: Recommended, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """Both, one below the other, as far as there is room."""
    rows = len({pair[0] for pair in _pairs(answer)}) + 2
    left = height - rows - 1
    if left < 4:
        return spread(answer, palette, width, height, unicode)
    above = spread(answer, palette, width, rows, unicode)
    return [*above, Text(" " * width), *listed(answer, palette, width, left, unicode)]


def _pairs(answer: Recommended) -> list[tuple[float, float]]:
    """Known and predicted ratings; many different known ones become whole numbers, and further
    ones the nearest of MOST_KINDS steps."""
    pairs = [
        (known, predicted)
        for known, predicted in zip(answer.true, answer.predicted, strict=True)
        if known is not None and predicted is not None
    ]
    kinds = {known for known, _ in pairs}
    if len(kinds) <= MOST_KINDS:
        return pairs
    step = max((max(kinds) - min(kinds)) / (MOST_KINDS - 1), 1e-12)
    step = max(step, 1.0) if max(kinds) - min(kinds) > 1 else step
    return [(math.floor(known / step + 0.5) * step, predicted) for known, predicted in pairs]


def spread(
    answer: Recommended, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """A line for each known rating of the held-out examples: how the predictions for it lie between
    the lowest and the highest rating, and their mean."""
    pairs, grid = _pairs(answer), Grid(width, height, unicode)
    if not pairs:
        return grid.lines()
    kinds = sorted({known for known, _ in pairs}, reverse=True)
    kinds = kinds[: max(height - 2, 0)]
    low, high = _scale(answer)
    error = math.sqrt(sum((a - b) ** 2 for a, b in pairs) / len(pairs))
    off = f"{answer.part}: off by {error:.3g}"
    head = worded(width, f"{off} (rmse of {len(pairs):,} ratings)", f"{off} (rmse)")
    grid.put(0, 0, head, palette.style("text", bold=True))
    long = max(width - NAME - (MEAN if width >= WIDE else 0), 1)
    for y, kind in enumerate(kinds, 1):
        own = [predicted for known, predicted in pairs if known == kind]
        grid.put(0, y, f"{kind:>4g}", palette.style("muted"))
        _line(grid, palette, y, _counts(own, low, high, long), kind, (low, high), unicode)
        if width >= WIDE:
            words = f"mean {sum(own) / len(own):.2f} of {len(own)}"
            grid.put(width - MEAN + 1, y, fitted(words, MEAN - 1), palette.style("muted"))
    lowest, highest = min(given for _, given in pairs), max(given for _, given in pairs)
    first = f"{low:g} or less" if lowest < low else f"{low:g}"
    last = f"{high:g} or more" if highest > high else f"{high:g}"
    axis = first + " " * max(long - len(first + last), 1) + last
    grid.put(NAME, len(kinds) + 1, fitted(axis, long), palette.style("muted"))
    return grid.lines()


def listed(
    answer: Recommended, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The user's own ratings beside their predictions, held-out ones marked, and the best of the
    others. Predictions are the network's own numbers, from which its scores are computed: where
    some pass the scale, that is said."""
    grid = Grid(width, height, unicode)
    half = width // 2 if width >= 2 * WIDE else width
    best = _best_head(answer, width - half or width)
    if half < width:
        _column(grid, palette, (0, 0, half - 2), height, _head(answer), answer.known)
        _column(grid, palette, (half, 0, width - half), height, best, answer.best)
        return grid.lines()
    above = max((height - 1) // 2, 2)
    _column(grid, palette, (0, 0, width), above, _head(answer), answer.known)
    below = height - above
    if below >= 2:
        _column(grid, palette, (0, above, width), below, best, answer.best)
    return grid.lines()


def _scale(answer: Recommended) -> tuple[float, float]:
    """The lowest and the highest of all known ratings that are there, of whichever part."""
    known = [*answer.true, *(item.known for item in answer.known)]
    found = [value for value in known if value is not None]
    return min(found, default=0.0), max(found, default=0.0)


def _best_head(answer: Recommended, width: int) -> str:
    """What the list of other items is, with the end of the scale where numbers pass it."""
    (low, high), title = _scale(answer), "best of the others"
    numbers = [item.predicted for item in (*answer.known, *answer.best)]
    shown = [number for number in numbers if number is not None]
    end = high if max(shown, default=high) > high else low
    if end == low and min(shown, default=low) >= low:
        return title
    return worded(width, f"{title} (not cut off at {end:g})", title)


def _head(answer: Recommended) -> str:
    return f"{answer.user}: known, predicted (* held out)"


def _column(
    grid: Grid,
    palette: Palette,
    place: tuple[int, int, int],
    height: int,
    title: str,
    items: Sequence[Rated],
) -> None:
    """``place``: x, y and width of what begins with a title; of more items than there is room for
    the held-out ones come first."""
    x, y, width = place
    grid.put(x, y, fitted(title, width), palette.style("accent"))
    first = sorted(items, key=lambda item: not item.held_out)[: max(height - 1, 0)]
    kept = [item for item in items if item in first]
    for row, item in enumerate(kept, y + 1):
        name = fitted(f"{'*' if item.held_out else ' '}{item.item}", max(width - VALUES, 1))
        grid.put(x, row, name, palette.style("validation" if item.held_out else "text"))
        known = "" if item.known is None else f"{item.known:g}"
        predicted = "" if item.predicted is None else f"{item.predicted:.2f}"
        values = f"{known:>5} {predicted:>5}"
        if width > VALUES:
            grid.put_right(x + width, row, values, palette.style("muted"))


def _counts(values: Sequence[float], low: float, high: float, size: int) -> list[int]:
    """Of the values in each of ``size`` equal parts; those beyond an end are in the last part."""
    counts = [0] * size
    for value in values:
        share = (value - low) / ((high - low) or 1.0)
        counts[min(max(int(share * size), 0), size - 1)] += 1
    return counts


def _line(
    grid: Grid,
    palette: Palette,
    y: int,
    counts: Sequence[int],
    kind: float,
    ends: tuple[float, float],
    unicode: bool,
) -> None:
    """Heights by counts; where the known rating itself lies stands out."""
    most, (low, high) = max(counts) or 1, ends
    text = "".join(LEVELS[math.ceil(8 * count / most)] for count in counts)
    if not unicode:
        text = text.translate(SPARK_LEVELS)
    for x, char in enumerate(text, NAME):
        if char != " ":
            grid.put(x, y, char, palette.style("train"))
    true = min(int((kind - low) / ((high - low) or 1.0) * len(counts)), len(counts) - 1)
    mark = text[true] if text[true] != " " else ("┊" if unicode else ":")
    grid.put(NAME + true, y, mark, palette.style("accent", bold=True))
