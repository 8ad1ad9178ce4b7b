"""Sizes that are measured: two grids with no size in common, and the cases that are taken of them.

A grid is a table of rows; a row is a kind of network (``bench/networks.py``), the sizes along each
axis and how many of their combinations are taken, spread evenly. What is too much work for a step
is left out by its operations, whatever its kind.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

from bench.cases import Case
from bench.networks import CLASSES, KINDS
from tuidl.compiler.graph import Graph

MOST_FLOPS = 160e9
"""Of a training step: one that takes seconds is no use for a median of many."""
EXAMPLES_OF_A_FILE = 2 * CLASSES


@dataclass(frozen=True)
class Row:
    """``take``: how many cases of the row belong to the grid."""

    name: str
    kind: str
    axes: dict[str, tuple[int, ...]]
    take: int


@dataclass(frozen=True)
class GridCase:
    """A case with the place that it has in the grid."""

    row: str
    kind: str
    sizes: dict[str, int]

    @property
    def name(self) -> str:
        return " ".join([self.row, *(f"{axis}={n}" for axis, n in self.sizes.items())])

    @property
    def file(self) -> str:
        """The name as one of a file."""
        return self.name.replace(" ", "-").replace("=", "")

    def write(self, folder: Path) -> Case:
        """Preset and arrays as files in ``folder``."""
        import numpy as np

        sizes = dict(self.sizes)
        batch = sizes.pop("batch")
        network = KINDS[self.kind](**sizes)
        arrays = folder / f"{self.row}-{'x'.join(map(str, network.shape))}.npz"
        if not arrays.exists():
            x = np.zeros((EXAMPLES_OF_A_FILE, *network.shape), np.uint8)
            np.savez_compressed(arrays, x=x, y=np.arange(EXAMPLES_OF_A_FILE) % CLASSES)
        preset = folder / f"{self.file}.toml"
        preset.write_text(network.toml(self.file, batch, arrays.resolve()), encoding="utf-8")
        return Case(self.name, preset=str(preset))


BATCHES = (16, 64, 192, 512, 2048)
OPEN = (
    Row("wide", "mlp", {"inputs": (64, 1024), "depth": (2,),
                        "width": (192, 384, 768, 1536, 3072), "batch": BATCHES}, 24),
    Row("deep", "mlp", {"inputs": (64,), "depth": (3, 12, 24, 48),
                        "width": (96, 256), "batch": (16, 128, 1024)}, 12),
    Row("lstm", "lstm", {"layers": (1,), "units": (48, 192, 384, 768),
                         "length": (8, 24, 200), "batch": (1, 16, 48, 192)}, 14),
    Row("gru", "gru", {"layers": (1,), "units": (48, 192, 384, 768),
                       "length": (8, 24, 200), "batch": (1, 16, 48, 192)}, 14),
    Row("conv", "convolution", {"depth": (3,), "kernel": (1, 3, 5, 7), "stride": (1, 2),
                                "channels": (24, 48, 96, 192), "side": (12, 24, 48, 96),
                                "batch": (8, 32, 128)}, 28),
    Row("depthwise", "grouped", {"depth": (3,), "kernel": (3, 5), "stride": (1, 2), "each": (1,),
                                 "channels": (32, 64, 128, 256), "side": (14, 28),
                                 "batch": (32,)}, 8),
    Row("grouped", "grouped", {"depth": (3,), "kernel": (1, 3), "stride": (1, 2), "each": (4, 32),
                               "channels": (64, 128, 256), "side": (14, 28), "batch": (32,)}, 6),
    Row("dilated", "dilated", {"depth": (3,), "kernel": (3,), "dilation": (2, 4, 8),
                               "channels": (32, 64, 128), "side": (14, 28), "batch": (32,)}, 6),
    Row("oblong", "oblong", {"depth": (4,), "tall": (1,), "wide": (3, 7), "side": (17,),
                             "channels": (32, 64, 160), "batch": (32,)}, 3),
    Row("transposed", "transposed", {"kernel": (2, 4), "stride": (2,), "channels": (16, 64),
                                     "side": (7, 14), "batch": (32,)}, 4),
    Row("resnet", "resnet", {"layers": (14, 26), "batch": (8, 32, 128)}, 4),
    Row("embedding", "embedding", {"words": (3_000, 80_000), "width": (32, 128),
                                   "batch": (32, 256)}, 5),
    Row("embedding_lstm", "embedding_lstm", {"words": (3_000, 80_000), "width": (64,),
                                             "batch": (32, 128)}, 3),
)  # fmt: skip
OTHER = (
    Row("wide", "mlp", {"inputs": (17, 311, 1301), "depth": (1, 2, 4),
                        "width": (101, 233, 577, 1201, 2311), "batch": (1, 7, 33, 150, 701)}, 24),
    Row("deep", "mlp", {"inputs": (37,), "depth": (7, 19, 37),
                        "width": (53, 147, 331), "batch": (9, 77, 400)}, 10),
    Row("lstm", "lstm", {"layers": (1, 2, 3), "units": (29, 117, 283, 601),
                         "length": (5, 41, 131), "batch": (3, 29, 101)}, 14),
    Row("gru", "gru", {"layers": (1, 2), "units": (29, 117, 283, 601),
                       "length": (5, 41, 131), "batch": (3, 29, 101)}, 14),
    Row("conv", "convolution", {"depth": (2, 5), "kernel": (2, 3, 4, 5, 9), "stride": (1, 2, 3),
                                "channels": (7, 33, 70, 131), "side": (9, 19, 37, 65),
                                "batch": (3, 21, 75)}, 24),
    Row("depthwise", "grouped", {"depth": (2,), "kernel": (2, 7), "stride": (1, 3), "each": (1,),
                                 "channels": (24, 72, 144, 288), "side": (13, 33),
                                 "batch": (20,)}, 8),
    Row("grouped", "grouped", {"depth": (2,), "kernel": (2, 3), "stride": (1, 2), "each": (8, 24),
                               "channels": (48, 96, 240), "side": (13, 33), "batch": (20,)}, 6),
    Row("dilated", "dilated", {"depth": (2,), "kernel": (2, 5), "dilation": (3, 5, 9),
                               "channels": (21, 50, 99), "side": (11, 26), "batch": (20,)}, 6),
    Row("oblong", "oblong", {"depth": (3,), "tall": (2,), "wide": (5, 9), "side": (15,),
                             "channels": (20, 75, 110), "batch": (20,)}, 3),
    Row("transposed", "transposed", {"kernel": (3, 5), "stride": (3,), "channels": (13, 50),
                                     "side": (6, 11), "batch": (20,)}, 4),
    Row("resnet", "resnet", {"layers": (8, 20), "batch": (5, 50)}, 3),
    Row("embedding", "embedding", {"words": (517, 21_001, 150_001), "width": (17, 75),
                                   "batch": (11, 90)}, 5),
    Row("embedding_lstm", "embedding_lstm", {"words": (5_003, 40_009), "width": (43, 101),
                                             "batch": (13, 70)}, 4),
)  # fmt: skip
GRIDS = {"open": OPEN, "other": OTHER}


def cases(grid: str, only: str | None = None, everything: bool = False) -> list[GridCase]:
    """The cases that are taken of a grid, or all of them; ``only``: of rows or kinds so named.

    Raises ValueError where there is no such grid, row or kind.
    """
    if grid not in GRIDS:
        raise ValueError(f"no grid {grid!r} (there are: {', '.join(GRIDS)})")
    rows = [row for row in GRIDS[grid] if only in (None, row.name, row.kind)]
    if not rows:
        names = dict.fromkeys(name for row in GRIDS[grid] for name in (row.name, row.kind))
        raise ValueError(f"no kind {only!r} (there are: {', '.join(names)})")
    return [case for row in rows for case in _of_row(row, everything)]


def _of_row(row: Row, everything: bool) -> list[GridCase]:
    found = [
        GridCase(row.name, row.kind, dict(zip(row.axes, sizes, strict=True)))
        for sizes in product(*row.axes.values())
    ]
    with TemporaryDirectory() as place:
        affordable = [case for case in found if flops(case, Path(place)) <= MOST_FLOPS]
    return affordable if everything else spread(affordable, row.take)


def flops(case: GridCase, folder: Path) -> float:
    """Operations of a training step, estimated from the forward pass: backward does twice as many.
    The preset is written into ``folder``."""
    graph = Graph.build(case.write(folder).load())
    return 3.0 * graph.flops * case.sizes["batch"]


def spread(found: list[GridCase], count: int) -> list[GridCase]:
    """So many of the cases, in the order of ``found``: every size of each axis, and every pair of
    sizes of two axes, comes up equally often, as far as that goes."""
    marks = [_marks(case) for case in found]
    order = [crc32(case.name.encode()) for case in found]
    left, taken = set(range(len(found))), []
    seen: Counter[tuple[object, ...]] = Counter()
    while left and len(taken) < count:
        following = min(left, key=lambda i: (sum(seen[mark] for mark in marks[i]), order[i]))
        seen.update(marks[following])
        left.remove(following)
        taken.append(following)
    return [found[i] for i in sorted(taken)]


def sample(found: list[GridCase], count: int) -> list[GridCase]:
    """So many of all rows together, each row by its share of the cases; every row at least one."""
    rows: dict[str, list[GridCase]] = {}
    for case in found:
        rows.setdefault(case.row, []).append(case)
    shares = _shares([len(row) for row in rows.values()], count)
    return [
        case
        for row, share in zip(rows.values(), shares, strict=True)
        for case in spread(row, share)
    ]


def _shares(sizes: list[int], count: int) -> list[int]:
    """``count`` divided in proportion, each at least 1 as far as that goes."""
    wanted = [count * size / sum(sizes) for size in sizes]
    shares = [0] * len(sizes)
    for _ in range(min(count, sum(sizes))):
        shares[max(range(len(sizes)), key=lambda i: (not shares[i], wanted[i] - shares[i]))] += 1
    return shares


def _marks(case: GridCase) -> list[tuple[object, ...]]:
    """What should not come up again soon: each size, and each pair of them."""
    sizes = list(case.sizes.items())
    return [(pair,) for pair in sizes] + list(combinations(sizes, 2))
