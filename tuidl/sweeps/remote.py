"""A job on another machine: the run's folder goes there as it is, and comes back with what was
trained. No file system needs to be shared, but the user's own data has to be at the same path.
"""

import shutil
import tempfile
from collections import deque
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from tuidl.core.errors import RunError, SaveError
from tuidl.core.own_files import reason_of
from tuidl.core.version import __version__
from tuidl.sweeps.jobs import Answer, Job

Files = Mapping[str, bytes]
"""A run's folder: what stands in each file, by its path with slashes."""

LEFT_OUT = (".lock",)
OLD, NEW = ".old", ".new"
"""Ends of the names that a run's folder has while it is replaced."""


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker sends back: its answer, and the run's folder as it is then. ``version``: of its
    tuidl, where that is another one and nothing was trained."""

    answer: Answer = Answer()
    files: dict[str, bytes] = {}
    version: str = ""


def carry_out(job: Job, files: Files, version: str, allows_plugins: bool) -> Parcel:
    """Called on a worker: train in a process of its own, in a folder that is removed again."""
    from tuidl.plugins.permission import allowing
    from tuidl.sweeps.pool import Pool

    if version != __version__:
        return Parcel(version=__version__)
    with tempfile.TemporaryDirectory(prefix="tuidl-") as folder:
        run = Path(folder) / Path(job.run).name
        if files:
            write_files(run, files)
        here = msgspec.structs.replace(job, run=str(run))
        with allowing(allows_plugins), Pool(1) as pool:
            said = [what for _, what in pool.run(deque([here]))]
        answer = next(what for what in said if isinstance(what, Answer))
        return Parcel(answer=answer, files=read_files(run))


def read_files(run: Path) -> dict[str, bytes]:
    """The run's folder; nothing where there is none. Raises RunError."""
    found: dict[str, bytes] = {}
    try:
        for path in sorted(run.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.name not in LEFT_OUT:
                found[path.relative_to(run).as_posix()] = path.read_bytes()
    except OSError as error:
        raise RunError(f"{run}: {reason_of(error)}") from None
    return found


def write_files(run: Path, files: Files) -> None:
    """Put a folder in the place of the run's, whole: one that is half written is never there under
    its name. Raises SaveError, also for a path that leads out of it."""
    new, old = run.with_name(run.name + NEW), run.with_name(run.name + OLD)
    try:
        for rest in (new, old):
            shutil.rmtree(rest, ignore_errors=True)
        for name, data in files.items():
            path = new / _inside(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if run.exists():
            run.rename(old)
        new.rename(run)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise SaveError(f"cannot write {run}: {reason_of(error)}") from None


def _inside(name: str) -> Path:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or any(part == ".." or "\\" in part for part in parts):
        raise SaveError(f"a worker sent a file called {name[:80]!r}")
    return Path(*parts)
