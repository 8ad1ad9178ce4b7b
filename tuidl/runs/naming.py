"""What a person may call a run by: its folder, its name or the beginning of it, ``last``, or
``best:METRIC``."""

from dataclasses import dataclass
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.protocol.formatting import score_text
from tuidl.runs.listing import listed
from tuidl.runs.ranking import best, score_of
from tuidl.storage.locations import MOST_NAMED, find, names, runs_folder

LAST, BEST = "last", "best:"


@dataclass(frozen=True)
class Found:
    """``note``: which one it is, where the words left that to tuidl."""

    path: Path
    note: str = ""


def find_run(called: str) -> Found:
    """The run that is ``called`` so.

    ``called``: a folder, a name, the beginning of one name, ``last`` (the newest run),
    ``best:METRIC`` or ``best:METRIC:BEGINNING`` (of the runs whose names begin so). A folder or a
    whole name goes before the other readings. Raises RunError.
    """
    try:
        return Found(find(called))
    except RunError:
        if found := _read_otherwise(called):
            return found
        raise


def _read_otherwise(called: str) -> Found | None:
    if called == LAST and (known := names()):
        return Found(runs_folder() / known[0], f"{LAST} is {known[0]}")
    if called.startswith(BEST):
        return _best(called)
    begun = [name for name in names() if called and name.startswith(called)]
    if len(begun) > 1:
        shown = ", ".join(begun[:MOST_NAMED]) + (", ..." if len(begun) > MOST_NAMED else "")
        raise RunError(f"{called!r} is the beginning of {len(begun)} runs: {shown}")
    return Found(runs_folder() / begun[0]) if begun else None


def _best(called: str) -> Found:
    """The run that ``best:METRIC[:BEGINNING]`` means. Raises RunError where there is none."""
    metric, _, beginning = called.removeprefix(BEST).partition(":")
    if not metric:
        raise RunError(f"{called}: of which score? best:accuracy, for example")
    runs = [run for run in listed() if run.run.startswith(beginning)]
    if not runs:
        like = f" whose name begins with {beginning!r}" if beginning else ""
        raise RunError(f"{called}: no run{like} in {runs_folder()}")
    run = best(runs, metric)
    text = score_text(metric, score_of(run, metric) or 0.0)
    return Found(runs_folder() / run.run, f"{called} is {run.run}: {run.part} {metric} {text}")
