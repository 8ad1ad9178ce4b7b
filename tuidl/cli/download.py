"""``tuidl download``: data sets are fetched, and stderr shows how far they are."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tuidl.core.errors import DataError
from tuidl.core.terminal import say
from tuidl.data.download import Progress, download, is_whole
from tuidl.data.files import data_folder
from tuidl.data.published import DataSet


def download_all(data_sets: Iterable[DataSet], accept: bool = False) -> Iterator[Path]:
    """Fetch what is missing of each; yields the folder of each that is whole. ``accept``: terms of
    use are agreed to; else the user is asked. Raises DataError."""
    base = data_folder()
    for known in data_sets:
        if known.terms and not is_whole(known, base):
            _require_agreement(known, accept)
        with _shown() as progress:
            fetched = download(known, base, progress)
        done = f"{len(fetched)} files checked" if fetched else "is there already"
        say(f"{known.title}: {done}")
        if known.licence:
            say(f"{known.title}: licence: {known.licence}")
        yield base / known.folder


def _require_agreement(known: DataSet, accept: bool) -> None:
    """Show the terms of use. Raises DataError where nobody agrees to them."""
    say(f"{known.title}: {known.licence}")
    say(f"{known.title}: terms of use: {known.terms}")
    if accept:
        return
    if sys.stdin.isatty() and sys.stderr.isatty():
        say("Do you agree? [y/N] ")
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    advice = f"tuidl download {known.name} --accept says that you agree"
    raise DataError(f"{known.title}: not fetched, as its terms were not agreed to", advice)


@contextmanager
def _shown() -> Iterator[Progress]:
    """Bars where stderr is a terminal, nothing else."""
    if not sys.stderr.isatty():
        yield lambda name, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bars:
        tasks = {}

        def show(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done)

        yield show
