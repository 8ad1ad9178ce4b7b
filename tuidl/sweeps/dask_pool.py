"""Jobs on the workers of a Dask cluster: one task each. A lost worker's job goes to another one."""

import logging
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from tuidl.core.errors import BackendError, RunError
from tuidl.core.isolation import allow_yaml
from tuidl.core.version import __version__
from tuidl.plugins.permission import is_allowed
from tuidl.sweeps import remote
from tuidl.sweeps.jobs import Answer, Job, Said

SECONDS_TO_CONNECT = 30
"""As Dask itself waits: a scheduler may share its machine with all that trains."""
AHEAD, LEAST_AHEAD = 2, 32
"""Jobs that are sent for each one that the cluster does at a time, so that none of its workers
waits; and in any case, as workers may join."""
EXTRA = "pip install 'tuidl[dask]'"


class DaskPool:
    """All workers of the cluster at ``address``, such as tcp://HOST:8786.

    Leaving the context takes back the jobs that are not done. Raises RunError where there is no
    scheduler, BackendError where the extra ``dask`` is not installed.
    """

    def __init__(self, address: str) -> None:
        self._distributed = _distributed()
        self.address = address
        try:
            self._client = self._distributed.Client(
                address, timeout=SECONDS_TO_CONNECT, name="tuidl"
            )
        except (OSError, ValueError, TypeError) as error:
            problem = f"no scheduler answers ({_first_line(error)})"
            raise RunError(f"--dask {address}: {problem}") from None

    @property
    def size(self) -> int:
        """Tasks that the cluster does at a time. Raises RunError where its scheduler is gone."""
        with self._connected():
            return sum(self._client.nthreads().values())

    def run(self, waiting: deque[Job]) -> Iterator[tuple[Job, Said]]:
        """Carry out jobs, the first one first; more may be added, and some taken away, while it
        goes on. Yields each with its answer as soon as it and its run are here.

        Raises RunError where the scheduler goes away, or its workers have no tuidl or another one.
        """
        done, jobs = self._distributed.as_completed(), dict[Any, Job]()
        while waiting or jobs:
            most = max(AHEAD * self.size, LEAST_AHEAD) if waiting else 0
            while waiting and len(jobs) < most:
                job = waiting.popleft()
                future = self._submit(job)
                jobs[future] = job
                done.add(future)
            with self._connected():
                future = next(done)
            job = jobs.pop(future)
            yield job, self._answer(job, future)
            future.release()

    @contextmanager
    def _connected(self) -> Iterator[None]:
        """Raises RunError where the scheduler goes away meanwhile."""
        try:
            yield
        except (OSError, CancelledError) as error:
            raise self._gone() from error

    def _gone(self) -> RunError:
        return RunError(f"--dask {self.address}: the scheduler is gone")

    def _submit(self, job: Job) -> Any:
        files = remote.read_files(Path(job.run))
        with self._connected():
            return self._client.submit(
                remote.carry_out, job, files, __version__, is_allowed(),
                pure=False, key=f"{Path(job.run).name}-{job.epochs}-{uuid4().hex}",
            )  # fmt: skip

    def _answer(self, job: Job, future: Any) -> Answer:
        """Of a future that is done; the run's folder is put in place first. Raises RunError where
        the scheduler is gone or the worker has another version."""
        if future.status == "error":
            with self._connected():
                error = future.exception()
            return self._failed(error)
        if future.status != "finished":
            raise self._gone()
        with self._connected():
            parcel: remote.Parcel = future.result()
        if parcel.version:
            raise RunError(
                f"--dask {self.address}: a worker has tuidl {parcel.version}, here it is "
                f"{__version__}: both need the same one"
            )
        if parcel.files:
            remote.write_files(Path(job.run), parcel.files)
        return parcel.answer

    def _failed(self, error: BaseException) -> Answer:
        """The answer for a job that ended in an error. Raises RunError where every worker would."""
        if isinstance(error, ModuleNotFoundError):
            raise RunError(
                f"--dask {self.address}: its workers cannot import {error.name}: install tuidl "
                f"{__version__} there, in the environment that the workers run in"
            )
        if isinstance(error, self._distributed.scheduler.KilledWorker):
            return Answer(
                error="its worker died again and again; the last one: "
                f"{getattr(error.last_worker, 'address', error.last_worker)}"
            )
        return Answer(error=f"{type(error).__name__}: {_first_line(error)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _distributed() -> Any:
    allow_yaml()
    try:
        import distributed
    except ImportError:
        raise BackendError(f"--dask needs the package distributed: {EXTRA}") from None
    for name in ("asyncio", *logging.root.manager.loggerDict):
        if name.startswith(("distributed", "asyncio", "tornado")):  # we say it in a line of our own
            logging.getLogger(name).setLevel(logging.CRITICAL)
    return distributed
