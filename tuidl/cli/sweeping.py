"""``tuidl sweep``: many trainings of one preset with other settings."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import EPILOG, FAILED, prepare
from tuidl.cli.stopping import Stopped, require_reader, stoppable
from tuidl.core.errors import PresetError, RunError, SaveError
from tuidl.core.limits import default_threads
from tuidl.core.terminal import put, say

if TYPE_CHECKING:
    from tuidl.sweeps.dask_pool import DaskPool
    from tuidl.sweeps.folder import SweepFolder
    from tuidl.sweeps.pool import Pool
    from tuidl.sweeps.presets import Presets
    from tuidl.sweeps.searching import Given


@click.command(epilog=EPILOG)
@click.argument("sweep", required=False, metavar="SWEEP.toml")
@click.option(
    "--resume", "kept", metavar="SWEEP",
    help="Go on with a sweep that was stopped or killed: its name, the beginning of it, or last.",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1, 256),
    help="Processes that train at a time. Default: one for each core.",
)  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 256), default=1, help="Of each. Default: 1.")
@click.option(
    "--dask", metavar="ADDRESS",
    help="Train on the workers of a Dask cluster instead: the scheduler's tcp://HOST:8786.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="What happens as JSON lines on stdout.")
@click.option("--dry-run", is_flag=True, help="List the trials and train nothing.")
def sweep(
    sweep: str | None,
    kept: str | None,
    workers: int | None,
    threads: int,
    dask: str | None,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Train a preset with many settings, as a SWEEP file says (docs/sweeps.md).

    Each trial is a run like any other: 'tuidl runs' lists it, 'tuidl view' opens it. The table of
    results is the same for any number of workers, and after being killed and resumed.
    """
    if (sweep is None) == (kept is None):
        raise click.UsageError("name a sweep file, or a sweep to --resume")
    if dask is not None and workers is not None:
        raise click.UsageError("--workers are processes of this machine: it goes without --dask")
    if dry_run:
        if sweep is None:
            raise click.UsageError("--dry-run is for a sweep file")
        return _list(Path(sweep))
    prepare(1)
    from tuidl.sweeps.folder import find

    trainers = _workers(workers, dask)  # before there is a folder: there may be no cluster
    folder = find(kept) if kept is not None else _new(Path(sweep or ""))
    sys.exit(_run(folder, trainers, threads, as_json))


def _workers(count: int | None, dask: str | None) -> "Pool | DaskPool":
    """What trains. Raises TuidlError where there is no such cluster."""
    from tuidl.sweeps.pool import Pool

    if dask is None:
        return Pool(count or default_threads())
    from tuidl.sweeps.dask_pool import DaskPool

    return DaskPool(dask)


def _checked(path: Path) -> "tuple[Presets, Given | None]":
    """A sweep file's presets, and its trials where they are known before, once all that can be
    checked before training is."""
    from tuidl.preset.library import find
    from tuidl.sweeps.folder import Origin
    from tuidl.sweeps.presets import Presets
    from tuidl.sweeps.searching import known_before
    from tuidl.sweeps.spec import base_preset, parse, read

    source = str(path)
    sweep = parse(read(path), source)
    try:
        preset = find(base_preset(sweep, path))
        text = read(preset)
    except PresetError as error:
        raise PresetError("preset", str(error), source) from None
    origin = Origin(sweep.preset, str(preset.parent.absolute()))
    presets, known = Presets(sweep, source, text, origin), known_before(sweep, source)
    presets.require_valid(known)
    return presets, known


def _new(path: Path) -> "SweepFolder":
    """A new sweep's folder."""
    from tuidl.sweeps.folder import create
    from tuidl.sweeps.spec import read

    presets, _ = _checked(path)
    return create(path.stem, read(path), presets.text, presets.origin)


def _run(folder: "SweepFolder", workers: "Pool | DaskPool", threads: int, as_json: bool) -> int:
    """Returns the exit code."""
    from tuidl.cli.sweep_reports import report_for
    from tuidl.sweeps.coordinator import Coordinator
    from tuidl.sweeps.records import Ended

    best: int | None = None
    try:
        with stoppable(), folder.locked(), workers as pool:
            coordinator = Coordinator(folder, pool, threads)
            try:
                with report_for(coordinator.sweep, as_json) as report:
                    for event in coordinator.run():
                        report.handle(event)
                        require_reader()
                        best = event.best if isinstance(event, Ended) else None
            except (RunError, SaveError) as error:
                say(f"error: {error}")
                say(f"what is done is kept: tuidl sweep --resume {folder.name}")
                return FAILED
    except Stopped as stopped:
        say(f"stopped; what is done is kept: tuidl sweep --resume {folder.name}")
        return stopped.code
    return 0 if best is not None else FAILED


def _list(path: Path) -> None:
    """The trials of a sweep file whose values are known before."""
    from tuidl.sweeps.values import shown

    _, search = _checked(path)
    if search is None:
        raise click.UsageError("--dry-run: method = 'tpe' chooses by what earlier trials gave")
    for number, values in enumerate(search.ask(range(search.trials))):
        put(f"{number:4d}  {shown(values)}")
