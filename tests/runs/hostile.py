"""A run's folder as somebody else may have made it: files that are none, or lead out of it."""

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRECIOUS = b"nobody may change this\n"
Snapshot = dict[str, tuple[int, int, bytes]]


class Outside:
    """A folder beside the run's, of which nothing may change."""

    def __init__(self, path: Path) -> None:
        self.path, self.file, self.folder = path, path / "precious", path / "folder"
        self.folder.mkdir(parents=True)
        self.file.write_bytes(PRECIOUS)
        for name in (".hidden", ".000001.safetensors.77", "000001.safetensors", "events.jsonl",
                     "000099.safetensors", "000001.safetensors.sha256", "precious"):  # fmt: skip
            (self.folder / name).write_bytes(PRECIOUS)

    def snapshot(self) -> Snapshot:
        """What is there, and when it was changed."""
        found = {}
        for path in sorted(self.path.rglob("*")):
            status = path.lstat()
            data = path.read_bytes() if path.is_file() else b""
            found[str(path)] = status.st_mtime_ns, status.st_mode, data
        return found


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def link_outside(path: Path, outside: Outside) -> None:
    target = outside.folder if path.is_dir() else outside.file
    _remove(path)
    path.symlink_to(target)


def link_to_itself_elsewhere(path: Path, outside: Outside) -> None:
    """Content that is right, at the end of a link."""
    target = outside.path / f"moved-{path.name}"
    shutil.move(path, target)
    path.symlink_to(target)


def link_to_a_device(path: Path, outside: Outside) -> None:
    _remove(path)
    path.symlink_to("/dev/zero")


def dangling_link(path: Path, outside: Outside) -> None:
    _remove(path)
    path.symlink_to(outside.path / "not-there-yet")


def link_to_itself(path: Path, outside: Outside) -> None:
    _remove(path)
    path.symlink_to(path.name)


def pipe(path: Path, outside: Outside) -> None:
    _remove(path)
    os.mkfifo(path)


def link_to_a_pipe(path: Path, outside: Outside) -> None:
    _remove(path)
    os.mkfifo(outside.path / f"pipe-{path.name}")
    path.symlink_to(outside.path / f"pipe-{path.name}")


def folder(path: Path, outside: Outside) -> None:
    _remove(path)
    path.mkdir()
    (path / "inside").write_bytes(PRECIOUS)


def bound_socket(path: Path, outside: Outside) -> None:
    _remove(path)
    before = os.getcwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(before)


def huge(path: Path, outside: Outside) -> None:
    _remove(path)
    with path.open("wb") as file:
        file.truncate(1 << 42)


def hard_link(path: Path, outside: Outside) -> None:
    if path.is_dir():
        return
    _remove(path)
    os.link(outside.file, path)


def forbidden(path: Path, outside: Outside) -> None:
    path.chmod(0)


Make = Callable[[Path, Outside], None]
KINDS: list[Make] = [
    link_outside, link_to_itself_elsewhere, link_to_a_device, dangling_link, link_to_itself, pipe,
    link_to_a_pipe, folder, bound_socket, huge, hard_link,
]  # fmt: skip


@contextmanager
def alarm(seconds: int) -> Iterator[None]:
    """Raises TimeoutError in what takes longer, which then hangs."""

    def rung(number: int, frame: object) -> None:
        raise TimeoutError(f"still not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, rung)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        with suppress(OSError):
            os.getcwd()
