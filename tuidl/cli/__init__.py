"""The command line: arguments -> headless, screen or answer. Imports nothing heavy at the top."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

import click

from tuidl.cli.common import EPILOG, FAILED, USAGE_ERROR, allow_plugins_option
from tuidl.cli.comparing import compare
from tuidl.cli.evaluating import evaluate
from tuidl.cli.finding_rate import find_rate
from tuidl.cli.generating import generate
from tuidl.cli.kept_runs import delete, note, rename, replay, tag, verify
from tuidl.cli.landscape import landscape
from tuidl.cli.listing import runs
from tuidl.cli.looking import download, explain, gradcheck, presets, show
from tuidl.cli.playground import is_line, playground
from tuidl.cli.predicting import predict
from tuidl.cli.proposing import new
from tuidl.cli.rewinding import fork, rewind
from tuidl.cli.sweeping import sweep
from tuidl.cli.training import resume, train
from tuidl.cli.using import export
from tuidl.cli.viewing import view
from tuidl.core.errors import SaveError, TuidlError, out_of_memory
from tuidl.core.own_files import error_text
from tuidl.core.printable import printable, shortened
from tuidl.core.terminal import leave_on_interrupt, output_problem, prepare_streams, reader_is_gone
from tuidl.core.version import __version__

TRAIN, PLAYGROUND = "train", "playground"


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Errors in the usage repeat arguments: these become printable."""
    try:
        yield
    except click.ClickException as error:
        error.message = printable(shortened(error.message))  # type: ignore[misc]
        raise


class PresetGroup(click.Group):
    """A first word that is no command is a preset to train."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        with _in_one_line():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        with _in_one_line():
            return super().invoke(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_ours = bool(args) and args[0] in ("--help", "--version")
        if not args or (args[0] not in self.commands and not is_ours):
            first = next((word for word in args if not word.startswith("-")), "")
            args = [PLAYGROUND if is_line(first) else TRAIN, *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=PresetGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="tuidl")
def cli() -> None:
    """Train small neural networks and watch them learn.

    \b
    tuidl PRESET --no-ui          train, with a progress bar and plots
    tuidl PRESET --no-ui --json   train, events as JSON lines
    tuidl FILE.csv --target NAME  train on a table, without a preset
    tuidl resume RUN              go on with a run that was stopped, or killed
    tuidl runs                    the runs that are kept; rename, note, tag, delete RUN
    tuidl rewind RUN STEP         what its network was at any step; tuidl fork goes on from there
    tuidl landscape RUN           the loss on a plane through its weights, with its path
    tuidl view RUN|PATH|-         curves of a run, or of any program's log
    tuidl predict RUN INPUT       what the trained network makes of a picture or a table
    tuidl generate RUN            what a network that has learned text writes
    tuidl evaluate RUN [FILE]     how good it is: scores with intervals, curves, worst examples
    tuidl playground [LINE]       points in the plane: build a network while it learns
    tuidl find-rate PRESET        a learning rate, from a short training
    tuidl sweep SWEEP.toml        many trainings with other settings, and which is the best
    tuidl presets                 what there is to train
    tuidl explain CONCEPT         what a word means, in plain words
    tuidl train --help            all options of a training run

    PRESET is the name of a shipped preset or the path of a TOML file. RUN is a name among the
    runs or the beginning of one, a folder, "last", or "best:METRIC".
    """


COMMANDS = (
    train, playground, new, resume, runs, view, compare, verify, replay, rewind, fork, landscape,
    rename, note, tag, delete, predict, evaluate, export, presets, show, gradcheck, download,
    explain,
    generate, sweep, find_rate,
)  # fmt: skip
for command in COMMANDS:
    reads_presets = command not in (
        new, playground, rename, note, tag, delete, download, explain,
    )  # fmt: skip
    cli.add_command(allow_plugins_option(command) if reads_presets else command)


def main(arguments: list[str] | None = None) -> NoReturn:
    """The entry point: an error becomes one line, never a traceback.

    TUIDL_DEBUG=1 shows the traceback of an unforeseen error.
    """
    prepare_streams()
    leave_on_interrupt()
    try:
        cli.main(args=arguments, prog_name="tuidl", standalone_mode=True)
    except SystemExit as ended:
        sys.exit(_with_output(ended.code))
    except SaveError as error:
        code, message = FAILED, str(error)
    except TuidlError as error:
        code, message = USAGE_ERROR, str(error)
    except MemoryError as error:
        code, message = FAILED, out_of_memory(error)
    except OSError as error:
        code, message = FAILED, printable(error_text(error))
    except Exception as error:
        if os.environ.get("TUIDL_DEBUG"):
            raise
        problem = printable(shortened(f"{type(error).__name__}: {error}"))
        code, message = FAILED, f"{problem} (TUIDL_DEBUG=1 shows more)"
    with suppress(OSError):
        print(f"tuidl: error: {message}", file=sys.stderr, flush=True)
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(code)


def _with_output(code: Any) -> Any:
    """The exit code, which is FAILED where all went well but stdout could not be written. A reader
    that went away (``| head``) had what it wanted."""
    problem = output_problem()
    if problem is None or reader_is_gone():
        return code
    print(f"tuidl: error: stdout: {problem.strerror}: output is missing", file=sys.stderr)
    return code or FAILED
