"""How time and memory grow: each kind of network along each of its sizes, all others held.

The exponent e of cost ~ size^e is fitted by least squares of the logarithms; that of the operations
stands beside it, for that is what a step would take if its speed were the same at every size.
"""

import json
import sys
from dataclasses import asdict, dataclass
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.comparing import compare
from bench.grids import GridCase
from bench.records import OURS
from bench.tables import Table, digits

SECONDS = 0.15


@dataclass(frozen=True)
class Series:
    """``base``: sizes that are held; ``axes``: along which one is changed at a time."""

    name: str
    kind: str
    base: dict[str, int]
    axes: dict[str, tuple[int, ...]]

    def cases(self, axis: str) -> list[GridCase]:
        sizes = ({**self.base, axis: size} for size in self.axes[axis])
        return [GridCase(self.name, self.kind, own) for own in sizes]


SERIES = (
    Series("mlp", "mlp", {"inputs": 128, "depth": 2, "width": 256, "batch": 64},
           {"width": (128, 256, 512, 1024, 2048), "batch": (16, 64, 256, 1024),
            "depth": (2, 8, 32)}),
    Series("lstm", "lstm", {"units": 96, "length": 24, "layers": 1, "batch": 32},
           {"units": (48, 96, 192, 384), "batch": (8, 32, 128), "layers": (1, 2, 4),
            "length": (12, 48, 192)}),
    Series("gru", "gru", {"units": 96, "length": 24, "layers": 1, "batch": 32},
           {"units": (48, 96, 192, 384), "batch": (8, 32, 128), "layers": (1, 2, 4),
            "length": (12, 48, 192)}),
    Series("convolution", "convolution",
           {"kernel": 3, "stride": 1, "channels": 32, "side": 16, "depth": 3, "batch": 16},
           {"channels": (16, 32, 64, 128), "batch": (8, 32, 128), "depth": (2, 4, 8),
            "side": (8, 16, 32, 64)}),
    Series("resnet", "resnet", {"layers": 8, "batch": 8},
           {"batch": (4, 16, 64), "layers": (8, 14, 26)}),
    Series("embedding", "embedding", {"words": 10_000, "width": 64, "batch": 64},
           {"words": (1_000, 10_000, 100_000), "width": (16, 64, 256), "batch": (16, 64, 256)}),
)  # fmt: skip


@dataclass(frozen=True)
class Growth:
    """Of one axis, for each size: operations, processor time and time by the clock in microseconds
    a step, bytes of the program's memory, and the peak of the whole process."""

    kind: str
    axis: str
    sizes: tuple[int, ...]
    flops: tuple[float, ...]
    processor: tuple[float, ...]
    clock: tuple[float, ...]
    arena: tuple[float, ...]
    peak: tuple[float, ...]

    @property
    def exponents(self) -> dict[str, float]:
        known = {"operations": self.flops, "processor": self.processor, "clock": self.clock}
        return {name: exponent(self.sizes, v) for name, v in {**known, "arena": self.arena}.items()}

    def row(self) -> tuple[str, ...]:
        times = f"{digits(self.processor[0])} to {digits(self.processor[-1])}"
        peaks = f"{self.peak[0] / 1e6:,.0f} to {self.peak[-1] / 1e6:,.0f}"
        span = f"{self.sizes[0]:,} to {self.sizes[-1]:,}"
        fitted = map("{:.2f}".format, self.exponents.values())
        return (self.kind, self.axis, span, *fitted, times, peaks)


def exponent(sizes: tuple[int, ...], values: tuple[float, ...]) -> float:
    """The slope of the line through the logarithms; NaN where a value is 0 or there is one
    size."""
    pairs = [(log(n), log(v)) for n, v in zip(sizes, values, strict=True) if v > 0]
    if len(pairs) < 2:
        return float("nan")
    middle = [sum(column) / len(pairs) for column in zip(*pairs, strict=True)]
    apart = [(x - middle[0], y - middle[1]) for x, y in pairs]
    return sum(x * y for x, y in apart) / sum(x * x for x, _ in apart)


def measure(
    only: str | None, threads: int, rounds: int, seconds: float = SECONDS, as_json: bool = False
) -> list[Growth]:
    """One line an axis. Raises ValueError where there is no kind ``only``."""
    chosen = [series for series in SERIES if only in (None, series.name)]
    if not chosen:
        raise ValueError(f"no kind {only!r} (there are: {', '.join(s.name for s in SERIES)})")
    found = []
    for series in chosen:
        for axis in series.axes:
            grown = _along(series, axis, threads, rounds, seconds)
            found.append(grown)
            print(json.dumps(_line(grown)) if as_json else " ".join(grown.row()),
                  file=sys.stdout if as_json else sys.stderr, flush=True)  # fmt: skip
    return found


def _along(series: Series, axis: str, threads: int, rounds: int, seconds: float) -> Growth:
    points = []
    with TemporaryDirectory(prefix="bench-") as place:
        for case in series.cases(axis):
            result = compare(case.write(Path(place)), {}, threads, rounds, seconds=seconds)
            ours = result.timings[OURS]
            times = (ours.least_work, ours.best.median)
            points.append((result.flops, *times, result.arena, ours.memory))
    columns = [tuple(map(float, column)) for column in zip(*points, strict=True)]
    return Growth(series.name, axis, series.axes[axis], *columns)


def _line(grown: Growth) -> dict[str, object]:
    rounded = {name: round(value, 3) for name, value in grown.exponents.items()}
    return {**asdict(grown), "exponents": rounded}


def table(found: list[Growth]) -> Table:
    header = ("kind", "along", "sizes", "operations", "processor time", "clock", "memory",
              "µs of processor time", "peak, MB")  # fmt: skip
    return Table("Exponents of growth", header, tuple(grown.row() for grown in found))
