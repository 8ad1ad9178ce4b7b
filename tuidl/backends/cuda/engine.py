"""The CUDA backend: a program on one GPU."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba import cuda

from tuidl.backends.base import (
    ArrayDataset,
    BatchPlan,
    Compiling,
    StepChunk,
    Turns,
    looking,
    require_one_thread,
    run_in_turn,
)
from tuidl.backends.cuda.devices import device_name, translated
from tuidl.backends.cuda.gpu_tuner import GpuTuner
from tuidl.backends.cuda.kernels import CUDA_KERNELS
from tuidl.backends.cuda.launching import blocks_for, row_kernel
from tuidl.backends.cuda.memory import Examples, Mirror, check_gpu_memory
from tuidl.backends.cuda.progress import (
    BATCH,
    DONE,
    EXAMPLES,
    FAILED,
    GOING,
    PROGRESS_SIZE,
    START,
    STEPS,
    UPDATES,
)
from tuidl.backends.cuda.strategies import Strategy, strategies_for
from tuidl.backends.cuda.target import THREADS
from tuidl.backends.cuda.work import Tables, Work
from tuidl.compiler.program import Program
from tuidl.compiler.routine import Rows
from tuidl.core.errors import BackendError
from tuidl.core.lazy import Array
from tuidl.kernels import NAMES
from tuidl.kernels.step_state import EPOCH, STEP_STATE_SIZE

RING = 4096
"""Most steps between two looks: the losses of so many are kept on the GPU."""


class CudaEngine:
    """A program bound to a GPU.

    ``arena`` and ``step_state`` are copies on the host, brought up to date when they are read: read
    them anew after each ``run``; what is written to them then counts for the next one.
    """

    threads = 1
    from_cache = False

    def __init__(self, program: Program, dtype: np.dtype[Any]) -> None:
        """Raises BackendError where the GPU, its memory or its kernels will not do."""
        if dtype != np.float32:
            raise BackendError(f"the cuda backend computes in float32, not {dtype}: use cpu")
        if missing := [name for name in program.kernels if name not in CUDA_KERNELS]:
            raise BackendError(f"no CUDA kernel for {', '.join(missing)}: use --backend cpu")
        self.program, self.dtype = program, dtype
        self.stop = np.zeros(1, np.int64)
        self.notes: list[str] = []
        self.strategies = strategies_for(program)
        self._usable = list(self.strategies)
        self._tuners: dict[Tables, GpuTuner] = {}
        self._tables: dict[tuple[str, int, int, bool], Tables] = {}
        self._totals: dict[int, Any] = {}
        self._examples = Examples()
        with translated():
            check_gpu_memory(4 * program.size)
            self.device = device_name()
            self._arena = Mirror(np.zeros(program.size, np.float32))
            self._step_state = Mirror(np.zeros(STEP_STATE_SIZE))
            self._rates, self._losses = (cuda.to_device(np.zeros(RING)) for _ in range(2))
            self._progress = cuda.to_device(np.zeros(PROGRESS_SIZE, np.int64))

    @property
    def arena(self) -> Array:
        return self._arena.host

    @property
    def step_state(self) -> Array:
        return self._step_state.host

    def use_threads(self, threads: int) -> None:
        require_one_thread("cuda", threads)

    def use_strategy(self, name: str) -> None:
        """Run with the one of ``strategies`` that has this name, and no other."""
        self._usable = [strategy for strategy in self.strategies if strategy.name == name]
        self._tuners.clear()

    def prepare(self) -> Iterator[Compiling]:
        """Compile every strategy."""
        total = len(self.program.kernels) + len(self.strategies) - 1
        done = 0
        for strategy in tuple(self._usable):
            with translated(), self._without(strategy):
                for kernel in strategy.prepare():
                    yield Compiling(done, total, kernel)
                    done += 1

    @contextmanager
    def _without(self, strategy: Strategy) -> Iterator[None]:
        """Go on without a strategy that fails before it has done anything, if there is another,
        and say so: a kernel that does not compile would not be noticed."""
        try:
            yield
        except Exception as error:  # of the driver or of compiling, which differ from GPU to GPU
            if self._usable == [strategy]:
                raise
            self._usable.remove(strategy)
            why = (str(error).strip() or type(error).__name__).splitlines()[0]
            left = ", ".join(repr(usable.name) for usable in self._usable)
            self.notes.append(
                f"cuda: steps are not run as {strategy.name!r}, which fails here ({why}); "
                f"left, with the same results: {left}"
            )
            for tuner in self._tuners.values():
                tuner.drop(strategy)

    def run(self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk) -> int:
        self.step_state[EPOCH] = dataset.epoch
        with translated():
            return self._run(batches, dataset, chunk)

    def again(
        self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk
    ) -> Callable[[Array], None]:
        return looking(self, batches, dataset, chunk)

    def run_turns(
        self, plans: Sequence[BatchPlan], dataset: ArrayDataset, chunk: StepChunk, turns: Turns
    ) -> int:
        return run_in_turn(self, plans, dataset, chunk, turns)

    def _run(self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk) -> int:
        steps, done = len(chunk.rates), 0
        tables, examples = self._tables_of(batches, chunk), self._examples.of(dataset)
        tuner = self._tuners.setdefault(tables, GpuTuner(self._usable))
        totals = self._totals_of(chunk.totals)
        while done < steps and not self.stop[0]:
            strategy, fitting = tuner.next()
            count = min(steps - done, fitting, RING)
            progress = _progress(batches, dataset, chunk, done, count)
            kinds = _kinds(batches, dataset, chunk.start + done, count)
            self._progress.copy_to_device(progress)
            self._rates[:count].copy_to_device(np.ascontiguousarray(chunk.rates[done:][:count]))
            work = Work(
                tables, self._arena.device_array, self._step_state.device_array, *examples,
                self._rates, self._losses, totals, self._progress, kinds,
            )  # fmt: skip
            cuda.synchronize()  # what was copied is there, on whatever stream the strategy uses
            started = time.perf_counter()
            with self._without(strategy):
                strategy.start(work)
            cuda.synchronize()
            seconds = time.perf_counter() - started
            self._progress.copy_to_host(progress)
            now_done, has_failed = int(progress[DONE]), bool(progress[FAILED])
            known = now_done + has_failed
            chunk.losses[done : done + known] = self._losses[:known].copy_to_host()
            if strategy in self._usable:
                tuner.record(strategy, seconds / max(known, 1))
            done += now_done
            if has_failed:
                break
        chunk.totals[:] = totals.copy_to_host()
        return done

    def _totals_of(self, totals: Array) -> Any:
        """Totals on the GPU, always in the same place: recorded graphs add to it."""
        device_array = self._totals.get(len(totals))
        if device_array is None:
            device_array = self._totals[len(totals)] = cuda.to_device(totals)
        else:
            device_array.copy_to_device(totals)
        return device_array

    def _tables_of(self, batches: BatchPlan, chunk: StepChunk) -> Tables:
        key = (batches.routine.name, batches.whole.batch, batches.short.batch, chunk.updates)
        if key not in self._tables:
            self._tables[key] = Tables.of(batches, updates=chunk.updates)
        return self._tables[key]

    def run_instruction(self, rows: Rows, number: int) -> None:
        table = np.ascontiguousarray(rows.rows[None, number : number + 1])
        kernel = row_kernel(NAMES[rows.rows[number, 0, 0]])
        with translated():
            arrays = (cuda.to_device(table), cuda.to_device(table.view(np.float64)))
            going = cuda.to_device(np.ones(PROGRESS_SIZE, np.int64))
            grid = (blocks_for(self.program.size, 64), rows.lanes_of(number))
            memory = (self._arena.device_array, self._step_state.device_array)
            kernel[grid, THREADS](*arrays, 0, 0, going, *memory)
            cuda.synchronize()


def _progress(
    batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk, done: int, count: int
) -> Array:
    progress = np.zeros(PROGRESS_SIZE, np.int64)
    progress[GOING], progress[START] = 1, chunk.start + done
    progress[STEPS], progress[BATCH], progress[EXAMPLES] = count, batches.batch, len(dataset)
    progress[UPDATES] = chunk.updates and len(batches.whole.stages) > (
        batches.routine.stages_before_update
    )
    return progress


def _kinds(batches: BatchPlan, dataset: ArrayDataset, start: int, count: int) -> tuple[int, ...]:
    """Of each step: 0 for a whole batch, 1 for the short one at the end of an epoch."""
    whole = len(dataset) // batches.batch
    return tuple(int(start + k >= whole) for k in range(count))
