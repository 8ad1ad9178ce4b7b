"""The loss on a plane through a run's weights."""

import shutil
import sys
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import PAGE, found_run, json_option, prepare, threads_option
from tuidl.core.terminal import put, put_json
from tuidl.protocol.landscapes import PLANES, PlaneKind

if TYPE_CHECKING:
    from tuidl.protocol.landscapes import Landscape

HEIGHT = 30


@click.command()
@click.argument("run")
@click.option("--against", metavar="RUN", help="A second run, whose path lies on the same plane.")
@click.option(
    "--plane", "kind", type=click.Choice(PLANES), default="path", show_default=True,
    help="Two filter-normalised random directions, or the principal components of the path.",
)  # fmt: skip
@click.option(
    "--points", type=click.IntRange(3, 401), default=51, show_default=True, help="Of each side."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True,
    help="Of the random directions.",
)  # fmt: skip
@click.option(
    "--examples", metavar="N|all",
    help="Of the validation part. Default: as many as take a few seconds.",
)  # fmt: skip
@click.option(
    "--at-step", "step", type=click.IntRange(0, 1 << 53), metavar="STEP",
    help="Around the network after so many steps. Default: where it was last saved.",
)  # fmt: skip
@threads_option
@json_option
def landscape(
    run: str,
    against: str | None,
    kind: PlaneKind,
    points: int,
    seed: int,
    examples: str | None,
    step: int | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """The loss on a plane through RUN's weights, with its path and the true losses on it.

    The centre is the network itself. Weights elsewhere are those of the centre plus a share of each
    direction; nothing is trained.
    """
    wanted_examples = _count(examples)
    prepare(threads)
    from tuidl.protocol.landscapes import Landscape
    from tuidl.runs.landscapes import landscape_of
    from tuidl.runs.rewinding import RewoundRun
    from tuidl.storage.folder import RunFolder
    from tuidl.training.surveys import Wanted, finite_or_none

    first = RewoundRun(RunFolder(found_run(run)), threads)
    second = RewoundRun(RunFolder(found_run(against)), threads) if against else None
    wanted = Wanted(kind, points, seed, wanted_examples)
    head, plane = landscape_of(first, second, wanted, step)
    for _ in plane.compute():
        pass
    losses = [[finite_or_none(v) for v in row] for row in plane.losses.tolist()]
    _show(Landscape(head=head, losses=losses), as_json)


def _count(given: str | None) -> int | None:
    """``all`` is more than any part has. Raises UsageError."""
    if given is None:
        return None
    if given == "all":
        return sys.maxsize
    if not given.isascii() or not given.isdigit() or int(given) < 1:
        raise click.UsageError(f"--examples: expected a number from 1 on, or all, got {given!r}")
    return int(given)


def _show(found: "Landscape", as_json: bool) -> None:
    if as_json:
        import msgspec

        put_json(msgspec.json.encode(found).decode())
        return
    from tuidl.charts.landscape import Walk
    from tuidl.charts.landscape import landscape as chart
    from tuidl.charts.palette import COLOR_BLIND, MONOCHROME
    from tuidl.charts.report import colored
    from tuidl.core.terminal import speaks_unicode, wants_color
    from tuidl.protocol.landscape_text import about_lines, path_lines

    head, color = found.head, wants_color()
    walks = [
        Walk(path.run, [(p.first, p.second) for p in path.points], sign, role)
        for path, sign, role in zip(head.paths, "●▲", ("text", "good"), strict=False)
    ]
    width = min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else PAGE
    drawn = chart(
        [[float("nan") if v is None else v for v in row] for row in found.losses],
        COLOR_BLIND if color else MONOCHROME, width, HEIGHT,
        first=[v or 0.0 for v in head.first], second=[v or 0.0 for v in head.second],
        walks=walks, unicode=speaks_unicode(),
    )  # fmt: skip
    lines = [colored(line) if color else line.plain.rstrip() for line in drawn]
    put("\n".join(lines), styled=True)
    put("\n".join(["", *about_lines(head)]))
    for path in head.paths:
        put("\n".join(["", *path_lines(path)]))
