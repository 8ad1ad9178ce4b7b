"""Worker processes that share jobs. One that dies is replaced, and its job goes to another."""

import queue
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Self

import msgspec

from tuidl.core.children import child_environment, module_command
from tuidl.plugins.permission import flags
from tuidl.sweeps.jobs import Answer, Job, Lost, Reached, Said, to_line, to_said

MOST_DEATHS = 5
"""Of workers in one job, after which it is the job that is to blame."""
PATIENCE = 30.0
"""Seconds that a worker has to save its run when the sweep ends."""


class _Worker:
    """A process, and a thread that puts what it answers, and at last its end, into ``heard``."""

    def __init__(self, heard: "queue.SimpleQueue[tuple[_Worker, bytes | None]]") -> None:
        self.process = subprocess.Popen(
            module_command("tuidl.sweeps", *flags()), env=child_environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.job: Job | None = None
        self._heard = heard
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._heard.put((self, line))
        self.process.wait()
        self._heard.put((self, None))

    def give(self, job: Job) -> None:
        assert self.process.stdin is not None
        self.job = job
        with suppress(OSError):  # it has died: its thread says so
            self.process.stdin.write(to_line(job) + b"\n")
            self.process.stdin.flush()

    def dismiss(self) -> None:
        """No more jobs: the one in progress is saved."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()

    @property
    def how_it_ended(self) -> str:
        code = self.process.returncode
        return f"by signal {-code}" if code < 0 else f"with exit code {code}"

    def end(self) -> None:
        """Wait until it has ended; after ``PATIENCE`` it is made to."""
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._thread.join()


class Pool:
    """``size`` workers at most. Leaving the context ends all of them, their runs saved."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._heard: queue.SimpleQueue[tuple[_Worker, bytes | None]] = queue.SimpleQueue()
        self._workers: set[_Worker] = set()

    @property
    def pids(self) -> list[int]:
        """Of the workers that are there."""
        return [worker.process.pid for worker in self._workers]

    def run(self, waiting: deque[Job]) -> Iterator[tuple[Job, Said]]:
        """Carry out jobs, the first one first; more may be added, and some taken away, while it
        goes on. Yields what becomes known of each, at last its answer."""
        deaths = dict[Job, int]()
        while waiting or self._is_busy:
            self._hand_out(waiting)
            worker, line = self._heard.get()
            job, said = worker.job, self._said(worker, line)
            if line is None:
                self._workers.discard(worker)
                worker.dismiss()
                if job is not None:
                    deaths[job] = deaths.get(job, 0) + 1
                    if deaths[job] < MOST_DEATHS:
                        waiting.appendleft(job)
                        said = Lost(how=worker.how_it_ended)
            if not isinstance(said, Reached):
                worker.job = None
            if job is not None:
                yield job, said

    @property
    def _is_busy(self) -> bool:
        return any(worker.job is not None for worker in self._workers)

    def _hand_out(self, waiting: deque[Job]) -> None:
        idle = [worker for worker in self._workers if worker.job is None]
        while waiting and (idle or len(self._workers) < self.size):
            if not idle:
                idle.append(_Worker(self._heard))
                self._workers.add(idle[-1])
            idle.pop().give(waiting.popleft())

    def _said(self, worker: _Worker, line: bytes | None) -> Said:
        if line is None:
            how = f"its process ended {MOST_DEATHS} times, the last time {worker.how_it_ended}"
            return Answer(error=how)
        try:
            return to_said(line)
        except (msgspec.MsgspecError, RecursionError):
            return Answer(error="its process answered something that is no answer")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers:
            worker.dismiss()
        for worker in self._workers:
            worker.end()
        self._workers.clear()
