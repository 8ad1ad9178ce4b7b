"""Looking at logs: our own runs, and those of any program that writes JSON lines, a CSV log or
TensorBoard's event files."""

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import found_run
from tuidl.cli.playing import play
from tuidl.core.errors import RunError
from tuidl.core.terminal import put, say
from tuidl.core.user_folders import expanded

if TYPE_CHECKING:
    from tuidl.logs.source import Source

STDIN = "-"
MOST_COLUMNS, LINES_OF_A_CHART = 100, 12


@click.command()
@click.argument("log", metavar="RUN|PATH|-")
@click.option("--no-ui", is_flag=True, help="Print the charts instead of opening a screen.")
def view(log: str, no_ui: bool) -> None:
    """Open a finished or running log in the playground: a run that is kept, or the log of any
    program: JSON lines with a step and numbers, CSV (Keras, Lightning), or TensorBoard's event
    files; a folder of them is one log. '-' reads a log from a pipe.

    \b
    tuidl view RUN
    tuidl view log.jsonl
    tuidl view metrics.csv
    tuidl view logs/            (train/ and validation/ with TensorBoard's files)
    python train.py | tuidl view -

    The steps are what 'step', 'global_step', 'iteration', 'iter', 'epoch' or 'batch' says. A log
    that grows is followed.
    """
    source = _from_stdin() if log == STDIN else _named(log)
    if no_ui:
        _print(source)
        return
    _require_screen(log)
    if log == STDIN:
        _keys_from_terminal()
    play(view=source)


def _named(log: str) -> "Source":
    """A file, the log of a run, or a folder of logs. Raises RunError."""
    from tuidl.logs.folder import FolderSource
    from tuidl.logs.source import source_of, source_of_run

    if not log or "\0" in log:
        raise RunError("a run's name, or the path of a log, is missing")
    path = expanded(log)
    if path.exists() and not path.is_dir():
        return source_of(path)
    try:
        folder = found_run(log)
    except RunError as error:
        if path.is_dir():
            return FolderSource(path)
        raise RunError(f"no file {log!r}, and {error}") from None
    return source_of_run(folder)


def _from_stdin() -> "Source":
    """What is piped in, on a descriptor of its own. Raises UsageError where nothing is."""
    from tuidl.logs.source import StreamSource

    if sys.stdin is None:
        raise click.UsageError("stdin is closed: there is nothing to view")
    try:
        if os.isatty(0):
            raise click.UsageError("'-' reads from a pipe: python train.py | tuidl view -")
        return StreamSource("stdin", os.dup(0))
    except OSError:
        raise click.UsageError("stdin is closed: there is nothing to view") from None


def _keys_from_terminal() -> None:
    """Have the terminal's keys on stdin, of which the data has gone elsewhere."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise click.UsageError(
            "no terminal to take keys from (/dev/tty); without one: tuidl view - --no-ui"
        ) from None
    os.dup2(terminal, 0)
    os.close(terminal)


def _require_screen(log: str) -> None:
    streams = [sys.stdout, sys.stderr] if log == STDIN else [sys.stdin, sys.stdout, sys.stderr]
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise click.UsageError(f"the playground needs a terminal; without one: {_instead(log)}")


def _instead(log: str) -> str:
    return f"tuidl view {log} --no-ui"


def _print(source: "Source") -> None:
    """The charts as text; what could not be used goes to stderr."""
    from tuidl.core.terminal import speaks_unicode, wants_color
    from tuidl.logs.follower import Follower
    from tuidl.logs.text import problem_of, text_of

    log = Follower(source).read_all()
    width = min(shutil.get_terminal_size().columns, MOST_COLUMNS)
    lines, notes = text_of(log, width, LINES_OF_A_CHART, wants_color(), speaks_unicode())
    for line in lines:
        put(line, styled=True)
    for note in notes:
        say(note)
    if problem := problem_of(log, source.name):
        raise RunError(problem)
