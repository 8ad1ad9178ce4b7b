"""Draws every chart on made-up data into one SVG, to be looked at.

python tests/charts/gallery.py gallery.svg --width 120 [--palette color-blind] [--ascii] [names ...]
"""

import argparse
import math
import random
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

import numpy as np
from gallery_data import LAYERS, bell, counted, decay, digit, rising
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tuidl.charts.bars import Bar, LayerSizes, bars, layer_bars
from tuidl.charts.columns import best_x
from tuidl.charts.confusion import confusion
from tuidl.charts.curve import Curve, Edit, Marks
from tuidl.charts.curves import curves
from tuidl.charts.heat import Map, heat, heat_grid
from tuidl.charts.histogram import Distribution, histogram
from tuidl.charts.images import Tile, image, image_grid
from tuidl.charts.network import network, network_line
from tuidl.charts.palette import PALETTES, Palette
from tuidl.charts.scatter import Field, Points, by_class, scatter
from tuidl.charts.scatter import Path as Line
from tuidl.charts.sequence import Trace, sequence
from tuidl.charts.window import Window

Chart = Callable[[Palette, int, int, bool], list[Text]]
THEME = TerminalTheme((18, 20, 26), (214, 218, 226), [(0, 0, 0)] * 8, [(255, 255, 255)] * 8)
FORMAT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>.{unique_id}-matrix {{ font-family: JetBrains Mono, DejaVu Sans Mono, monospace;
font-size: {char_height}px; line-height: {line_height}px; white-space: pre }} {styles}</style>
<defs>{lines}</defs><rect width="100%" height="100%" fill="rgb(18,20,26)"/>
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g></svg>"""


def loss(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    lines = [
        Curve("train", decay(40, 2.3, 0.04, 0.03, 1), "train"),
        Curve("validation", decay(40, 2.2, 0.14, 0.06, 2), "validation"),
        Curve("previous", decay(60, 2.4, 0.35, 0.02, 3), "muted"),
    ]
    marks = Marks(
        [Edit(12, "rate 0.01 → 0.003"), Edit(27, "dropout 0.2")],
        best=best_x(lines[1].series, lowest=True),
    )
    return curves(lines, palette, width, height, marks=marks, unicode=unicode)


def loss_log(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    lines = [
        Curve("train", decay(400, 2.3, 0.004, 0.05, 1), "train"),
        Curve("validation", decay(400, 2.2, 0.03, 0.06, 2), "validation"),
    ]
    marks = Marks(cursor=150)
    return curves(
        lines, palette, width, height, window=Window(log=True), marks=marks, unicode=unicode
    )


def steps(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    lines = [Curve("step loss", decay(20_000, 2.3, 0.1, 0.25, 4), "train")]
    return curves(lines, palette, width, height, x_name="step", unicode=unicode)


def accuracy(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    lines = [
        Curve("train", rising(12, 0.99, 0.004, 1), "train"),
        Curve("validation", rising(12, 0.965, 0.008, 2), "validation"),
    ]
    lines[1].series.add(13, math.nan)
    lines[1].series.add(14, 0.96)
    return curves(lines, palette, width, height, title="accuracy", unicode=unicode)


def one_image(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    pixels = np.dstack([np.array(digit(i)) for i in (1, 2, 3)])
    return image(pixels, palette, width, height, unicode=unicode)


def digits(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    tiles = [
        Tile(digit(i), f"{i % 10}" if i % 5 else f"{i % 10} not 8", bool(i % 5)) for i in range(16)
    ]
    return image_grid(tiles, palette, width, height, selected=3, unicode=unicode)


def small_digits(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    tiles = [Tile(np.array(digit(i))[2:26:3, 2:26:3], f"{i % 10}", bool(i % 4)) for i in range(12)]
    return image_grid(tiles, palette, width, height, unicode=unicode)


def moons(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    chance = np.random.default_rng(1)
    angle = chance.uniform(0, np.pi, 120)
    x = np.concatenate([np.cos(angle), 1 - np.cos(angle)]) + chance.normal(0, 0.1, 240)
    y = np.concatenate([np.sin(angle), 0.5 - np.sin(angle)]) + chance.normal(0, 0.1, 240)
    across, up = np.meshgrid(np.linspace(-1.5, 2.5, 60), np.linspace(-1, 1.5, 40))
    field = Field(
        1 / (1 + np.exp(8 * (up - 0.25 - 0.55 * np.cos(1.6 * across)))),
        (-1.5, -1),
        (2.5, 1.5),
        True,
    )
    groups = by_class(x, y, np.repeat([0, 1], 120), ["upper moon", "lower moon"])
    return scatter(groups, palette, width, height, field=field, unicode=unicode)


def blobs(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    chance = np.random.default_rng(2)
    centers = np.array([(0, 0), (3, 2), (-2, 3)])
    points = np.concatenate([chance.normal(c, 0.7, (40, 2)) for c in centers])
    across, up = np.meshgrid(np.linspace(-4, 5, 50), np.linspace(-2, 5, 40))
    apart = [(across - a) ** 2 + (up - b) ** 2 for a, b in centers]
    field = Field(np.argmin(apart, axis=0), (-4, -2), (5, 5))
    groups = by_class(points[:, 0], points[:, 1], np.repeat([0, 1, 2], 40), ["one", "two", "three"])
    return scatter(groups, palette, width, height, field=field, unicode=unicode)


def regression(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    chance = np.random.default_rng(3)
    x = np.linspace(-1, 1, 100)
    groups = [
        Points("examples", x, 2 * x + 1 + 0.33 * chance.normal(size=100), "muted", marked=False)
    ]
    paths = [
        Line("true 2x + 1", [-1, 1], [-1, 3], "good"),
        Line("now 1.4x + 0.8", [-1, 1], [-0.6, 2.2], "train"),
    ]
    return scatter(groups, palette, width, height, paths=paths, x_name="x", unicode=unicode)


def probabilities(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    shares = [0.002, 0.01, 0.003, 0.61, 0.0, 0.05, 0.001, 0.004, 0.31, 0.01]
    items = [Bar(str(i), share, i == 8) for i, share in enumerate(shares)]
    return bars(items, palette, width, height, most=1, percent=True, unicode=unicode)


def layer_sizes(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    layers = [
        LayerSizes("conv2d_1", 0.21, 3.1e-3),
        LayerSizes("conv2d_2", 0.34, 1.2e-3),
        LayerSizes("dense_1", 1.3, 4e-5, "62% dead"),
        LayerSizes("dense_2", 4.8, 2.2e-2),
    ]
    return layer_bars(layers, palette, width, height, unicode=unicode)


def weights(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    data = Distribution(bell(36, 10), -0.42, 0.38, 0.031, "conv2d_1.kernel")
    return histogram(data, palette, width, height, unicode=unicode)


def ten_classes(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    return confusion(
        counted(10),
        [str(i) for i in range(10)],
        palette,
        width,
        height,
        selected=(4, 9),
        unicode=unicode,
    )


def flowers(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog"]
    return confusion(counted(6), names, palette, width, height, unicode=unicode)


def hundred(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    return confusion(
        counted(100), [f"class {i}" for i in range(100)], palette, width, height, unicode=unicode
    )


def forecast(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    chance = random.Random(5)
    true = [math.sin(i / 6) for i in range(120)]
    traces = [
        Trace("true", true, "muted"),
        Trace("one step ahead", [v + chance.gauss(0, 0.08) for v in true[20:80]], "train", 20),
        Trace("forecast", [math.sin(i / 6.3 + 0.2) * 0.9 for i in range(80, 120)], "accent", 80),
    ]
    return sequence(traces, palette, width, height, seen=(60, 80), unicode=unicode)


def diagram(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    return network(LAYERS, palette, width, height, selected="conv2d_2", unicode=unicode)


def one_line(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    return network_line(LAYERS, palette, width, height, selected="conv2d_2", unicode=unicode)


def filters(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    values = np.random.default_rng(4).normal(0, 0.3, (16, 3, 3))
    maps = [Map(v, f"{i}") for i, v in enumerate(values)]
    return heat_grid(maps, palette, width, height, unicode=unicode)


def matrix(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    across, up = np.meshgrid(np.linspace(-3, 3, 64), np.linspace(-3, 3, 64))
    return heat(np.sin(across * up), palette, width, height, unicode=unicode)


GALLERY: list[tuple[str, Chart, float, int]] = [
    ("loss", loss, 1, 16),
    ("log", loss_log, 0.5, 14),
    ("steps", steps, 0.5, 14),
    ("accuracy", accuracy, 0.5, 12),
    ("regression", regression, 0.5, 12),
    ("moons", moons, 0.5, 16),
    ("blobs", blobs, 0.5, 16),
    ("digits", digits, 0.5, 20),
    ("small digits", small_digits, 0.5, 20),
    ("confusion", ten_classes, 0.5, 13),
    ("flowers", flowers, 0.5, 13),
    ("hundred", hundred, 0.5, 14),
    ("image", one_image, 0.5, 14),
    ("bars", probabilities, 0.5, 10),
    ("layer bars", layer_sizes, 0.5, 10),
    ("histogram", weights, 0.5, 10),
    ("forecast", forecast, 1, 12),
    ("diagram", diagram, 0.5, 19),
    ("filters", filters, 0.5, 19),
    ("line", one_line, 0.5, 4),
    ("matrix", matrix, 0.5, 18),
    ("small", loss, 0.5, 18),
]
"""Name, chart, share of the width, and lines."""


def rows(palette: Palette, width: int, unicode: bool, names: list[str]) -> list[Text]:
    """The gallery's lines: charts side by side where two halves follow each other."""
    made: list[Text] = []
    open_half: list[Text] = []
    for name, chart, share, height in GALLERY:
        if names and name not in names:
            continue
        size = width if share == 1 else width // 2 - 2
        lines = chart(palette, size, height, unicode)
        if share == 1:
            made += [*open_half, *lines, Text()]
            open_half = []
        elif open_half:
            joined = [
                Text.assemble(a, "    ", b)
                for a, b in zip_longest(open_half, lines, fillvalue=Text(" " * size))
            ]
            made += [*joined, Text()]
            open_half = []
        else:
            open_half = lines
    return made + open_half


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--width", type=int, default=120)
    parser.add_argument("--palette", choices=PALETTES, default="default")
    parser.add_argument("--ascii", action="store_true")
    options = parser.parse_intermixed_args()
    with open("/dev/null", "w") as nowhere:
        console = Console(
            record=True, width=options.width, file=nowhere, color_system="truecolor",
            force_terminal=True, legacy_windows=False,
        )  # fmt: skip
        palette = PALETTES[options.palette]
        for line in rows(palette, options.width, not options.ascii, options.names):
            console.print(line, soft_wrap=True)
        svg = console.export_svg(theme=THEME, code_format=FORMAT)
    options.path.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
