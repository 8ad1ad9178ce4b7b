"""Some examples of a preset's data as lines of a chart, for a preview."""

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.images import Tile, image_grid
from tuidl.charts.palette import Palette
from tuidl.charts.scatter import Points, by_class, scatter
from tuidl.charts.sequence import Trace, sequence
from tuidl.charts.tiling import tiled
from tuidl.core.errors import TuidlError
from tuidl.core.lazy import Array, np
from tuidl.data.spec import ExampleSpec
from tuidl.data.table_layout import TableLayout
from tuidl.nn.losses.regression import MeanSquaredError
from tuidl.preset.schema import Preset
from tuidl.tasks.base import Task
from tuidl.tasks.choice import task_of
from tuidl.tasks.regression import Regression

SHOWN_IMAGES = 24
MOST_EXAMPLES = 400
LEAST_NAMED = 8
"""Lines of points that may have one more for what they are over."""
LEAST_SIDE = 16
"""Pixels that a shown image has in height, if it has as many itself and there is room."""


class Samples:
    """Some examples of one preset, as its source has them; empty with a ``problem`` otherwise."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.task: Task = Regression(ExampleSpec((1,), 1), MeanSquaredError())
        self.in_time = False
        self.inputs: tuple[str, ...] = ()
        self.x: Any = None
        self.y: Any = None

    @classmethod
    def of(cls, preset: Preset) -> "Samples":
        """Load some; takes a while for large sets, so call it in a thread."""
        samples = cls()
        try:
            samples.task, samples.in_time = task_of(preset), preset.data.follows_time
            with np.errstate(all="ignore"):
                examples = preset.data.read().examples
        except TuidlError as error:
            return cls(str(error))
        chosen = _chosen(len(examples), preset.data.follows_time)
        few = examples.part(chosen).floats()
        samples.x, samples.y = few.x, samples.task.targets(few.y)
        samples.inputs = _input_names(preset.data.layout(chosen), few.x[:1].size)
        return samples

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        """Images as images, series as curves, everything else as points."""
        shape = self.task.spec.shape
        if len(shape) == 3 and shape[2] in (1, 3):
            return self._images(palette, width, height, unicode)
        if self.in_time:
            trace = Trace("the series", [float(v) for v in self.y[:200, 0]], "train")
            return sequence([trace], palette, width, height, unicode=unicode)
        return self._points(palette, width, height, unicode)

    def _images(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        tiles = [
            Tile(self.x[i], self.task.caption(self.y[i]))
            for i in range(min(SHOWN_IMAGES, len(self.x)))
        ]
        is_named = any(tile.caption for tile in tiles)
        count = recognisable(self.task.spec.shape, len(tiles), width, height, is_named)
        return image_grid(tiles[:count], palette, width, height, unicode=unicode)

    def _points(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        flat = self.x.reshape(len(self.x), -1)
        if self.task.picture.probe == "generated":  # points of the plane, to be imitated
            groups = [Points("real", flat[:, 0], flat[:, 1], "train", False)]
            return scatter(groups, palette, width, height, unicode=unicode)

        names, classes, target = self.task.names, self.task.labels(self.y), self.y[:, 0]
        if classes is None:
            column = int(_telling(flat, target[:, None]).argmax())
            word = place_words([column], flat.shape[1], self.inputs)
            groups = [Points("target", flat[:, column], target, "train", False)]
            return _over(word, groups, palette, width, height, unicode)
        columns = informative_columns(flat, _one_hot(classes, len(names)))
        groups = by_class(flat[:, columns[0]], flat[:, columns[-1]], classes, names)
        word = place_words(columns, flat.shape[1], self.inputs)
        return _over(word, groups, palette, width, height, unicode)


def _over(
    word: str, groups: list[Points], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """Points, and what they are over: beside the axis's numbers, or in a line of its own where it
    would be cut there."""
    if cell_len(word) <= width // 4 or height < LEAST_NAMED:
        return scatter(groups, palette, width, height, x_name=word, unicode=unicode)
    name = Grid(width, 1, unicode)
    text = fitted(word, width)
    name.put_right(width, 0, text, palette.style("muted"))
    return [*scatter(groups, palette, width, height - 1, unicode=unicode), *name.lines()]


def recognisable(shape: tuple[int, ...], count: int, width: int, height: int, caption: bool) -> int:
    """How many images to show, so that each keeps enough pixels to be recognised."""
    alone = tiled(shape, 1, width, height, caption=caption, least=4)
    wanted = min(shape[0], LEAST_SIDE, 2 * alone.height)
    for number in range(count, 1, -1):
        plan = tiled(shape, number, width, height, caption=caption, least=4)
        if 2 * plan.height >= wanted:
            return number
    return min(count, 1)


def informative_columns(x: Array, targets: Array) -> list[int]:
    """Two columns of ``x`` (examples, columns) that correlate with the ``targets`` (examples, k),
    but not with each other; in their order. One where there is but one."""
    of_targets = _telling(x, targets)
    best = int(of_targets.argmax())
    if len(of_targets) == 1:
        return [best]
    own = _correlations(x, x[:, [best]])[:, 0]
    news = np.where(of_targets < 0, of_targets, of_targets * (1.0 - own))
    news[best] = -np.inf
    return sorted((best, int(news.argmax())))


def _telling(x: Array, targets: Array) -> Array:
    """How much each column of ``x`` correlates with one of the ``targets``; below 0 where it takes
    two values, whose points would lie on two lines: others come before it."""
    found = _correlations(x, targets).max(1)
    has_two = np.array([len(np.unique(column[np.isfinite(column)])) <= 2 for column in x.T])
    telling: Array = np.where(has_two, found - 2.0, found)
    return telling


def _correlations(x: Array, y: Array) -> Array:
    """(columns of x, columns of y) of absolute correlations; 0 where a column is constant."""
    x, y = np.nan_to_num(x.astype(float)), np.nan_to_num(y.astype(float))
    x, y = x - x.mean(0), y - y.mean(0)
    sizes = np.outer(np.linalg.norm(x, axis=0), np.linalg.norm(y, axis=0))
    products = np.abs(x.T @ y)
    shares: Array = np.divide(products, sizes, out=np.zeros_like(products), where=sizes > 0)
    return shares


def _input_names(layout: TableLayout | None, width: int) -> tuple[str, ...]:
    """Of each input of a table the column's name, with the category or the part of the date that it
    stands for; empty where columns have no names."""
    columns = () if layout is None else layout.columns
    if not columns or all(column.name.isdigit() for column in columns):
        return ()
    names: list[str] = []
    for column in columns:
        parts = column.parts if column.width > 1 and column.date is not None else ()
        parts = parts or tuple(f" {category}" for category in column.categories[: column.width])
        own = [f"{column.name}{part}" for part in parts] if column.width > 1 else []
        names += [*own, *[column.name] * (column.width - len(own))]
    return tuple(names) if len(names) == width else ()


def place_words(columns: list[int], of: int, names: Sequence[str] = ()) -> str:
    """Which inputs are shown, across and upwards, where there are more."""
    if names:
        shown = [names[column] for column in columns]
        return shown[0] if len(shown) == 1 else f"{shown[0]} across, {shown[1]} upwards"
    if of <= 2:
        return "input" if of == 1 else ""
    numbers = " and ".join(str(column + 1) for column in columns)
    return f"input{'s' if len(columns) > 1 else ''} {numbers} of {of}"


def _one_hot(classes: Array, count: int) -> Array:
    rows: Array = np.eye(count)[classes]
    return rows


def _chosen(count: int, in_time: bool) -> Array:
    """Which examples to show: the first in time, else some from everywhere, always the same."""
    if in_time or count <= 1:
        return np.arange(min(count, MOST_EXAMPLES))
    shuffled: Array = np.random.default_rng(0).permutation(count)
    return shuffled[:MOST_EXAMPLES]
