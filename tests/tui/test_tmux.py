"""A run in tmux, as many people have one: what is seen there is what tmux made of our output."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.pseudo_terminal import is_gone

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
SECONDS = 400.0
OUTER = ("TMUX", "TMUX_PANE", "NO_COLOR")


class Tmux:
    """A server of our own, without anybody's settings, with one pane that runs the playground."""

    def __init__(self, columns: int, lines: int, folder: Path, arguments: str) -> None:
        self._name = f"tuidl-test-{os.getpid()}-{columns}"
        self._size = f"{columns}x{lines}"
        environment = {key: value for key, value in os.environ.items() if key not in OUTER}
        self._socket = tempfile.TemporaryDirectory(dir="/tmp")  # a socket's path must be short
        places = {name: str(folder) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")}
        self._environment = environment | places | {"TMUX_TMPDIR": self._socket.name}
        program = f"{shlex.quote(sys.executable)} -m tuidl {arguments}; echo left with $?; cat"
        self._do("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(lines),
                 "sh", "-c", program)  # fmt: skip

    def _do(self, *words: str) -> str:
        command = ["tmux", "-L", self._name, *words]
        return subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=True
        ).stdout

    @property
    def seen(self) -> str:
        return self._do("capture-pane", "-p")

    @property
    def colors(self) -> str:
        """The pane with its escape sequences."""
        return self._do("capture-pane", "-p", "-e")

    def press(self, *keys: str) -> None:
        self._do("send-keys", *keys)

    def until(self, *wanted: str) -> str:
        """Wait until all of these are seen at once."""
        end = time.monotonic() + SECONDS
        while not all(text in (seen := self.seen) for text in wanted):
            assert time.monotonic() < end, f"{self._size}: no {wanted} in\n{seen}"
            time.sleep(0.05)
        return seen

    @property
    def process(self) -> int:
        return int(self._do("display-message", "-p", "#{pane_pid}"))

    def close(self) -> None:
        self._do("kill-server")
        self._socket.cleanup()


@pytest.fixture(params=[(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def pane(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tmux]:
    tmux = Tmux(*request.param, tmp_path, "cnn_digits --set training.epochs=500")
    shell = tmux.process
    yield tmux
    tmux.close()
    assert is_gone(shell)


def test_start_train_pause_step_and_quit(pane: Tmux) -> None:
    pane.until("Ⅱ paused", "epoch 1/500", "step 0/45", "overview", "? help")
    pane.press("Space")
    pane.until("▶ training", "accuracy", "✓")
    assert "38;2;98;174;239" in pane.colors or "38;5;" in pane.colors
    pane.press("Space")
    paused = pane.until("Ⅱ paused")
    before = _steps(paused)
    pane.press("s")
    end = time.monotonic() + SECONDS
    while (after := _steps(pane.until("Ⅱ paused"))) == before:
        assert time.monotonic() < end, "s does no step"
    assert after == before + 1
    for key, seen in (("2", "the selected one"), ("3", "activations"),
                      ("4", "the training loop"), ("1", "log scale")):  # fmt: skip
        pane.press(key)
        pane.until(seen)
    pane.press("q")
    if after >= 45:
        pane.until("Stop this run?")
        pane.press("l")
    pane.until("to filter")
    pane.press("q")
    assert "to filter" not in pane.until("left with 0"), "the terminal is as it was"


def _steps(seen: str) -> int:
    """How many steps are done, of 45 in each epoch."""
    words = seen.splitlines()[0].split()
    epoch = int(words[words.index("epoch") + 1].split("/")[0])
    step = int(words[words.index("step") + 1].split("/")[0])
    return 45 * (epoch - 1) + step
