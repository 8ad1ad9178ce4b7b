"""What the commands share."""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from tuidl.core.errors import PresetError, RunError
from tuidl.core.limits import default_threads
from tuidl.core.terminal import say
from tuidl.storage.contents import PRESET

EPILOG = """
\b
Exit codes:
  0    done
  1    training failed or diverged; a gradient check missed; a run not verified;
       stdout could not be written (disk full): output is missing, the run is not
  2    usage or preset error (before anything is allocated)
  3    trained to its end, and an alert was raised (--alert, [alerts] of the preset)
  130  interrupted (Ctrl-C), and saved
  143  terminated (SIGTERM, SIGHUP, or the reader of stdout went away), and saved
"""
FAILED, USAGE_ERROR = 1, 2
PAGE = 80
"""Columns of text that are pleasant to read."""


class Finite(click.FloatRange):
    """A number in a range, which none is that is no number: Click takes "nan" for one."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        found: float = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value!r}: expected a number", param, ctx)
        return found


set_option = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="As in training."
)
threads_option = click.option(
    "--threads", type=click.IntRange(1, 256), help="Default: as many of the cores as help."
)
json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")
weights_option = click.option(
    "--weights", "which", type=click.Choice(["final", "best"]), default="final",
    help="Those the run ended with, or those of its best epoch.",
)  # fmt: skip
step_option = click.option(
    "--at-step", "step", type=click.IntRange(0, 1 << 53), metavar="STEP",
    help="Those after so many steps of the run instead; needs the data it was trained on.",
)  # fmt: skip
ALERTS = "not_finite, gradients, plateau, overfitting, dead_units, updates, slower, disk"
"""The rules of tuidl/preset/alerts.py, which need not be loaded to be listed."""
alert_option = click.option(
    "--alert", "alerts", multiple=True, metavar="RULE",
    help=f"Watch a rule, or all: {ALERTS}. With a limit: plateau.epochs=20. May be repeated.",
)  # fmt: skip


def _in_words(context: click.Context, option: click.Parameter, command: str | None) -> str | None:
    """Raises PresetError for a command that is no words, before any data are loaded."""
    if command is not None:
        from tuidl.cli.alerting import words_of

        words_of(command)
    return command


alert_command_option = click.option(
    "--alert-command", metavar="COMMAND", callback=_in_words,
    help="With --no-ui: start this at each alert, with TUIDL_ALERT_RULE, TUIDL_ALERT_TEXT and "
    "TUIDL_ALERT_RUN in its environment. No shell.",
)  # fmt: skip
save_every_option = click.option(
    "--save-every", type=click.IntRange(1, 1_000_000_000), metavar="STEPS",
    help="Default: every few seconds.",
)  # fmt: skip


def _allow(context: click.Context, option: click.Parameter, is_given: bool) -> None:
    if is_given:
        from tuidl.plugins.permission import allow

        allow()


def allow_plugins_option(command: click.Command) -> click.Command:
    """The option of every command that reads presets: see docs/plugins.md."""
    return click.option(
        "--allow-plugins", is_flag=True, expose_value=False, callback=_allow,
        help="Let the preset run the Python files beside it that it names.",
    )(command)  # fmt: skip


def prepare(threads: int | None) -> None:
    from tuidl.core.environment import prepare_environment

    prepare_environment(threads or default_threads())


def found_run(called: str) -> Path:
    """The folder of the run that is ``called`` so; says which one where the words left that open.
    Raises RunError."""
    from tuidl.runs.naming import find_run

    found = find_run(called)
    if found.note:
        say(found.note)
    return found.path


def require_screen(otherwise: str) -> None:
    """Raises UsageError where there is no terminal for --ui; ``otherwise``: what is then done
    without it."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise click.UsageError(f"--ui needs a terminal; {otherwise}")


def run_of(called: str) -> Path | None:
    """The folder of the run that is ``called`` so where no preset is."""
    from tuidl.preset.library import shipped
    from tuidl.storage.locations import find

    if called in shipped() or Path(called).is_file():
        return None
    with suppress(RunError):
        return find(called)
    return None


@contextmanager
def naming(preset: str) -> Iterator[None]:
    """Errors that speak of a preset's keys name the preset too; of a run in the place of a preset
    they say where its preset is."""
    try:
        yield
    except PresetError as error:
        if run := run_of(preset):
            problem = f"a run, expected a preset; the one of this run is {run / PRESET}"
            raise PresetError("", problem, preset) from None
        raise error.within(preset) from None
