"""The virtual environment of a clone: made where it is missing, and renewed where it is not right.

A file in it, the stamp, says whether it is complete, and for what: the dependencies of
``pyproject.toml``, this folder and this Python. It is written last. An environment without a valid
stamp was interrupted (by a crash or a power cut: after a signal or an error nothing is left) and
is made anew. One that the user made is never removed: what is missing is installed into it.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import IO, NamedTuple, NoReturn

from compiling import compiling, needs_of_compiler

STAMP = "tuidl-setup"
LOCK = ".venv.lock"
EXTRA = "test"
OURS, THEIRS = "made", "found"
"""First line of the stamp: who made the environment."""
SIGNALS = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 143}
FAILED = 1
LAST_LINES = 15
MISLEADING = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER")
"""Variables by which pip would install elsewhere."""


class SetupError(Exception):
    """One line for the user. ``code``: the exit code."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def prepare(root: Path, folder: Path) -> Path:
    """The Python of a complete environment in ``folder``. Raises SetupError."""
    try:
        if _stamp(folder) != _complete(root, folder):
            with _only_one(root / LOCK):
                _set_up(root, folder)
    except OSError as error:
        raise SetupError(f"{error.filename or folder}: {error.strerror or error}") from None
    return _python(folder)


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


class Stamp(NamedTuple):
    """``place``: of the clone and of Python, without which it does not start; ``needs``: the
    dependencies. Both are digests."""

    is_ours: bool
    place: str = ""
    needs: str = ""


def _stamp(folder: Path) -> Stamp:
    """What the environment says of itself. An empty folder is as good as none."""
    try:
        who, place, needs = (folder / STAMP).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return Stamp(not folder.exists() or not any(folder.iterdir()))
    except ValueError:  # what a crash left of it
        return Stamp(True)
    return Stamp(who == OURS, place, needs)


def _complete(root: Path, folder: Path) -> Stamp:
    """What it would say if nothing were missing."""
    python = _python(folder)
    interpreter = python.resolve() if python.exists() else ""
    place = _digest(f"{root}\n{interpreter}".encode(errors="surrogateescape"))
    needs = _digest((root / "pyproject.toml").read_bytes())
    return Stamp(_stamp(folder).is_ours, place, needs)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_stamp(folder: Path, stamp: Stamp) -> None:
    new = folder / f"{STAMP}.new"
    lines = (OURS if stamp.is_ours else THEIRS, stamp.place, stamp.needs)
    new.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(new, folder / STAMP)


def _set_up(root: Path, folder: Path) -> None:
    """Make or renew the environment; where that fails, or is interrupted, nothing of it is left."""
    found, wanted = _stamp(folder), _complete(root, folder)
    if found == wanted:
        return  # another process has done it meanwhile
    began = time.monotonic()
    with _signals_raise():
        try:
            if found.is_ours and found.place != wanted.place:
                _remove(folder)
            folder.mkdir(exist_ok=True)
            _write_stamp(folder, Stamp(found.is_ours))
            if not _python(folder).exists():
                _make(folder, found.is_ours)
            _install(root, folder)
            _write_stamp(folder, _complete(root, folder))
        except BaseException:
            if found.is_ours:
                _remove(folder)
            raise
    seconds = time.monotonic() - began
    _say(f"ready after {seconds:.0f} s; '. {folder.name}/bin/activate' puts tuidl on the path")


def _remove(folder: Path) -> None:
    """Again where what was just killed has still written a file."""
    for _ in range(10):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


def _make(folder: Path, is_ours: bool) -> None:
    if not is_ours:
        raise SetupError(f"{folder} is no environment with a Python in it: rename or remove it")
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        version = ".".join(map(str, sys.version_info[:2]))
        raise SetupError(
            "this Python cannot make environments: its modules venv and ensurepip are missing "
            f"(on Debian and Ubuntu: sudo apt install python{version}-venv)"
        )
    _run("making an environment in .venv", [sys.executable, "-m", "venv", str(folder)], folder)


def _install(root: Path, folder: Path) -> None:
    pip = [str(_python(folder)), "-m", "pip", "install", "--quiet", "--no-input", "--no-compile"]
    pip.append("--disable-pip-version-check")
    first, rest = needs_of_compiler(root), ["--editable", f".[{EXTRA}]"]
    if first:
        _run("installing the compiler, once", [*pip, *first], root)
    with compiling(_python(folder), root, _variables()) if first else nullcontext() as kernels:
        _run("installing what tuidl needs, once", [*pip, *rest], root)
        if kernels is not None and kernels.poll() is None:
            _wait("compiling kernels, once", kernels)


def _variables() -> dict[str, str]:
    """The environment, for programs that are to work in ``.venv`` alone."""
    kept = {name: text for name, text in os.environ.items() if name not in MISLEADING}
    return {**kept, "PIP_USER": "0"}


def _run(doing: str, line: list[str], place: Path) -> None:
    """Run a program in a folder, and show for how long. Raises SetupError with its last words."""
    with subprocess.Popen(
        line, cwd=place, env=_variables(), text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, close_fds=False,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            said = _wait(doing, process)
        except BaseException:
            _kill(process)
            raise
    if process.returncode:
        print("\n".join(said.splitlines()[-LAST_LINES:]), file=sys.stderr)
        raise SetupError(f"{doing}: failed; run it again when that is mended")


def _kill(process: "subprocess.Popen[str]") -> None:
    """With what it has started: an environment's pip is a child of a child."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _wait(doing: str, process: "subprocess.Popen[str]") -> str:
    """What the process prints. On a terminal a line counts its seconds."""
    began, is_shown = time.monotonic(), sys.stderr.isatty()
    _say(f"{doing} ...", end="" if is_shown else "\n")
    while True:
        try:
            said, _ = process.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            if is_shown:
                _say(f"\r{doing} ... {time.monotonic() - began:.0f} s", end="")
        else:
            _say("", end="\n" if is_shown else "")
            return said


def _say(text: str, end: str = "\n") -> None:
    start, words = ("\r", text[1:]) if text.startswith("\r") else ("", text)
    print(f"{start}tuidl: {words}" if words else "", end=end, file=sys.stderr, flush=True)


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Signals that end a process raise SetupError, so that what is half done is removed."""

    def raise_it(number: int, frame: FrameType | None) -> NoReturn:
        for each in known:
            signal.signal(each, signal.SIG_IGN)  # from here on what was begun is removed
        name = signal.Signals(number).name
        raise SetupError(f"set-up ended by {name}: nothing of it was kept", SIGNALS[name])

    known = [signal.Signals[name] for name in SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in known}
    for number in known:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, raise_it)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """One set-up at a time; a second one waits, and finds the work done.

    What the set-up starts inherits the lock: a pip whose parent was killed holds it to its end.
    """
    with path.open("a+b") as file:
        os.set_inheritable(file.fileno(), True)
        _lock(file)
        yield


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        return
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _say("another call sets this up: waiting for it")
        fcntl.flock(file, fcntl.LOCK_EX)
