"""Runs that are kept: their names, notes and tags, deleting them, and proving that they can be
reproduced."""

import sys
from pathlib import Path

import click

from tuidl.cli.common import found_run, json_option, prepare, threads_option
from tuidl.core.printable import printable
from tuidl.core.terminal import put, put_json, say


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(runs: tuple[str, ...], yes: bool) -> None:
    """Take RUNs away for good, with all that is in their folders.

    All of them are looked up before the first one goes.
    """
    from tuidl.runs.overview import delete as delete_run
    from tuidl.runs.overview import glance

    paths = list(dict.fromkeys(map(_to_delete, runs)))
    if not yes:
        _ask(paths, [glance(path).state for path in paths])
    for path in paths:
        delete_run(path)
        say(f"deleted {path}")


def _to_delete(called: str) -> Path:
    """The folder of a run, which may be too damaged to be found in another way. Raises RunError."""
    from tuidl.storage.locations import names, runs_folder

    return runs_folder() / called if called in names() else found_run(called)


def _ask(paths: list[Path], states: list[str]) -> None:
    """Leaves the command unless the user says yes. Raises UsageError where nobody can."""
    if not sys.stdin.isatty():
        raise click.UsageError("no terminal to ask on: --yes deletes without asking")
    for path, state in zip(paths, states, strict=True):
        say(f"{path} ({state})")
    which = "this run" if len(paths) == 1 else f"these {len(paths)} runs"
    if not click.confirm(f"Delete {which} for good?", err=True):
        say("nothing was deleted")
        sys.exit(0)


@click.command()
@click.argument("run")
@click.argument("name")
def rename(run: str, name: str) -> None:
    """Call RUN by another NAME from now on."""
    from tuidl.runs.renaming import rename as rename_run

    put(printable(str(rename_run(found_run(run), name))))


@click.command()
@click.argument("run")
@click.argument("words", nargs=-1)
@click.option("--remove", is_flag=True, help="Take the note away.")
def note(run: str, words: tuple[str, ...], remove: bool) -> None:
    """Write WORDS beside RUN, in place of the note that it has; without words, show that."""
    from tuidl.storage.labels import read_label, write_label

    if remove and words:
        raise click.UsageError("--remove goes without words")
    path = found_run(run)
    label = read_label(path)
    if remove or words:
        write_label(path, label.noted(" ".join(words)))
    elif label.note:
        put(printable(label.note))


@click.command()
@click.argument("run")
@click.argument("tags", nargs=-1)
@click.option("--remove", is_flag=True, help="Take these tags away; all, where none is named.")
def tag(run: str, tags: tuple[str, ...], remove: bool) -> None:
    """Give RUN TAGS to be found by: 'tuidl runs #keep'. Without tags, show those it has."""
    from tuidl.storage.labels import read_label, write_label

    path = found_run(run)
    label = read_label(path)
    if remove:
        write_label(path, label.tagged((), tags or label.tags))
    elif tags:
        write_label(path, label.tagged(tags))
    for word in read_label(path).tags:
        put(printable(word))


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

    verdict = verify_run(RunFolder(found_run(run)), threads)
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

    folder = RunFolder(found_run(run))
    sys.exit(replay_headless(folder, out=out, threads=threads, as_json=as_json))
