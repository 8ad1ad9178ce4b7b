"""Classes at each step, pixel or other place of examples."""

from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.protocol.probes import Places, PlacesExample

NUMBER = 6
"""Cells of an example's number."""


def places(answer: Places, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """A line for each example: the class given to each place by a sign, mistakes marked. Above, how
    many are wrong, and what the signs stand for."""
    grid = Grid(width, height, unicode)
    signs = _signs(answer.classes)
    head = f"{answer.wrong:,} of {answer.total:,} places wrong"
    grid.put(0, 0, fitted(head, width), palette.style("text", bold=True))
    legend = "  ".join(
        f"{sign} {name}" for sign, name in zip(signs, answer.classes, strict=True) if sign != name
    )
    start = 1 if legend else 0
    if legend:
        grid.put(0, 1, fitted(legend, width), palette.style("muted"))
    for y, example in enumerate(answer.examples[: max(height - 1 - start, 0)], 1 + start):
        _row(grid, palette, y, example, signs)
    return grid.lines()


def _row(grid: Grid, palette: Palette, y: int, example: PlacesExample, signs: list[str]) -> None:
    grid.put(0, y, f"#{example.number}", palette.style("muted"))
    pairs = zip(example.true, example.given, strict=True)
    for x, (true, given) in enumerate(pairs, NUMBER):
        if x >= grid.width:
            break
        if given < 0:
            grid.put(x, y, "-", palette.style("faint"))
        elif given == true:
            grid.put(x, y, signs[given], palette.style("good"))
        else:
            grid.put(x, y, signs[given], palette.style("bad", bold=True))


def _signs(names: tuple[str, ...]) -> list[str]:
    """One character for each class: its first one where all are different, else a number or
    letter."""
    first = [name[:1] for name in names]
    if len(set(first)) == len(first) and all(c.isascii() and c.isalnum() for c in first):
        return first
    letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [letters[i] if i < len(letters) else "?" for i in range(len(names))]
