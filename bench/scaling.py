"""How a system's step grows with batch size, width and threads."""

import statistics

import msgspec

from bench.measure import prepared, ways
from bench.peers.protocol import Way
from bench.systems import System
from bench.tables import Table, digits
from tuidl.nn.layers.base import Layer
from tuidl.preset.schema import Preset
from tuidl.training.profiling import program_flops

BATCHES = (8, 16, 32, 64, 128, 256, 512)
WIDTHS = (1, 2, 4, 8)
WIDTH_KEYS = ("units", "filters")
HEADER = ("", "µs a step", "µs an example", "MFLOP a step", "GFLOP/s", "shards")


def scaling(system: System, threads: int, rounds: int) -> list[Table]:
    """A table each for batch sizes, widths and numbers of threads."""
    preset = system.preset()
    by_batch = {f"batch {n}": system.preset(f"training.batch_size={n}") for n in BATCHES}
    by_width = {f"width x{n}": widened(preset, n) for n in WIDTHS}
    return [
        _table(f"{system.name} by batch size, {threads} threads", by_batch, threads, rounds),
        _table(f"{system.name} by width, {threads} threads", by_width, threads, rounds),
        Table(
            f"{system.name} by threads",
            HEADER,
            tuple(_row(f"threads {n}", preset, n, rounds) for n in range(1, threads + 1)),
        ),
    ]


def widened(preset: Preset, factor: int) -> Preset:
    """The preset with so many times the units and filters in every layer but the last."""
    layers = tuple(_wider(layer, factor) for layer in preset.layers[:-1])
    return msgspec.structs.replace(preset, layers=(*layers, preset.layers[-1]))


def _wider(layer: Layer, factor: int) -> Layer:
    wider = {key: factor * getattr(layer, key) for key in WIDTH_KEYS if hasattr(layer, key)}
    return msgspec.structs.replace(layer, **wider)


def _table(title: str, presets: dict[str, Preset], threads: int, rounds: int) -> Table:
    rows = tuple(_row(name, preset, threads, rounds) for name, preset in presets.items())
    return Table(title, HEADER, rows)


def _row(name: str, preset: Preset, threads: int, rounds: int) -> tuple[str, ...]:
    model = prepared(preset, threads)
    program = model.program
    way: Way = next(iter(ways(model, threads).values()))
    way.prepare()
    took = statistics.median(way.microseconds()[0] for _ in range(rounds))
    flops = program_flops(program.train)
    costs = (f"{flops / 1e6:.3g}", f"{flops / took / 1e3:.3g}")
    return name, digits(took), f"{took / program.batch:.3g}", *costs, str(program.shards)
