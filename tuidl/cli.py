"""The command line: arguments -> headless. Imports nothing heavy at the top."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from tuidl import __version__
from tuidl.errors import PresetError, TuidlError, suggestion
from tuidl.limits import default_threads
from tuidl.terminal import leave_on_interrupt, prepare_streams

EPILOG = """
\b
Exit codes:
  0    done
  1    training failed or diverged; a gradient check missed
  2    usage or preset error (before anything is allocated)
  130  interrupted (Ctrl-C)
  143  terminated (SIGTERM, SIGHUP)
"""
FAILED, USAGE_ERROR = 1, 2
TRAIN = "train"
PAGE = 80
"""Columns of text that are pleasant to read."""


class PresetGroup(click.Group):
    """A first word that is no command is a preset to train."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_ours = bool(args) and args[0] in ("--help", "--version")
        if not args or (args[0] not in self.commands and not is_ours):
            args = [TRAIN, *args]
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
    tuidl presets                 what there is to train
    tuidl explain CONCEPT         what a word means, in plain words
    tuidl train --help            all options of a training run

    PRESET is the name of a shipped preset or the path of a TOML file.
    """


@cli.command(TRAIN, epilog=EPILOG)
@click.argument("preset", required=False)
@click.option("--no-ui", is_flag=True, help="Train without a screen.")
@click.option("--json", "as_json", is_flag=True, help="With --no-ui: events as JSON on stdout.")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE",
    help="Override a value of the preset: training.epochs=3. May be repeated.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Override training.seed.")
@click.option(
    "--threads", type=click.IntRange(1, 256), help="Default: as many of the cores as help."
)
@click.option("--backend", default="cpu", metavar="cpu|numpy|cuda", help="Default: cpu.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to keep the run in."
)
def train(
    preset: str | None,
    no_ui: bool,
    as_json: bool,
    overrides: tuple[str, ...],
    seed: int | None,
    threads: int | None,
    backend: str,
    out: Path | None,
) -> None:
    """Train PRESET (the word 'train' may be left out)."""
    if seed is not None:
        overrides = (*overrides, f"training.seed={seed}")
    if not no_ui:
        sys.exit(_play(preset, overrides, threads, backend, unfit=as_json or out is not None))
    if preset is None:
        raise click.UsageError("which preset? 'tuidl presets' lists them")
    _prepare(threads)
    from tuidl.library import load_preset

    loaded = load_preset(preset, overrides)
    from tuidl.headless import train_headless

    with _naming(preset):
        code = train_headless(loaded, backend=backend, threads=threads, out=out, as_json=as_json)
    sys.exit(code)


def _play(
    preset: str | None,
    overrides: tuple[str, ...],
    threads: int | None,
    backend: str,
    unfit: bool,
) -> int:
    """Open the playground; returns the exit code. Raises UsageError where no screen can be had."""
    given = preset or "PRESET"
    if unfit:
        raise click.UsageError(f"--json and --out go with --no-ui: tuidl {given} --no-ui")
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        hint = f"without one: tuidl {given} --no-ui"
        raise click.UsageError(f"the playground needs a terminal; {hint}")
    from tuidl.library import find, load_preset
    from tuidl.reports import speaks_unicode
    from tuidl.tui.app import Playground

    loaded = load_preset(preset, overrides) if preset else None
    folder = find(preset).parent if preset else Path()
    app = Playground(
        loaded, folder=folder, threads=threads, backend=backend, unicode=speaks_unicode()
    )
    app.run()
    return app.return_code or 0


@cli.command()
def presets() -> None:
    """List the shipped presets."""
    from tuidl.library import shipped
    from tuidl.preset import Preset

    known = shipped()
    indent = max(map(len, known)) + 2
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    for name, path in known.items():
        sentence = Preset.load(path).about.strip().split(". ")[0].rstrip(".") + "."
        lines = textwrap.wrap(sentence, max(columns - indent, 20))
        click.echo(f"{name:<{indent}}" + f"\n{'':<{indent}}".join(lines))


@cli.command()
@click.argument("preset")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="As in training.")
def show(preset: str, overrides: tuple[str, ...]) -> None:
    """Layers, shapes, parameters, FLOPs, memory and program of PRESET."""
    _prepare(1)
    from tuidl.library import load_preset
    from tuidl.show import description

    with _naming(preset):
        click.echo(description(load_preset(preset, overrides)))


@cli.command()
@click.argument("preset")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="As in training.")
@click.option("--entries", default=100, type=click.IntRange(1), help="Checked of each parameter.")
def gradcheck(preset: str, overrides: tuple[str, ...], entries: int) -> None:
    """Hold PRESET's analytic gradients against numeric ones, in float64."""
    _prepare(1)
    from tuidl.library import load_preset
    from tuidl.training.gradcheck import check_gradients

    with _naming(preset):
        checks = check_gradients(load_preset(preset, overrides), entries=entries)
    click.echo(f"{'parameter':<32} {'checked':>14} {'largest error':>14}")
    for check in checks:
        verdict = "ok" if not check.missed else f"{check.missed} MISSED"
        counted = f"{check.checked} of {check.size}"
        click.echo(f"{check.name:<32} {counted:>14} {check.largest_error:>14.2e}  {verdict}")
    sys.exit(1 if any(check.missed for check in checks) else 0)


@cli.command()
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="All of them.")
def download(name: str | None, everything: bool) -> None:
    """Download a published data set: mnist, fashion_mnist or cifar10.

    Files go to the data folder (TUIDL_DATA_DIR, or the platform's) and are checked; a download
    that was cut is taken up where it ended.
    """
    from tuidl.data.published import PUBLISHED

    if everything == (name is not None):
        raise click.UsageError(f"name one of {', '.join(PUBLISHED)}, or --all")
    if name is not None and name not in PUBLISHED:
        raise click.UsageError(f"no data set {name!r}{suggestion(name, PUBLISHED)}")
    from tuidl.fetching import download_all

    for path in download_all(PUBLISHED.values() if name is None else [PUBLISHED[name]]):
        click.echo(path)


@cli.command()
@click.argument("concept", nargs=-1)
def explain(concept: tuple[str, ...]) -> None:
    """Say in plain words what CONCEPT is, with formula and example; without one, list all.

    CONCEPT is a word of the field, or what stands in a preset: learning rate, conv2d, dropout.rate.
    """
    from tuidl import glossary
    from tuidl.glossary import pages
    from tuidl.reports import speaks_unicode, wants_color

    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if concept:
        entry = glossary.concept(" ".join(concept))
        lines = pages.page(entry, min(columns or PAGE, PAGE), speaks_unicode())
    else:
        lines = pages.listing(glossary.concepts(), columns or 10_000, speaks_unicode())
    for text, role in lines:
        bold = role in ("title", "heading") and wants_color()
        click.echo(click.style(text, bold=True) if bold else text)


def _prepare(threads: int | None) -> None:
    from tuidl.environment import prepare_environment

    prepare_environment(threads or default_threads())


@contextmanager
def _naming(preset: str) -> Iterator[None]:
    """Errors that speak of a preset's keys name the preset too."""
    try:
        yield
    except PresetError as error:
        raise error.within(preset) from None


def main(arguments: list[str] | None = None) -> Any:
    """The entry point: an error becomes one line, never a traceback.

    TUIDL_DEBUG=1 shows the traceback of an error that nobody foresaw.
    """
    prepare_streams()
    leave_on_interrupt()
    try:
        return cli.main(args=arguments, prog_name="tuidl", standalone_mode=True)
    except TuidlError as error:
        code, message = USAGE_ERROR, str(error)
    except MemoryError:
        code, message = USAGE_ERROR, "out of memory; fewer examples or smaller layers need less"
    except OSError as error:
        code, message = FAILED, f"{error.strerror or error}"
    except Exception as error:
        if os.environ.get("TUIDL_DEBUG"):
            raise
        code, message = FAILED, f"{type(error).__name__}: {error} (TUIDL_DEBUG=1 tells more)"
    with suppress(OSError):
        print(f"tuidl: error: {message}", file=sys.stderr, flush=True)
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(code)
