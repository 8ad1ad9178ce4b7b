"""Runs that are kept: listing them, and proving that they can be reproduced."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import PAGE, json_option, prepare, threads_option
from tuidl.core.printable import printable
from tuidl.core.terminal import put, put_json, say

if TYPE_CHECKING:
    from tuidl.runs.comparing import Compared


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--state",
    type=click.Choice(["done", "interrupted", "failed", "unfinished", "running", "damaged"]),
    help="Only runs in this state.",
)  # fmt: skip
@json_option
def runs(words: tuple[str, ...], state: str | None, as_json: bool) -> None:
    """List the runs that are kept, the newest first; WORDS: only those that have them all in
    their name or preset."""
    from tuidl.runs.listing import as_lines, listed, to_json
    from tuidl.storage.locations import runs_folder

    found = listed(words, state)
    if as_json:
        put_json(to_json(found))
    elif found:
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
        for line in as_lines(found):
            put(line[:columns])
    else:
        chosen = " like that" if words or state else ""
        say(f"no runs{chosen} in {runs_folder()}")


@click.command()
@click.argument("run")
@threads_option
@json_option
def verify(run: str, threads: int | None, as_json: bool) -> None:
    """Prove that RUN can be reproduced: train it anew, and once more interrupted and resumed.

    Exit code 0 where both reach the same weights to the bit, else 1.
    """
    prepare(threads)
    from tuidl.runs.verifying import verify_run
    from tuidl.storage.folder import RunFolder
    from tuidl.storage.locations import find

    verdict = verify_run(RunFolder(find(run)), threads)
    put_json(verdict.to_json()) if as_json else put(verdict.text())
    sys.exit(0 if verdict.holds else 1)


@click.command()
@click.argument("run")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to keep the repetition in. Default: one among 'tuidl runs'.",
)
@threads_option
@click.option("--json", "as_json", is_flag=True, help="Events as JSON on stdout.")
def replay(run: str, out: Path | None, threads: int | None, as_json: bool) -> None:
    """Train RUN again as a new run, with every change that was made while it trained.

    Exit code 1 where it does not reach the same weights.
    """
    prepare(threads)
    from tuidl.cli.headless import replay_headless
    from tuidl.storage.folder import RunFolder
    from tuidl.storage.locations import find

    folder = RunFolder(find(run))
    sys.exit(replay_headless(folder, out=out, threads=threads, as_json=as_json))


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...")
@json_option
def compare(runs: tuple[str, ...], as_json: bool) -> None:
    """Show runs side by side: their curves, their results, and where their presets differ."""
    from tuidl.runs.comparing import compared, to_json
    from tuidl.storage.folder import RunFolder
    from tuidl.storage.locations import find

    if len(runs) < 2:
        raise click.UsageError("name two runs or more; 'tuidl runs' lists them")
    found = [compared(RunFolder(find(run))) for run in runs]
    if as_json:
        put_json(to_json(found))
    else:
        _show_compared(found)


def _show_compared(found: "list[Compared]") -> None:
    from tuidl.charts.curve import Curve
    from tuidl.charts.report import chart
    from tuidl.cli.reports import speaks_unicode, wants_color
    from tuidl.runs.comparing import curves_of, difference_lines, letter, measure, result_lines

    for i, run in enumerate(found):
        put(f"{letter(i)}  {printable(run.name)}")
    name = measure(found)
    drawn = curves_of(found, name)
    lines = [Curve(label, series, f"series {i}") for i, (label, series) in enumerate(drawn, 1)]
    width = min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else PAGE
    color, unicode = wants_color(), speaks_unicode()
    blocks = [chart(name, lines, width, 14, color=color, unicode=unicode)] if lines else []
    blocks += [result_lines(found), difference_lines(found)]
    for block in blocks:
        put("\n".join(["", *block]), styled=True)
