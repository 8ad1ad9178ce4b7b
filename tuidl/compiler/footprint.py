"""The memory that training a preset will take, part by part, known before any of it is taken.

Three moments are looked at: loading the examples, drawing the first weights, and training. Each
part is what the process has resident at its height, as the system counts it; the sum at the worst
moment is the peak. What other backends take is not foreseen: the NumPy backend's arrays between two
instructions, and a GPU's driver.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.compiler.program import Program, compile_program
from tuidl.core.limits import FLOAT_BYTES, check_peak, gib
from tuidl.core.memory import page_bytes
from tuidl.data.memory import real_demand
from tuidl.kernels import KERNELS
from tuidl.kernels.loop import loop_is_compiled
from tuidl.kernels.turns import turns_are_compiled
from tuidl.nn.initializers import bytes_to_draw
from tuidl.preset.schema import Preset

STARTED = 104 << 20
"""Python, NumPy and Numba, before any kernel is there. This and the next figures were measured
under Linux on x86-64 (``python -m bench.memory``)."""
AT_WORK = 164 << 20
"""The same with LLVM, BLAS, threads and kernels from the cache."""
COMPILED = 5 << 20
"""What compiling one kernel takes besides, the first time, and does not give back. While many are
compiled a second process, of some 200 MB, takes a share of the work."""
AT_HAND = 8 << 20
"""Pieces of arrays in float64, rows, losses, a file being written."""
SHUFFLING = 48
"""Bytes for each training example while an epoch's order is drawn."""

LOADING, DRAWING, TRAINING = "loading", "first weights", "training"
MOMENTS = (LOADING, DRAWING, TRAINING)
_WHILE = {
    LOADING: "the data is read",
    DRAWING: "first weights are drawn",
    TRAINING: "it trains",
}
NOTHING = "nothing in the preset makes it less"
FEWER_EXAMPLES = "fewer or smaller examples in [data] need less"
SMALLER_LAYERS = "smaller layers need less"
SMALLER_BATCH = "smaller layers and a smaller training.batch_size need less"
OTHER_START = "smaller layers, or an initializer other than orthogonal, need less"


@dataclass(frozen=True)
class Part:
    """One use of memory: bytes at each of the MOMENTS, and what makes it smaller."""

    name: str
    sizes: tuple[int, int, int]
    advice: str

    def at(self, moment: str) -> int:
        return self.sizes[MOMENTS.index(moment)]


@dataclass(frozen=True)
class Footprint:
    """The parts of a training's memory. ``missing``: kernels that the cache has not yet."""

    parts: tuple[Part, ...]
    missing: int = 0

    def total(self, moment: str) -> int:
        return sum(part.at(moment) for part in self.parts)

    @cached_property
    def moment(self) -> str:
        """When most is needed."""
        return max(MOMENTS, key=self.total)

    @property
    def peak(self) -> int:
        return self.total(self.moment)

    def check(self) -> None:
        """Raises BackendError, before anything is allocated, where the machine cannot give it."""
        largest = max(self.parts, key=lambda part: part.at(self.moment))
        most = f"most of it: {largest.name} ({gib(largest.at(self.moment))}), while "
        check_peak(self.peak, "the run", f"{most}{_WHILE[self.moment]}; {largest.advice}")


def footprint(preset: Preset, *, looked_into: bool = False, is_saved: bool = True) -> Footprint:
    """Of a training on the processor. ``looked_into``: in the screen's engine, which is warm
    before it reads any data, with probes. ``is_saved``: with snapshots, which hold the best epoch.

    Raises TuidlError as building the network does, or where the data's sizes cannot be had.
    """
    train, validation, test = preset.data.part_sizes()
    folds = preset.training.folds
    if folds:
        validation = (train + validation) // folds
    batch = preset.training.batch_for(max(train, 1))
    program = compile_program(Graph.build(preset), batch)
    data = real_demand(preset.data, bool(folds))
    before = AT_WORK if looked_into or folds else STARTED
    drawing = _drawing(preset, program)
    missing = _missing(program)
    parts = (
        Part("process", (before, before, AT_WORK + COMPILED * missing), NOTHING),
        Part("examples", (data.height, data.kept, data.kept), FEWER_EXAMPLES),
        *_network(preset, program, max(validation, test), looked_into=looked_into),
        Part("best epoch", (0, 0, _best_epoch(preset, program, is_saved)), SMALLER_LAYERS),
        Part("at hand", (0, drawing, AT_HAND + SHUFFLING * train), OTHER_START),
    )
    return Footprint(parts, missing)


def _network(
    preset: Preset, program: Program, held_out: int, *, looked_into: bool
) -> tuple[Part, ...]:
    weights = FLOAT_BYTES * program.parameter_elements
    first = weights if preset.weights else 0
    fixed = FLOAT_BYTES * program.fixed
    page = page_bytes(FLOAT_BYTES * program.size) // FLOAT_BYTES
    lanes = program.workspace(program.batch, held_out, page=page, looked_into=looked_into)
    return (
        Part("first weights", (first, first, first), SMALLER_LAYERS),
        Part("weights and gradients", (0, weights, fixed), SMALLER_BATCH),
        Part("work on a batch", (0, 0, FLOAT_BYTES * lanes), SMALLER_BATCH),
    )


def _best_epoch(preset: Preset, program: Program, is_saved: bool) -> int:
    stopping = preset.training.stopping
    is_kept = is_saved or (stopping is not None and stopping.restore_best)
    return FLOAT_BYTES * program.parameter_elements if is_kept else 0


def _drawing(preset: Preset, program: Program) -> int:
    if preset.weights and preset.weights.layers is None:
        return 0
    return max((bytes_to_draw(s.initializer, s.shape) for s in program.parameters), default=0)


def _missing(program: Program) -> int:
    kind = np.dtype(np.float32)
    is_there = [KERNELS[name].is_compiled(kind) for name in program.kernels]
    is_there += [loop_is_compiled(kind), len(program.objectives) == 1 or turns_are_compiled()]
    return is_there.count(False)
