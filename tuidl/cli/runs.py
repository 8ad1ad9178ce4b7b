"""Runs that are kept: listing them, and proving that they can be had again."""

import shutil
import sys
from pathlib import Path

import click

from tuidl.cli.common import json_option, prepare, threads_option


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--state", type=click.Choice(["done", "interrupted", "failed", "unfinished", "running"]),
    help="Only runs in this state.",
)  # fmt: skip
@json_option
def runs(words: tuple[str, ...], state: str | None, as_json: bool) -> None:
    """List the runs that are kept, the newest first; WORDS: only those that have them all in
    their name or preset."""
    from tuidl.runs.listing import as_lines, listed, to_json
    from tuidl.runs.places import runs_folder

    found = listed(words, state)
    if as_json:
        click.echo(to_json(found))
    elif found:
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
        for line in as_lines(found):
            click.echo(line[:columns])
    else:
        chosen = " like that" if words or state else ""
        click.echo(f"tuidl: no runs{chosen} in {runs_folder()}", err=True)


@click.command()
@click.argument("run")
@threads_option
@json_option
def verify(run: str, threads: int | None, as_json: bool) -> None:
    """Prove that RUN can be had again: train it anew, and once more interrupted and resumed.

    Exit code 0 where both reach the same weights to the bit, else 1.
    """
    prepare(threads)
    from tuidl.runs.folder import RunFolder
    from tuidl.runs.places import find
    from tuidl.verifying import verify_run

    verdict = verify_run(RunFolder(find(run)), threads)
    click.echo(verdict.to_json() if as_json else verdict.text())
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
    from tuidl.headless import replay_headless
    from tuidl.runs.folder import RunFolder
    from tuidl.runs.places import find

    folder = RunFolder(find(run))
    sys.exit(replay_headless(folder, out=out, threads=threads, as_json=as_json))
