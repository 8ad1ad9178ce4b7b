"""The numbers of each phase, from the batch that comes next."""

import math
from collections.abc import Sequence
from typing import Any

from rich.text import Text

from tuidl.tui.charts.bars import decades, put_bar
from tuidl.tui.charts.grid import Grid, fitted
from tuidl.tui.charts.images import Tile, image_grid
from tuidl.tui.charts.palette import Palette
from tuidl.tui.charts.scale import short
from tuidl.tui.charts.tiling import comfortable
from tuidl.tui.pictures.examples import is_image, pixels
from tuidl.tui.pictures.shapes import known
from tuidl.tui.walk.formulas import (
    GRADIENTS,
    backward_formula,
    closing_formula,
    forward_formula,
)
from tuidl.tui.walk.worked import worked_loss, worked_neuron, worked_update

Answer = dict[str, Any]
SENT = 12
"""So many numbers of an array are asked for; where there are as many, there may be more."""


def shape_text(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "1"


def value_text(value: float | None) -> str:
    """Three digits that count, a sign's place in front."""
    number = known(value)
    return f"{short(number, 3)}" if number < 0 else f" {short(number, 3)}"


def values_text(values: Sequence[float | None], width: int) -> str:
    """As many values as fit, and dots where that is not all."""
    texts: list[str] = []
    for value in values:
        text = f"{value_text(value):<10}"
        if sum(map(len, texts)) + len(text) > width - 1:
            break
        texts.append(text)
    more = len(texts) < len(values) or len(values) == SENT
    return "".join(texts).rstrip() + (" …" if more else "")


def target_text(answer: Answer, target: Sequence[float | None]) -> str:
    """A class by its name, numbers as they are."""
    if answer["classes"] and target[0] is not None:
        return str(answer["classes"][round(target[0])])
    return " ".join(short(known(v), 4) for v in target[:3])


def predicted_text(answer: Answer, predicted: Sequence[float | None], target: Any) -> str:
    """The probability of the true class, or the number predicted."""
    if not answer["classes"]:
        return " ".join(short(known(v), 4) for v in predicted[:3])
    true = round(target[0] or 0)
    share = known(predicted[true] if len(predicted) > 1 else predicted[0])
    if len(predicted) == 1 and true == 0:
        share = 1 - share
    return f"{share:.1%}"


def gather(answer: Answer, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """The batch's first examples, as pictures where they are images."""
    if is_image(answer["shape"]) and height > 4:
        return _pictures(answer, palette, width, height, unicode)
    grid = Grid(width, height, unicode)
    grid.put(0, 0, "example", palette.style("muted"))
    grid.put(10, 0, "x", palette.style("train", bold=True))
    grid.put_right(width, 0, "y", palette.style("validation", bold=True))
    rows = zip(answer["examples"], answer["inputs"], answer["targets"], strict=True)
    for y, (number, values, target) in enumerate(rows, 1):
        text = target_text(answer, target)
        grid.put(0, y, f"#{number}", palette.style("muted"))
        room = width - 12 - max(len(text), 8)
        shown = values_text(values, room) if len(values) > 2 else _all(values)
        grid.put(9, y, fitted(shown, max(room, 0)), palette.style("text"))
        grid.put_right(width, y, fitted(text, width // 3), palette.style("validation"))
    more = answer["batch"] - len(answer["examples"])
    if more > 0:
        text = f"and {more} more"
        grid.put(0, len(answer["examples"]) + 1, text, palette.style("muted"))
    return grid.lines()


def _all(values: Sequence[float | None]) -> str:
    return "  ".join(value_text(v) for v in values)


def _pictures(
    answer: Answer, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    tiles = [
        Tile(pixels(values, answer["shape"]), f"#{number}: {target_text(answer, target)}")
        for number, values, target in zip(
            answer["examples"], answer["inputs"], answer["targets"], strict=True
        )
    ]
    room = height - 2
    least = max(len(tile.caption) for tile in tiles)
    fit = comfortable(tuple(answer["shape"]), width, room, caption=True, least=least)
    shown = tiles[:fit]
    drawn = image_grid(shown, palette, width, room, unicode=unicode)
    foot = Grid(width, 2, unicode)
    more = answer["batch"] - len(shown)
    text = f"and {more} more, each with the answer that is wanted" if more > 0 else ""
    foot.put(0, 1, fitted(text, width), palette.style("muted"))
    return [*drawn, *foot.lines()]


def forward(
    answer: Answer, palette: Palette, width: int, height: int, unicode: bool, selected: int
) -> list[Text]:
    """Every layer with its shapes, and the first values that it hands on."""
    grid = Grid(width, height, unicode)
    layers = answer["forward"]
    y = _flow(grid, palette, 0, f"x  {shape_text(answer['shape'])}", answer["input"], "train")
    worked = worked_neuron(answer, width) or _closed(answer, width)
    end = height - len(worked)
    first, each = _window(len(layers), selected, end - y)
    for i, layer in list(enumerate(layers))[first:]:
        if y + each > end:
            break
        shapes = f"{shape_text(layer['input_shape'])} → {shape_text(layer['shape'])}"
        _name(grid, palette, y, layer["name"], shapes, i == selected)
        formula = forward_formula(layer["kind"], layer["activation"])
        y = _detail(grid, palette, y + 1, formula, layer["values"], each)
    for i, text in enumerate(worked, min(y + 1, end)):
        grid.put(0, i, fitted(text, width), palette.style("good", bold=True))
    return grid.lines()


def _closed(answer: Answer, width: int) -> list[str]:
    """What the loss makes of the last outputs, for the first example."""
    formula = closing_formula(answer["closing"])
    if not formula:
        return []
    return [f"{formula}:", values_text(answer["predicted"][0], width)]


def _window(count: int, selected: int, height: int) -> tuple[int, int]:
    """The first layer to show, and how many lines each gets: 3, 2 or 1."""
    each = next((lines for lines in (3, 2) if lines * count <= height), 2 if height > 8 else 1)
    fit = max(height // each, 1)
    return min(max(selected - fit // 2, 0), max(count - fit, 0)), each


def _name(grid: Grid, palette: Palette, y: int, name: str, facts: str, chosen: bool) -> None:
    grid.put(0, y, fitted(name, grid.width // 2), palette.style("text", bold=True))
    grid.put_right(grid.width, y, facts, palette.style("muted"))
    if chosen:
        grid.tint(0, y, grid.width, palette.selected)


def _flow(
    grid: Grid, palette: Palette, y: int, name: str, values: Sequence[float | None], role: str
) -> int:
    x = grid.put(0, y, name + "  ", palette.style(role, bold=True))
    grid.put(x, y, values_text(values, grid.width - x), palette.style("text"))
    return y + 1


def _detail(
    grid: Grid,
    palette: Palette,
    y: int,
    formula: str,
    values: Sequence[float | None],
    each: int,
) -> int:
    """The formula and the values below a layer's name, as far as there is room; the next line."""
    if each > 1:
        grid.put(2, y, fitted(formula, grid.width - 2), palette.style("accent"))
        y += 1
    if each > 2:
        grid.put(1, y, values_text(values, grid.width - 2), palette.style("text"))
        y += 1
    return y


def loss(answer: Answer, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """The first examples with truth, prediction and loss; the mean over all below."""
    grid = Grid(width, height, unicode)
    asked = "p of the true one" if answer["classes"] else "p predicted"
    columns = (8, max(width // 3 - 2, 19), width)
    for (x, text), role in zip(
        ((columns[0], "y true"), (columns[1], asked)), ("validation", "train"), strict=True
    ):
        grid.put(x, 0, text, palette.style(role, bold=True))
    grid.put_right(width, 0, "loss", palette.style("bad", bold=True))
    losses = answer["losses"] or [None] * len(answer["examples"])
    most = max((known(v) for v in losses if v is not None), default=1.0) or 1.0
    bar = width - columns[1] - 32
    for i, number in enumerate(answer["examples"][: max(height - 4, 1)]):
        y, target = i + 1, answer["targets"][i]
        grid.put(0, y, f"#{number}", palette.style("muted"))
        true = fitted(target_text(answer, target), columns[1] - columns[0] - 1)
        grid.put(columns[0], y, true, palette.style("text"))
        said = predicted_text(answer, answer["predicted"][i], target)
        grid.put(columns[1], y, said, palette.style("text"))
        if losses[i] is not None:
            put_bar(grid, palette, columns[1] + 20, y, bar, known(losses[i]) / most, "bad")
            grid.put_right(width, y, short(known(losses[i]), 4), palette.style("text"))
    y = min(len(answer["examples"]) + 2, height - 2)
    text = worked_loss(answer)
    grid.put(0, y, fitted(text, width), palette.style("good", bold=True))
    mean = f"mean over all {answer['batch']} examples: {short(known(answer['loss']), 5)}"
    grid.put(0, y + 1, fitted(mean, width), palette.style("bad", bold=True))
    return grid.lines()


def backward(
    answer: Answer, palette: Palette, width: int, height: int, unicode: bool, selected: int
) -> list[Text]:
    """The last layer first: the length of the gradient that reaches it, on a scale of tens."""
    grid = Grid(width, height, unicode)
    kinds = {layer["name"]: layer for layer in answer["forward"]}
    layers = answer["backward"]
    ends = decades([known(layer["length"]) for layer in layers])
    text = GRADIENTS.get(answer["loss_kind"], "")
    grid.put(0, 0, fitted(text, width), palette.style("bad", bold=True))
    heading = "length of the gradient"
    if len(text) + len(heading) + 3 < width:
        grid.put_right(width, 0, heading, palette.style("muted"))
    at = len(layers) - 1 - selected
    first, each = _window(len(layers), at, height - 1)
    y = 1
    for i, layer in list(enumerate(layers))[first:]:
        if y + each > height:
            break
        length = known(layer["length"])
        _name(grid, palette, y, layer["name"], short(length), i == at)
        low, high = ends
        is_known = math.isfinite(length) and length > 0
        share = (math.log10(length) - low) / (high - low) if is_known else 0.0
        room = width - 20 - 11
        put_bar(grid, palette, 20, y, room, max(share, 0.02), "validation")
        own = kinds.get(layer["name"], {"kind": "", "activation": ""})
        formula = backward_formula(own["kind"], own["activation"])
        y = _detail(grid, palette, y + 1, formula, layer["values"], each)
    return grid.lines()


def update(
    answer: Answer,
    after: Answer | None,
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
    *,
    is_over: bool = False,
) -> list[Text]:
    """Parameters with their gradients; once the step is done, before -> after. ``is_over``: the
    run has no more steps."""
    grid = Grid(width, height, unicode)
    later = {one["name"]: one["values"] for one in after["update"]} if after else {}
    columns = [max(width // 3, 10) + 12 * i - 6 for i in range(3)]
    titles = (("before", "text"), ("gradient", "validation"), ("after", "good"))
    grid.put(0, 0, "weight", palette.style("muted"))
    for x, (text, role) in zip(columns, titles, strict=True):
        grid.put(x + 1, 0, text, palette.style(role, bold=True))
    rows = _rows(answer, height - 4)
    for y, (one, i) in enumerate(rows, 1):
        if i is None:
            grid.put(0, y, fitted(one["name"], width - 10), palette.style("text", bold=True))
            grid.put_right(width, y, shape_text(one["shape"]), palette.style("muted"))
            continue
        grid.put(2, y, f"[{i}]", palette.style("muted"))
        cells = (one["values"][i], one["gradient"][i], later[one["name"]][i] if later else None)
        for x, (_, role), value in zip(columns, titles, cells, strict=True):
            text = value_text(value) if value is not None else " ?"
            grid.put(x, y, text, palette.style(role if value is not None else "muted"))
    text = worked_update(answer, after)
    y = min(len(rows) + 2, height - 2)
    grid.put(0, y, fitted(text, width), palette.style("good", bold=True))
    done = "done: n goes on to the next batch" if after else "n: take the step for real"
    done = "the run is over: space starts it again" if is_over else done
    grid.put(0, y + 1, done, palette.style("accent", bold=True))
    return grid.lines()


def _rows(answer: Answer, most: int) -> list[tuple[dict[str, Any], int | None]]:
    """Parameters, each with as many places in it as there is room for; None is its name's line."""
    found = answer["update"]
    each = max(most // max(len(found), 1) - 1, 1)
    rows: list[tuple[dict[str, Any], int | None]] = []
    for one in found:
        rows += [(one, None), *((one, i) for i in range(min(each, len(one["values"]))))]
    return rows[: max(most, 1)]
