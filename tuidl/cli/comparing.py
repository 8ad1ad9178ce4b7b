"""``tuidl compare``: runs side by side, or their curves over each other."""

import shutil
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from tuidl.cli.common import PAGE, found_run, json_option, require_screen
from tuidl.core.errors import RunError
from tuidl.core.printable import printable
from tuidl.core.terminal import put, put_json

if TYPE_CHECKING:
    from tuidl.runs.comparing import Compared
    from tuidl.runs.joining import Joining


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...")
@click.option(
    "--ui", is_flag=True,
    help="Open the curves of up to 500 runs in the playground, over each other: smoothing, groups, "
    "values at a cursor. Logs of other programs can be among them, and folders of such.",
)  # fmt: skip
@json_option
def compare(runs: tuple[str, ...], ui: bool, as_json: bool) -> None:
    """Show runs side by side: their curves, their results, and where their presets differ.

    RUN: also the name of a sweep, for all its trials; with --ui those that begin later join.
    """
    if ui:
        _compare_on_screen(runs, as_json)
    from tuidl.runs.comparing import compared, to_json
    from tuidl.storage.contents import RUN
    from tuidl.storage.folder import RunFolder

    paths = [path for run in runs for path in _named(run)()]
    if len(paths) < 2:
        raise click.UsageError("name two runs or more; 'tuidl runs' lists them")
    for path in paths:
        if not (path / RUN).exists():
            raise RunError(f"{path} is a log of another program: --ui compares its curves")
    found = [compared(RunFolder(path)) for path in paths]
    if as_json:
        put_json(to_json(found))
    else:
        _show_compared(found)


def _compare_on_screen(runs: tuple[str, ...], as_json: bool) -> NoReturn:
    from tuidl.cli.playing import play
    from tuidl.runs.joining import all_of

    if as_json:
        raise click.UsageError("--ui goes without --json")
    joining = all_of([_named(run) for run in runs])
    paths = joining()
    require_screen("without it the comparison is printed")
    play(compare=list(paths), joining=joining)


def _named(called: str) -> "Joining":
    """The file of a log, a run, the trials of a sweep, or the logs of a folder. Raises RunError."""
    from tuidl.core.user_folders import expanded
    from tuidl.runs.foreign import require_logs
    from tuidl.runs.joining import logs, one, trials
    from tuidl.runs.trials import sweep_called

    path = expanded(called)
    if path.is_file():
        return one(path)
    if sweep := sweep_called(called):
        return trials(sweep)
    try:
        return one(found_run(called))
    except RunError:
        if not path.is_dir():
            raise
    require_logs(path)
    return logs(path)


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
