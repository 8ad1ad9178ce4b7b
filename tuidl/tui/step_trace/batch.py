"""The batch: its examples, and what each of them adds to the loss."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.bars import put_bar
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.images import Tile, image_grid
from tuidl.charts.palette import Palette
from tuidl.charts.scale import short
from tuidl.charts.tiling import comfortable
from tuidl.protocol.probes import StepTrace
from tuidl.tui.renderers.examples import is_image, pixels
from tuidl.tui.renderers.shapes import known
from tuidl.tui.step_trace.texts import (
    nearest_text,
    predicted_text,
    target_text,
    value_text,
    values_text,
)
from tuidl.tui.step_trace.worked import worked_loss

MOST_TOLD = 3
"""Numbers of a target that a caption holds."""
NARROW = 50
"""Cells below which headings are cut to a word or two."""


def gather(
    answer: StepTrace, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The batch's first examples, as pictures where they are images."""
    if is_image(answer.shape) and height > 4:
        return _pictures(answer, palette, width, height, unicode)
    grid = Grid(width, height, unicode)
    grid.put(0, 0, "example", palette.style("muted"))
    grid.put(10, 0, "x", palette.style("train", bold=True))
    heading = "" if answer.untaught else "y"
    grid.put_right(width, 0, heading, palette.style("validation", bold=True))
    rows = zip(answer.examples, answer.inputs, answer.targets, strict=True)
    for y, (number, values, target) in enumerate(rows, 1):
        text = fitted(_target(answer, y - 1, target), (width - 12) // 2)
        grid.put(0, y, f"#{number}", palette.style("muted"))
        room = width - 12 - max(cell_len(text), 8)
        if answer.texts:
            shown = f" {answer.texts[y - 1]}"
        else:
            shown = values_text(values, room) if len(values) > 2 else _all(values)
        grid.put(9, y, fitted(shown, max(room, 0)), palette.style("text"))
        grid.put_right(width, y, text, palette.style("validation"))
    more = answer.batch - len(answer.examples)
    if more > 0:
        text = f"and {more} more"
        grid.put(0, len(answer.examples) + 1, text, palette.style("muted"))
    return grid.lines()


def _target(answer: StepTrace, number: int, target: Sequence[float | None]) -> str:
    """What is true of an example of the batch: of text the tokens that follow; nothing where the
    loss asks for no truth."""
    if answer.untaught:
        return ""
    return answer.target_texts[number] if answer.target_texts else target_text(answer, target)


def _caption(answer: StepTrace, number: int, target: Sequence[float | None]) -> str:
    """What is true of a picture, and its number; of a mask or boxes, which no words can say, and
    where nothing is, the number alone."""
    if answer.untaught or (not answer.classes and len(target) > MOST_TOLD):
        return f"#{number}"
    told = target_text(answer, target)
    if answer.output and not answer.classes:  # of a GAN's picture 1 is no digit, but "real"
        return f"{answer.output} = {told}, #{number}"
    return f"is {told}, #{number}"


def _all(values: Sequence[float | None]) -> str:
    return "  ".join(value_text(v) for v in values)


def _pictures(
    answer: StepTrace, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    tiles = [
        Tile(pixels(values, answer.shape), _caption(answer, number, target))
        for number, values, target in zip(
            answer.examples, answer.inputs, answer.targets, strict=True
        )
    ]
    room = height - 2
    least = max(len(tile.caption) for tile in tiles)
    fit = comfortable(tuple(answer.shape), width, room, caption=True, least=least)
    shown = tiles[:fit]
    drawn = image_grid(shown, palette, width, room, unicode=unicode)
    foot = Grid(width, 2, unicode)
    more = answer.batch - len(shown)
    each = "" if answer.untaught else ", each with its target"
    text = f"and {more} more{each}" if more > 0 else ""
    foot.put(0, 1, fitted(text, width), palette.style("muted"))
    return [*drawn, *foot.lines()]


def loss(answer: StepTrace, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """The first examples with truth, prediction and loss; the mean over all below."""
    grid = Grid(width, height, unicode)
    column = max(width // 3 - 2, 19)
    asked = "p of what is true" if width >= NARROW else "p of true"
    true = f"y of {answer.output}" if answer.output else "y true"
    if answer.untaught:
        true = "nearest" if answer.groups else ""
    grid.put(8, 0, fitted(true, column - 9), palette.style("validation", bold=True))
    if not answer.classes:
        asked = "squared distances" if answer.groups else "p predicted"
    grid.put(column, 0, asked, palette.style("train", bold=True))
    grid.put_right(width, 0, "loss", palette.style("bad", bold=True))
    shown = min(len(answer.examples), max(height - 4, 1))
    most = max((known(v) for v in answer.losses or () if v is not None), default=1.0) or 1.0
    for i in range(shown):
        _example(grid, palette, answer, i, column, most)
    y = min(shown + 2, height - 2)
    grid.put(0, y, fitted(worked_loss(answer), width), palette.style("good", bold=True))
    weighted = "weighted " if answer.weighted else ""
    mean = f"{weighted}mean over all {answer.batch} examples: {short(known(answer.loss), 5)}"
    if len(answer.terms) > 1:
        mean = f"{' + '.join(answer.terms)}: {short(known(answer.loss), 5)}"
        mean = (
            mean
            if len(mean) <= width
            else f"all losses of {answer.objective}: {mean.split(': ')[-1]}"
        )
    grid.put(0, y + 1, fitted(mean, width), palette.style("bad", bold=True))
    return grid.lines()


def _example(
    grid: Grid, palette: Palette, answer: StepTrace, i: int, column: int, most: float
) -> None:
    """A line of the table: truth, prediction, and the loss beside a bar as long as ``most``."""
    y, target, width = i + 1, answer.targets[i], grid.width
    grid.put(0, y, f"#{answer.examples[i]}", palette.style("muted"))
    if answer.groups:
        told = nearest_text(answer.predicted[i])
    else:
        told = "" if answer.untaught else target_text(answer, target)
    true = fitted(told, column - 9)
    grid.put(8, y, true, palette.style("text"))
    prediction = predicted_text(answer, answer.predicted[i], target)
    grid.put(column, y, prediction, palette.style("text"))
    value = (answer.losses or {i: None})[i]
    if value is not None:
        put_bar(grid, palette, column + 20, y, width - column - 32, value / most, "bad")
        grid.put_right(width, y, short(value, 4), palette.style("text"))
