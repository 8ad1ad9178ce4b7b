"""A real terminal to run the playground in: a pseudo-terminal of the system's own."""

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path
from typing import Any

ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[PX^_].*?\x1b\\|\x1b\][^\x07]*\x07|\x1b.")
SECONDS = 400.0
OVERLAP = 4096
"""Bytes that are looked through again, as a text may come in two parts."""
LATEST = 1 << 16


class Terminal:
    """``python -m tuidl ...`` on a terminal of so many columns and lines. ``stdin``: a descriptor
    to read from instead, while the keys still come from this terminal."""

    def __init__(
        self,
        *arguments: str,
        size: tuple[int, int] = (120, 40),
        home: Path,
        stdin: int | None = None,
    ) -> None:
        self.master, self.slave = pty.openpty()
        self.resize(*size)
        self.settings = termios.tcgetattr(self.slave)
        places = {name: str(home) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")}
        environment = {**os.environ, **places, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        for name in ("NO_COLOR", "COLUMNS", "LINES"):  # what else was tested must not count here
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tuidl", *arguments],
            stdin=self.slave if stdin is None else stdin, stdout=self.slave, stderr=self.slave,
            env=environment, start_new_session=True,
            preexec_fn=None if stdin is None else self._take_terminal,
        )  # fmt: skip
        self._raw = bytearray()
        self._is_open = True
        self._from = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _take_terminal(self) -> None:
        """Be the terminal that the new process finds as /dev/tty."""
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self.master, 65536):
                self._raw += data

    @property
    def text(self) -> str:
        """All that was written since the last ``until``, without what moves the cursor."""
        return ESCAPES.sub("", self._raw[self._from :].decode(errors="replace"))

    @property
    def everything(self) -> str:
        """All that was ever written."""
        return ESCAPES.sub("", self._raw.decode(errors="replace"))

    @property
    def latest(self) -> str:
        """The last of what was written, some screens of it."""
        return ESCAPES.sub("", self._raw[-LATEST:].decode(errors="replace"))

    def said(self, wanted: str) -> bool:
        """Whether a text was written, be it before its program ended: it may not be read yet."""
        end = time.monotonic() + SECONDS
        while not (found := wanted in self.everything) and time.monotonic() < end:
            time.sleep(0.02)
        return found

    def until(self, wanted: str, seconds: float = SECONDS) -> str:
        """Wait for a text; what is written behind it counts for the next wait, be it there already.

        Only what is new is looked through, or the looking would take the processor from what is
        looked at.
        """
        end, start = time.monotonic() + seconds, self._from
        pattern = re.compile(f"(?:{ESCAPES.pattern})*".join(map(re.escape, wanted)))
        while True:
            upto = len(self._raw)
            text = self._raw[start:upto].decode(errors="surrogateescape")
            if found := pattern.search(text):
                self._from = start + len(text[: found.end()].encode(errors="surrogateescape"))
                return ESCAPES.sub("", text)
            assert self.process.poll() is None, f"ended before {wanted!r}: {self.text[-800:]}"
            assert time.monotonic() < end, f"no {wanted!r} in {self.text[-800:]!r}"
            start = max(self._from, upto - OVERLAP)
            time.sleep(0.02)

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def told_of_resize(self, columns: int, lines: int) -> None:
        self.resize(columns, lines)
        os.kill(self.process.pid, signal.SIGWINCH)

    @property
    def engine(self) -> int:
        """The engine process, the only child; Home is there before it."""
        end = time.monotonic() + SECONDS
        while not (found := children(self.process.pid)):
            assert time.monotonic() < end, "no engine process"
            time.sleep(0.02)
        return found[0]

    def hang_up(self, is_told: bool) -> None:
        """Take the terminal away."""
        if is_told:
            os.kill(self.process.pid, signal.SIGHUP)
        os.close(self.slave)
        os.close(self.master)
        self._is_open = False

    @property
    def is_as_before(self) -> bool:
        """Whether the terminal's settings are what they were."""
        return bool(termios.tcgetattr(self.slave) == self.settings)

    def ended(self, seconds: float = SECONDS) -> int:
        return self.process.wait(seconds)

    def close(self) -> None:
        for child in children(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        if self._is_open:
            os.close(self.slave)
            os.close(self.master)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


def children(parent: int) -> list[int]:
    """Numbers of a process's children, whichever of its threads started them."""
    lists = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(number) for path in lists for number in path.read_text().split()]


def is_gone(process: int, seconds: float = SECONDS) -> bool:
    """Whether a process ends within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False
