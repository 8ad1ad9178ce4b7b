"""``tuidl runs``: the runs that are kept, as text, JSON, or a table on the screen."""

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from tuidl.cli.common import json_option, require_screen
from tuidl.core.errors import RunError
from tuidl.core.printable import printable
from tuidl.core.terminal import put, put_json, say

if TYPE_CHECKING:
    from tuidl.runs.listing import Listed

STATES = ("done", "interrupted", "pruned", "failed", "unfinished", "running", "damaged", "log")


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--state",
    type=click.Choice(STATES),
    help="Only runs in this state.",
)  # fmt: skip
@click.option(
    "--sort", "key", metavar="KEY",
    help="A score (accuracy: the best first), a setting (optimizer.learning_rate), "
    "or run, preset, created, state, epochs, seconds, part, sweep, trial. Default: the newest "
    "first.",
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
    help="A line for each value of these settings: how many runs, mean and deviation of scores. "
    "--sort and --columns go with it in the table of --ui only.",
)  # fmt: skip
@click.option(
    "--sweep", "sweeps", metavar="SWEEP",
    help="Only the trials of a sweep: its name, the beginning of it, its folder, or last.",
)  # fmt: skip
@click.option(
    "--logs", "folders", multiple=True, metavar="FOLDER",
    help="Logs of other programs below FOLDER, too: CSV, JSON lines, TensorBoard. May be repeated.",
)  # fmt: skip
@click.option(
    "--ui", is_flag=True,
    help="Open them as a table in the playground, which goes on with what begins and ends.",
)  # fmt: skip
@json_option
def runs(
    words: tuple[str, ...],
    state: str | None,
    key: str | None,
    shown: str,
    where: str | None,
    grouped: str,
    sweeps: str | None,
    folders: tuple[str, ...],
    ui: bool,
    as_json: bool,
) -> None:
    """List the runs that are kept, the newest first; WORDS: only those that have them all in
    their name, preset, tags (#keep) or note.

    With --json each has its settings, by dotted keys. --logs: what other programs logged stands
    among them, with the last values of its measures.
    """
    conditions = [where] if where else []
    conditions += [f"sweep == {_sweep(sweeps)!r}"] if sweeps else []
    columns, groups = _keys(shown), _keys(grouped)
    if ui:
        if as_json:
            raise click.UsageError("--ui goes without --json")
        conditions += [f"state == {state!r}"] if state else []
        groups = groups or (("sweep",) if sweeps else ())
        _on_screen(words, conditions, key, columns, groups, _folders(folders))
    if grouped and (key or shown):
        raise click.UsageError("--group-by goes without --sort and --columns, unless with --ui")
    from tuidl.runs.foreign import listed_with
    from tuidl.runs.settings import in_order, require_known, those_where, to_json, with_settings

    found = listed_with(_folders(folders), words, state)
    if key or columns or groups or where or as_json:
        found = with_settings(found)
    require_known(found, (*columns, *groups))
    for condition in conditions:
        found = those_where(found, condition)
    found = in_order(found, key) if key and found else found
    if groups and (found or as_json):
        _show_groups(found, groups, as_json)
    elif as_json:
        put_json(to_json(found))
    else:
        _show(found, columns, is_chosen=bool(words or state or conditions))


def _sweep(called: str) -> str:
    """The whole name of a sweep. Raises RunError."""
    from tuidl.runs.trials import sweep_called
    from tuidl.sweeps.folder import find

    return sweep_called(called) or find(called).name


def _folders(named: tuple[str, ...]) -> tuple[Path, ...]:
    """Raises RunError where one of them is none."""
    from tuidl.core.user_folders import expanded

    found = tuple(dict.fromkeys(map(expanded, named)))
    for path in found:
        if not path.is_dir():
            raise RunError(f"{path}: no folder; --logs takes folders of logs")
    return found


def _on_screen(
    words: tuple[str, ...],
    conditions: list[str],
    key: str | None,
    columns: tuple[str, ...],
    groups: tuple[str, ...],
    folders: tuple[Path, ...],
) -> NoReturn:
    """The table, with what was asked for on the command line."""
    from tuidl.cli.playing import play
    from tuidl.tui.state import TableStart, TableState

    if words and conditions:
        raise click.UsageError("with --ui, name WORDS or conditions (--where, --state, --sweep)")
    require_screen("without it they are listed")
    several = len(conditions) > 1
    asked = " and ".join(f"({one})" if several else one for one in conditions)
    choices = TableState(list(columns), key or "created", groups=list(groups))
    is_given = bool(key or columns or groups)
    filtered = asked or " ".join(words)
    play(table=TableStart(filtered, choices if is_given else None, folders))


def _keys(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(","))))


def _show(found: "list[Listed]", columns: tuple[str, ...], *, is_chosen: bool) -> None:
    """``is_chosen``: whether there may be other runs than these."""
    from tuidl.runs.listing import as_lines
    from tuidl.storage.locations import runs_folder

    if not found:
        say(f"no runs{' like that' if is_chosen else ''} in {runs_folder()}")
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in as_lines(found, columns, width):
        put(line)


def _show_groups(found: "list[Listed]", keys: tuple[str, ...], as_json: bool) -> None:
    from tuidl.runs.grouping import as_lines, groups_of, records

    groups = groups_of(found, keys)
    if as_json:
        put_json(json.dumps(records(groups, keys)))
        return
    for line in as_lines(groups, keys):
        put(printable(line))
