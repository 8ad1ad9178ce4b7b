"""Where the time of a training step goes: each instruction's time, operations and bytes.

Examples are random numbers of the right shape, so a data set need not be there.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from tuidl.backends.base import ArrayDataset, BatchPlan, StepChunk
from tuidl.backends.cpu import CpuEngine
from tuidl.compiler.routine import Routine
from tuidl.core.lazy import Array
from tuidl.core.limits import FLOAT_BYTES, default_threads
from tuidl.ir.instructions import Instruction
from tuidl.ir.shapes import shapes_of
from tuidl.kernels import KERNELS
from tuidl.kernels.timing import FIRST_ROW, GATHER, READING, clock_for
from tuidl.model.model import Model
from tuidl.nn.layers.embedding import Embedding
from tuidl.preset.schema import Preset
from tuidl.tasks.choice import task_for
from tuidl.training.shuffling import permutation

EXAMPLES = 2048
"""Enough that they do not all lie in a cache near the core, as a data set would not."""
ROUNDS = 15
SECONDS_OF_A_ROUND = 0.03
STEPS_OF_A_ROUND = 300
RATE = 1e-4
"""Learning rate: small, so that random targets do not drive the weights anywhere."""
MATRIX, PRODUCTS = 384, 10
"""Side of the matrices whose product is taken for the fastest that a core can compute, and how many
are tried in a round. A product takes a millisecond, so that other processes seldom cut in."""


@dataclass(frozen=True)
class RowTime:
    """One instruction in all its lanes: median ``seconds``, operations, bytes of its operands."""

    number: int | None
    kernel: str
    node: str
    phase: str
    seconds: float
    flops: int
    bytes: int

    @property
    def flops_per_second(self) -> float:
        return self.flops / self.seconds if self.seconds else 0.0

    @property
    def bytes_per_second(self) -> float:
        return self.bytes / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Profile:
    """A training step on one thread, row by row in program order.

    ``step``: seconds of processor time of a real step on one thread, which other processes hardly
    change. ``step_together``: seconds by the clock on ``threads``, in the fastest round.
    ``peak``: operations a second of a large matrix product on one core.
    """

    preset: str
    batch: int
    rows: tuple[RowTime, ...]
    step: float
    step_together: float
    threads: int
    peak: float

    @property
    def seconds(self) -> float:
        """Of all rows."""
        return sum(row.seconds for row in self.rows)

    def share(self, row: RowTime) -> float:
        """A row's part of the time of all rows: they add up to 1, unless none takes any."""
        return row.seconds / self.seconds if self.seconds else 0.0


def batch_of(preset: Preset) -> int:
    """Examples of a step; the data is loaded only where the batch size is "full"."""
    size = preset.training.batch_size
    return preset.batch() if size == "full" else size


def random_feed(model: Model, examples: int) -> ArrayDataset:
    """Random examples of the shapes that the model takes, in random order."""
    graph, random = model.program.graph, np.random.default_rng(0)
    spec = graph.spec
    words = [n.layer.words for n in graph.nodes if isinstance(n.layer, Embedding)]
    shape = (examples, *spec.shape)
    x = random.integers(0, min(words), shape) if words else random.normal(size=shape)
    y = task_for(spec, graph.preset.loss).random_targets(random, examples)
    feed = model.feed(x, y)
    return ArrayDataset(feed.x, feed.y, permutation(examples, seed=0, epoch=0))


def profile(preset: Preset, threads: int | None = None) -> Profile:
    """Measure a training step of ``preset``, the whole and each row by turns. Raises TuidlError."""
    threads = threads or default_threads()
    model = Model(preset, batch=batch_of(preset), threads=threads)
    model.require_prepared()
    engine = model.engine
    assert isinstance(engine, CpuEngine)
    batch = model.program.batch
    feed = random_feed(model, -(-max(EXAMPLES, batch) // batch) * batch)
    batches = BatchPlan.of(model.program.train, batch, len(feed))
    most = len(feed) // batch
    steps = _enough(lambda count: seconds_of_steps(model, batches, feed, 1, count), most)
    clock = clock_for(seconds_of_steps(model, batches, feed, 1, steps) / steps)
    ticks, alone, together, peak = [], [], [], 0.0
    for _ in range(ROUNDS):
        ticks.append(engine.time_rows(batches, feed, RATE, steps, clock))
        worked = time.thread_time()
        seconds_of_steps(model, batches, feed, 1, steps)
        alone.append(time.thread_time() - worked)
        together.append(seconds_of_steps(model, batches, feed, threads, steps))
        peak = max(peak, product_speed(MATRIX, PRODUCTS))
    return Profile(
        preset=preset.name,
        batch=batch,
        rows=_rows(model, feed, np.concatenate(ticks)),
        step=float(np.median(alone)) / steps,
        step_together=min(together) / steps,
        threads=threads,
        peak=peak,
    )


def seconds_of_steps(
    model: Model, batches: BatchPlan, feed: ArrayDataset, threads: int, steps: int
) -> float:
    """Seconds that the engine takes for so many steps on so many threads."""
    slots = sum(size for _, size in model.program.statistics.values())
    chunk = StepChunk(0, np.full(steps, RATE), np.zeros(slots), np.zeros(steps))
    model.engine.threads = threads
    started = time.perf_counter()
    model.engine.run(batches, feed, chunk)
    return time.perf_counter() - started


def product_speed(side: int, attempts: int) -> float:
    """Operations a second of the fastest of some products of large matrices, on as many threads as
    NumPy's BLAS has."""
    a = np.random.default_rng(0).normal(size=(side, side)).astype(np.float32)
    result, least = np.zeros_like(a), float("inf")
    for _ in range(attempts):
        started = time.perf_counter()
        np.matmul(a, a, out=result)
        least = min(least, time.perf_counter() - started)
    return float(2 * side**3 / least)


def program_flops(routine: Routine) -> int:
    """Operations of a whole step, in all lanes."""
    rows = routine.emitted.instructions
    return sum(_cost(routine, instruction)[0] for instruction in rows)


def _enough(seconds_of: Callable[[int], float], most: int) -> int:
    """Steps that take about SECONDS_OF_A_ROUND, at most as many as an epoch has."""
    seconds_of(1)
    few = min(most, 3)
    return max(1, min(most, STEPS_OF_A_ROUND, int(SECONDS_OF_A_ROUND * few / seconds_of(few))))


def _rows(model: Model, feed: ArrayDataset, ticks: Array) -> tuple[RowTime, ...]:
    """Medians over the steps, less what a look at the clock takes, summed over the lanes."""
    routine = model.program.train
    reading = np.median(ticks[:, READING, 0])
    medians = np.median(ticks[:, GATHER:], axis=0)
    seconds = np.maximum(medians - reading, 0).sum(axis=1) * 1e-9
    copied = 2 * FLOAT_BYTES * routine.capacity * (feed.x.shape[1] + feed.y.shape[1])
    rows = [RowTime(None, "gather", "examples", "gather", float(seconds[0]), 0, copied)]
    for number, instruction in enumerate(routine.emitted.instructions):
        flops, touched = _cost(routine, instruction)
        took = float(seconds[FIRST_ROW - GATHER + number])
        phase = instruction.phase.name.lower()
        rows.append(
            RowTime(number, instruction.kernel, instruction.node, phase, took, flops, touched)
        )
    return tuple(rows)


def _cost(routine: Routine, instruction: Instruction) -> tuple[int, int]:
    """Operations of an instruction and bytes of its operands, in all lanes together.

    The lanes of a shared or a tiled instruction have parts of one piece of work.
    """
    signature = KERNELS[instruction.kernel].signature
    flops = touched = 0
    is_one = instruction.shared or instruction.tiled
    for lane in range(1 if is_one else routine.shards):
        examples = routine.capacity if is_one else routine.examples_of(lane, routine.capacity)
        shapes = shapes_of(instruction.operands, examples)
        flops += signature.flops(signature.bind(shapes))
        touched += FLOAT_BYTES * sum(prod(shape) for shape in shapes)
    return flops, touched
