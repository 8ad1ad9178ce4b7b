"""Strategies to run a chunk of steps on a GPU. All give the same bits; which is fastest depends on
the network and the GPU, and is measured while training."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any, Protocol

from numba import cuda, float32, float64, int64

from tuidl.backends.cuda.launching import Launch, frame_kernels, row_kernel, step_launches
from tuidl.backends.cuda.persistent import persistent_function
from tuidl.backends.cuda.target import SIMULATED, THREADS
from tuidl.backends.cuda.work import Work
from tuidl.compiler.program import Program

PERSISTENT_SIGNATURE = (
    int64[:, :, :, ::1], float64[:, :, :, ::1], int64[:, ::1], int64[:, :, ::1], int64[:, :, ::1],
    float32[::1], float64[::1], float32[:, ::1], float32[:, ::1], int64[::1],
    int64, float64[::1], float64[::1], float64[::1], int64[::1],
)  # fmt: skip
BLOCKS_OF_A_PROCESSOR = 4
"""Blocks that a launch has at most, for each multiprocessor."""
MOST_FLOPS_OF_A_BLOCK = 100e6
"""Operations of a step up to which a single block is tried: it cannot be stopped amid a step."""
GRAPHS_KEPT = 8


class Strategy(Protocol):
    """``name``: for the user."""

    name: str

    def prepare(self) -> Iterator[str]:
        """Compile; the name of each kernel before it is compiled."""
        ...

    def start(self, work: Work) -> None:
        """Have the GPU do ``len(work.kinds)`` steps; does not wait for them."""
        ...


class Persistent:
    """One cooperative kernel of ``blocks`` blocks, each step's instructions in a loop in it.

    ``share``: of the blocks that the GPU can hold at the same time; 0 for a single block.
    """

    def __init__(self, names: tuple[str, ...], share: float) -> None:
        self.name = "one block" if share == 0 else f"persistent, {share:.0%} of the GPU"
        self._names, self._share = names, share
        self._kernel: Any = None
        self._blocks = 1

    def prepare(self) -> Iterator[str]:
        yield self.name
        self._kernel = persistent_kernel(self._names, self._share == 0)
        if self._share and not SIMULATED:
            compiled = next(iter(self._kernel.overloads.values()))
            most = compiled.max_cooperative_grid_blocks(THREADS)
            self._blocks = max(1, int(self._share * most))

    def start(self, work: Work) -> None:
        tables = work.tables
        self._kernel[self._blocks, THREADS](
            tables.rows, tables.numbers, tables.dependencies, tables.stages, tables.lanes,
            work.arena, work.step_state, work.x, work.y, work.order, tables.checked_stages,
            work.rates, work.losses, work.totals, work.progress,
        )  # fmt: skip


@cache
def persistent_kernel(names: tuple[str, ...], one_block: bool) -> Any:
    """Compiled once in a process, however many models and shares of the GPU use it."""
    return cuda.jit(PERSISTENT_SIGNATURE)(persistent_function(names, one_block))


class Launched:
    """A launch for each instruction; the launches of a whole step are recorded as a CUDA graph,
    where the GPU's software allows, and sent off at once."""

    name = "a launch for each instruction"

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._recorded: dict[tuple[int, ...], tuple[Any, Any]] = {}
        self._can_record = not SIMULATED
        self._stream: Any = 0
        self._most_blocks = 4

    def prepare(self) -> Iterator[str]:
        for name in self._names:
            yield name
            row_kernel(name)
        frame_kernels()
        if not SIMULATED:
            processors = cuda.get_current_device().MULTIPROCESSOR_COUNT
            self._most_blocks = BLOCKS_OF_A_PROCESSOR * processors

    def start(self, work: Work) -> None:
        for kind in work.kinds:
            if (graph := self._graph(work, kind)) is not None:
                graph.launch(self._stream)
                continue
            for launch in step_launches(work, kind, self._most_blocks):
                launch.on(self._stream)

    def _graph(self, work: Work, kind: int) -> Any:
        """The graph of a step; None where there can be none, or a single step is not worth it.

        A graph is of the very arrays that it was recorded with, so these are kept beside it.
        """
        arrays = (work.tables, work.x, work.y, work.order, work.totals)
        key = (kind, *map(id, arrays))
        if key not in self._recorded:
            if not self._can_record or len(work.kinds) < 2:
                return None
            self._can_record = False
            with suppress(Exception):  # whatever the driver has against it: launches do as well
                launches = list(step_launches(work, kind, self._most_blocks))
                self._recorded[key] = self._record(launches), arrays
                self._can_record = True
            if len(self._recorded) > GRAPHS_KEPT:
                self._recorded.pop(next(iter(self._recorded)))
        return self._recorded[key][0] if key in self._recorded else None

    def _record(self, launches: list[Launch]) -> Any:
        from cuda.core import Device

        device = Device()
        device.set_current()
        if self._stream == 0:
            self._stream = device.create_stream()
        builder = device.create_graph_builder()
        try:
            builder.begin_building()
            for launch in launches:
                launch.on(builder)
            return builder.end_building().complete()
        finally:
            builder.close()  # also ends a recording that failed: nothing could run beside it


def strategies_for(program: Program) -> list[Strategy]:
    """The strategies worth trying for a program, the one to begin with first."""
    names = tuple(program.kernels)
    is_small = 3 * program.graph.flops * program.batch <= MOST_FLOPS_OF_A_BLOCK
    shares = [0.0] if is_small else []
    if not SIMULATED:  # which has no grids of several blocks that wait for each other
        shares += [0.125, 1.0]
    return [Launched(names), *(Persistent(names, share) for share in shares)]
