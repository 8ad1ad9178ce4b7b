"""What an alert of a headless training does beside its line: the bell, and the user's command."""

import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from tuidl.core.children import child_environment
from tuidl.core.errors import PresetError
from tuidl.core.terminal import say
from tuidl.protocol.events import Alert

OnAlert = Callable[[Alert], None]
BELL = b"\a"


class Alerting:
    """Rings where stderr is a terminal, and starts the ``command`` once for each alert.

    Training does not wait for it: what it prints goes to stderr, and what it comes to counts for
    nothing. Raises PresetError for a command that is no words.
    """

    def __init__(self, command: str | None, run: str = "") -> None:
        self._run, self._words = run, words_of(command) if command is not None else []

    def __call__(self, alert: Alert) -> None:
        with suppress(OSError):
            if sys.stderr.isatty():
                os.write(sys.stderr.fileno(), BELL)
        if self._words:
            self._start(alert)

    def _start(self, alert: Alert) -> None:
        said = {"RULE": alert.rule, "TEXT": alert.text, "RUN": self._run}
        environment = {f"TUIDL_ALERT_{name}": value for name, value in said.items()}
        try:
            process = subprocess.Popen(
                self._words,
                stdin=subprocess.DEVNULL,
                stdout=2,
                env=child_environment(**environment),
                start_new_session=True,
            )
            threading.Thread(target=process.wait, daemon=True).start()  # so that none is a zombie
        except (OSError, ValueError) as error:
            say(f"--alert-command: {self._words[0]}: {error}")


def words_of(command: str) -> list[str]:
    """A program and its arguments. Raises PresetError where the command is no such."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise PresetError("--alert-command", f"{error}") from None
    if not words:
        raise PresetError("--alert-command", "expected a program and its arguments")
    return words
