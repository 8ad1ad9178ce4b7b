"""Runs that are kept: listing them, and proving that they can be reproduced."""

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from tuidl.cli.common import PAGE, found_run, json_option, prepare, threads_option
from tuidl.core.printable import printable
from tuidl.core.terminal import put, put_json, say

if TYPE_CHECKING:
    from tuidl.runs.comparing import Compared
    from tuidl.runs.listing import Listed


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--state",
    type=click.Choice(["done", "interrupted", "failed", "unfinished", "running", "damaged"]),
    help="Only runs in this state.",
)  # fmt: skip
@click.option(
    "--sort", "key", metavar="KEY",
    help="A score (accuracy: the best first), a setting (optimizer.learning_rate), "
    "or run, preset, created, state, epochs, seconds, part. Default: the newest first.",
)  # fmt: skip
@click.option(
    "--columns", "shown", metavar="KEY,KEY", default="",
    help="Settings that get columns of their own: optimizer.type,training.batch_size.",
)  # fmt: skip
@click.option(
    "--where", metavar="CONDITION",
    help="Only runs of which it is true: 'optimizer.learning_rate < 0.01 and accuracy > 0.9'.",
)  # fmt: skip
@click.option(
    "--group-by", "grouped", metavar="KEY,KEY", default="",
    help="A line for each value of these settings: how many runs, mean and deviation of scores.",
)  # fmt: skip
@json_option
def runs(
    words: tuple[str, ...],
    state: str | None,
    key: str | None,
    shown: str,
    where: str | None,
    grouped: str,
    as_json: bool,
) -> None:
    """List the runs that are kept, the newest first; WORDS: only those that have them all in
    their name, preset, tags (#keep) or note.

    With --json each has its settings, by dotted keys.
    """
    from tuidl.runs.listing import as_lines, listed, to_json
    from tuidl.runs.settings import in_order, require_known, those_where, with_settings
    from tuidl.storage.locations import runs_folder

    if grouped and (key or shown):
        raise click.UsageError("--group-by goes without --sort and --columns")
    found, keys, groups = listed(words, state), _keys(shown), _keys(grouped)
    if key or keys or groups or where or as_json:
        found = with_settings(found)
    require_known(found, (*keys, *groups))
    found = those_where(found, where) if where else found
    found = in_order(found, key) if key and found else found
    if groups and (found or as_json):
        _show_groups(found, groups, as_json)
    elif as_json:
        put_json(to_json(found))
    elif found:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for line in as_lines(found, keys, width):
            put(line)
    else:
        chosen = " like that" if words or state or where else ""
        say(f"no runs{chosen} in {runs_folder()}")


def _keys(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(","))))


def _show_groups(found: "list[Listed]", keys: tuple[str, ...], as_json: bool) -> None:
    from tuidl.runs.grouping import as_lines, groups_of, records

    groups = groups_of(found, keys)
    if as_json:
        put_json(json.dumps(records(groups, keys)))
        return
    for line in as_lines(groups, keys):
        put(printable(line))


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


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...")
@click.option(
    "--ui", is_flag=True,
    help="Open the curves of up to 500 runs in the playground, over each other: smoothing, groups, "
    "values at a cursor. Files of JSON lines can be among them.",
)  # fmt: skip
@json_option
def compare(runs: tuple[str, ...], ui: bool, as_json: bool) -> None:
    """Show runs side by side: their curves, their results, and where their presets differ."""
    if ui:
        _compare_on_screen(runs, as_json)
    from tuidl.runs.comparing import compared, to_json
    from tuidl.storage.folder import RunFolder

    if len(runs) < 2:
        raise click.UsageError("name two runs or more; 'tuidl runs' lists them")
    found = [compared(RunFolder(found_run(run))) for run in runs]
    if as_json:
        put_json(to_json(found))
    else:
        _show_compared(found)


def _compare_on_screen(runs: tuple[str, ...], as_json: bool) -> NoReturn:
    from tuidl.cli.playing import play
    from tuidl.core.user_folders import expanded

    if as_json:
        raise click.UsageError("--ui goes without --json")
    files = [expanded(run) for run in runs]
    named = zip(files, runs, strict=True)
    paths = [file if file.is_file() else found_run(run) for file, run in named]
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise click.UsageError("--ui needs a terminal; without it the comparison is printed")
    play(compare=paths)


def _show_compared(found: "list[Compared]") -> None:
    from tuidl.charts.curve import Curve
    from tuidl.charts.report import chart
    from tuidl.core.terminal import speaks_unicode, wants_color
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
