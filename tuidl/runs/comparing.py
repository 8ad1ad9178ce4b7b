"""Several runs side by side: their curves, their results, and what was different."""

import math
from dataclasses import dataclass
from typing import Any

import msgspec

from tuidl.protocol.events import EpochEnded, RunEnded, Scores
from tuidl.protocol.formatting import columns, score_text
from tuidl.protocol.history import History, Series
from tuidl.runs.listing import UNSET, look_at
from tuidl.runs.ranking import smaller_is_better
from tuidl.runs.reading import stream_events
from tuidl.runs.settings import PresetSettings, differing
from tuidl.storage.folder import RunFolder

MOST_CURVES = 8


@dataclass(frozen=True)
class Compared:
    """A run: ``scores`` by part and measure, ``keys`` of its preset, dotted."""

    name: str
    state: str
    history: History
    scores: dict[str, float]
    keys: dict[str, Any]


def compared(folder: RunFolder) -> Compared:
    """All that is compared of a run. Raises RunError."""
    history, last = History(), None
    for event in stream_events(folder.log):
        history.handle(event)
        last = event if isinstance(event, EpochEnded | RunEnded) else last
    known = look_at(folder)
    scores: dict[str, float] = {}
    for part in ("test", "validation", "train"):
        found: Scores = getattr(last, part, None) or {}
        scores |= {f"{part} {name}": value for name, value in found.items()}
    scores["epochs"] = known.epochs
    if known.seconds is not None:
        scores["seconds"] = known.seconds
    keys = PresetSettings(folder.preset.table())
    return Compared(known.run, known.state, history, scores, keys)


def differences(runs: list[Compared]) -> list[tuple[str, list[str]]]:
    """Keys of the presets that are not the same everywhere, with each run's value."""
    return differing([run.keys for run in runs])


def result_lines(runs: list[Compared]) -> list[str]:
    """Final scores, a column for each run; the best of each line has a star."""
    names = list(dict.fromkeys(name for run in runs for name in run.scores))
    rows = [["", *(f"{letter(i)} " for i in range(len(runs)))]]
    rows.append(["state", *(f"{run.state} " for run in runs)])
    for name in names:
        values = [run.scores.get(name) for run in runs]
        best = _best(name, values)
        rows.append([name, *(_cell(name, value, value == best) for value in values)])
    return columns(rows)


def difference_lines(runs: list[Compared]) -> list[str]:
    """Only what differs between the presets."""
    rows = [[name, *values] for name, values in differences(runs)]
    if not rows:
        return ["the presets are the same"]
    head = ["preset", *(letter(i) for i in range(len(runs)))]
    return columns([head, *rows], aligned_left=tuple(range(len(head))))


def measure(runs: list[Compared]) -> str:
    """What to draw: the validation loss where all have one, else the training loss."""
    wanted = "validation loss"
    return wanted if all(wanted in run.history.series for run in runs) else "train loss"


def curves_of(runs: list[Compared], name: str) -> list[tuple[str, Series]]:
    """The runs' letters and series, as many as can be told apart."""
    found = [(letter(i), run.history.series.get(name)) for i, run in enumerate(runs)]
    return [(label, series) for label, series in found if series is not None][:MOST_CURVES]


def letter(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else str(index + 1)


def to_json(runs: list[Compared]) -> str:
    listed = [{"run": run.name, "state": run.state, "scores": run.scores} for run in runs]
    found = {
        name: dict(zip([run.name for run in runs], values, strict=True))
        for name, values in differences(runs)
    }
    return msgspec.json.encode({"runs": listed, "differences": found}).decode()


def _best(name: str, values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None and math.isfinite(value)]
    if name == "epochs" or len(set(known)) < 2:
        return None
    return min(known) if smaller_is_better(name) else max(known)


def _cell(name: str, value: float | None, is_best: bool) -> str:
    if value is None:
        return f"{UNSET} "
    text = f"{value:g}" if name == "epochs" else score_text(name.rpartition(" ")[2], value)
    return f"{text}{'*' if is_best else ' '}"
