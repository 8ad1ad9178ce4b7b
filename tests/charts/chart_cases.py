"""Every chart on any list of numbers: ``CHARTS[name](values, palette, width, height, unicode)``."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.text import Text

from tuidl.charts.bars import Bar, LayerSizes, bars, layer_bars
from tuidl.charts.canvas import canvas
from tuidl.charts.confusion import confusion
from tuidl.charts.curve import Curve, Edit, Marks
from tuidl.charts.curves import curves
from tuidl.charts.heat import Map, heat, heat_grid
from tuidl.charts.histogram import Distribution, histogram
from tuidl.charts.images import Tile, image, image_grid
from tuidl.charts.landscape import Walk, landscape
from tuidl.charts.network import network, network_line
from tuidl.charts.network_paths import LayerBox
from tuidl.charts.neurons import Net, Neuron, neuron_board
from tuidl.charts.palette import Palette
from tuidl.charts.parallel import Parallel, Shown
from tuidl.charts.plane import PlanePoint, plane_map
from tuidl.charts.scatter import Field, Path, Points, by_class, scatter
from tuidl.charts.sequence import Trace, sequence
from tuidl.charts.time_line import TimeMark, time_line
from tuidl.charts.uprights import Upright
from tuidl.charts.what_if import Line, line_chart
from tuidl.charts.window import Window
from tuidl.protocol.history import Series

Values = list[float]
Case = Callable[[Values, Palette, int, int, bool], list[Text]]
CHARTS: dict[str, Case] = {}
WIDE = "größte 数字 é\n"
"""A name with umlauts, characters two cells wide, one of no width, and a control character."""


def chart(make: Callable[..., list[Text]]) -> Callable[..., list[Text]]:
    """Enter a case: it gets the values and the common arguments of all charts."""

    def case(values: Values, palette: Palette, width: int, height: int, unicode: bool) -> Any:
        return make(values, palette, width, height, unicode=unicode)

    CHARTS[make.__name__] = case
    return make


def series(values: Values) -> Series:
    made = Series()
    for i, value in enumerate(values, 1):
        made.add(i, value)
    return made


def matrix(values: Values) -> Any:
    """Two rows of the values, the second the other way round."""
    return np.array([values, values[::-1]], dtype=float)


@chart
def plain_curves(values: Values, *args: Any, unicode: bool) -> list[Text]:
    return curves([Curve("train", series(values))], *args, unicode=unicode)


@chart
def marked_curves(values: Values, *args: Any, unicode: bool) -> list[Text]:
    lines = [
        Curve("train", series(values), "train"),
        Curve(WIDE, series(values[::-1]), "validation"),
        Curve("previous", series([2.0, *values]), "muted"),
        Curve("fourth", series([]), "series 4"),
    ]
    marks = Marks([Edit(1, "rate → 0.1"), Edit(3, WIDE), Edit(99, "late")], best=2, cursor=3)
    return curves(lines, *args, window=Window(log=True), marks=marks, unicode=unicode)


@chart
def one_image(values: Values, *args: Any, unicode: bool) -> list[Text]:
    return image(matrix(values), *args, unicode=unicode)


@chart
def images(values: Values, *args: Any, unicode: bool) -> list[Text]:
    color = np.repeat(matrix(values)[:, :, None], 3, axis=2)
    tiles = [Tile(color, WIDE, True), Tile(matrix(values), "7 not 1", False), Tile([], "none")]
    return image_grid(tiles * 4, *args, selected=1, unicode=unicode)


@chart
def points(values: Values, *args: Any, unicode: bool) -> list[Text]:
    groups = [Points(WIDE, values, values[::-1], "muted", marked=False)]
    path = Path("true", values, values, "good")
    return scatter(groups, *args, paths=[path], x_name="x", unicode=unicode)


@chart
def coordinates(values: Values, *args: Any, unicode: bool) -> list[Text]:
    known = np.array(values, dtype=float)
    axes = [
        Upright(WIDE, known),
        Upright("kind", np.arange(len(known)) % 3.0, ("a", WIDE, "c"), kept=(1, 2)),
        Upright("log", np.abs(known[::-1]), log=True, kept=(0.5, 1e30)),
        Upright("score", known),
    ]
    ranks = np.where(np.isfinite(known), np.linspace(0, 1, len(known)), np.nan)
    inside = np.logical_and.reduce([axis.is_inside for axis in axes])
    shown = Shown(ranks, inside, 0 if len(known) else None, 1)
    return Parallel().draw(axes, shown, *args, unicode=unicode)


@chart
def classes(values: Values, *args: Any, unicode: bool) -> list[Text]:
    numbers = [i % 9 for i in range(len(values))]
    groups = by_class(values, values, numbers, [f"class {i}" for i in range(9)])
    field = Field(matrix(values), (-1, -1), (1, 1))
    return scatter(groups, *args, field=field, unicode=unicode)


@chart
def soft_field(values: Values, *args: Any, unicode: bool) -> list[Text]:
    return scatter([], *args, field=Field(matrix(values), (0, 0), (1, 1), True), unicode=unicode)


@chart
def class_bars(values: Values, *args: Any, unicode: bool) -> list[Text]:
    items = [Bar(WIDE if i == 1 else str(i), v, i == 2) for i, v in enumerate(values)]
    return bars(items, *args, percent=len(values) % 2 == 0, unicode=unicode)


@chart
def sizes(values: Values, *args: Any, unicode: bool) -> list[Text]:
    layers = [LayerSizes(WIDE, v, -v, "62% dead" if i % 2 else "") for i, v in enumerate(values)]
    return layer_bars(layers, *args, unicode=unicode)


def distribution(values: Values) -> Distribution:
    kept = [v for v in values if not math.isnan(v)]
    ends = (min(kept, default=math.nan), max(kept, default=math.nan))
    return Distribution(values, *ends, mean=values[0] if values else math.nan, name=WIDE)


@chart
def columns(values: Values, *args: Any, unicode: bool) -> list[Text]:
    return histogram(distribution(values), *args, unicode=unicode)


@chart
def mistakes(values: Values, *args: Any, unicode: bool) -> list[Text]:
    counts = [[int(min(abs(v), 1e9)) if v == v else 0 for v in values] for _ in values]
    names = [f"{WIDE}{i}" for i in range(len(values))]
    chosen = (0, len(values) - 1) if values else None
    return confusion(counts, names, *args, selected=chosen, unicode=unicode)


@chart
def forecast(values: Values, *args: Any, unicode: bool) -> list[Text]:
    traces = [
        Trace("true", values, "muted"),
        Trace(WIDE, values[1:], "train", 1),
        Trace("forecast", values[:3], "accent", len(values)),
    ]
    return sequence(traces, *args, seen=(2, 5), unicode=unicode)


def layers(count: int) -> list[LayerBox]:
    """A network in which every third layer also reads one far above."""
    return [
        LayerBox(
            WIDE if i == 1 else f"dense_{i}",
            "dense 64",
            f"{i}×{i}×64",
            i * 1000,
            (f"dense_{i - 1}", f"dense_{max(i - 5, 0)}") if i % 3 == 0 else (),
            "relu",
        )
        for i in range(count)
    ]


@chart
def diagram(values: Values, *args: Any, unicode: bool) -> list[Text]:
    return network(layers(min(len(values), 60)), *args, selected="dense_4", unicode=unicode)


def meeting(count: int) -> list[LayerBox]:
    """Two inputs, and layers of which every fourth reads the last but two and an input."""
    inputs = [LayerBox("user", "", "a single number"), LayerBox(WIDE, "", "8×8")]
    return inputs + [
        LayerBox(
            f"dense_{i}", "dense 64", "64", i,
            (f"dense_{i - 3}", WIDE) if i % 4 == 3 else (f"dense_{i - 1}",) if i else ("user",),
        )
        for i in range(count)
    ]  # fmt: skip


@chart
def branches(values: Values, *args: Any, unicode: bool) -> list[Text]:
    return network(meeting(min(len(values), 60)), *args, selected="dense_4", unicode=unicode)


@chart
def ways(values: Values, *args: Any, unicode: bool) -> list[Text]:
    return network_line(meeting(min(len(values), 60)), *args, selected="dense_2", unicode=unicode)


@chart
def line(values: Values, *args: Any, unicode: bool) -> list[Text]:
    return network_line(layers(min(len(values), 60)), *args, selected="dense_2", unicode=unicode)


@chart
def weights(values: Values, *args: Any, unicode: bool) -> list[Text]:
    return heat(matrix(values), *args, unicode=unicode)


@chart
def filters(values: Values, *args: Any, unicode: bool) -> list[Text]:
    maps = [Map(matrix(values), WIDE if i else "") for i in range(7)]
    return heat_grid(maps, *args, selected=1, unicode=unicode)


@chart
def loss_plane(values: Values, *args: Any, unicode: bool) -> list[Text]:
    losses = matrix(values)
    walks = [Walk(WIDE, [(v, -v) for v in values]), Walk("other", [(0.5, 0.5)], "▲", "good")]
    axes = {"first": range(len(values)), "second": (-1.0, 0.0)}
    known = np.arange(losses.size).reshape(losses.shape) % 3 < 2
    return landscape(
        losses, *args, **axes, walks=walks, known=known, cursor=(0, 0), unicode=unicode
    )


@chart
def steps(
    values: Values, palette: Palette, width: int, height: int, *, unicode: bool
) -> list[Text]:
    marks = [TimeMark(i, "a") for i in range(3)]
    line = time_line(len(values), 2, palette, width, marks=marks, unicode=unicode)
    return [*line, *[Text(" " * width)] * height][:height]


@chart
def points_in_the_plane(values: Values, *args: Any, unicode: bool) -> list[Text]:
    points = [PlanePoint(v, 1 - v, v, is_held_out=v > 0) for v in values if math.isfinite(v)]
    return plane_map(matrix(values), points, *args, cursor=(0.2, 2.0), unicode=unicode)


@chart
def neurons(values: Values, *args: Any, unicode: bool) -> list[Text]:
    inputs = [Neuron(matrix(values), f"{i} x", is_on=i < 3, note="+1.0") for i in (1, 2, 3)]
    hidden = [Neuron(matrix(values)) for _ in range(4)]
    first = np.resize(np.array([*values, 0.5]), (2, 4))
    net = Net([inputs, hidden], [first, np.array([[1.0], [-1.0], [0.1], [0.0]])], (1, 2))
    return neuron_board(net, *args, unicode=unicode)


@chart
def drawn_on(values: Values, *args: Any, unicode: bool) -> list[Text]:
    return canvas(matrix(values)[:, :, None], *args, cursor=(0, 0), unicode=unicode)


@chart
def moved_values(values: Values, *args: Any, unicode: bool) -> list[Text]:
    x = [float(i) for i in range(len(values))]
    lines = [Line(x, values, "validation", (0.0, 1.0)), Line(x[::-1], values)]
    return line_chart(lines, *args, ends=(-1.0, 2.0), whole=True, unicode=unicode)[0]
