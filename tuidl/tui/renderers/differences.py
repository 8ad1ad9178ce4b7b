"""In what runs differ: a column for each, a line for each setting and score that is not the same
in all of them."""

from tuidl.protocol.formatting import columns
from tuidl.runs.comparing import letter
from tuidl.runs.listing import Listed
from tuidl.runs.settings import differing
from tuidl.tui.renderers.run_table import cell, value_text

RESULTS = ("state", "epochs", "seconds", "part")


def difference_table(runs: list[Listed]) -> tuple[list[str], list[str]]:
    """Title and results; then the settings that differ, or that none does. Columns of both are
    those of one table."""
    letters = ["", *(letter(i) for i in range(len(runs)))]
    names = dict.fromkeys((*RESULTS, *(name for run in runs for name in run.scores)))
    results = [[name, *(cell(run, name) for run in runs)] for name in names]
    shown = [{key: value_text(value) for key, value in run.settings.items()} for run in runs]
    settings = [[key, *values] for key, values in differing(shown)]
    lines = columns([letters, *results, *settings], aligned_left=tuple(range(len(letters))))
    own = lines[len(results) + 1 :] or ["their settings are the same"]
    return lines[: len(results) + 1], own


def legend(runs: list[Listed]) -> list[str]:
    """Which letter is which run."""
    return columns([[letter(i), run.run] for i, run in enumerate(runs)], aligned_left=(0, 1))
