"""All runs at a glance."""

import msgspec

from tuidl.errors import RunError
from tuidl.events import EpochEnded, Event, RunEnded, RunFailed, Scores
from tuidl.runs.folder import DONE, EVENTS, RunFolder
from tuidl.runs.log import from_tail
from tuidl.runs.places import names, runs_folder
from tuidl.wording import columns, scores_text


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. ``state``: done, interrupted, failed, unfinished (killed) or running;
    ``scores``: of the part that says most (test, validation, training)."""

    run: str
    preset: str
    created: str
    state: str
    epochs: int
    seconds: float | None
    part: str
    scores: Scores
    weights_sha256: str | None


def listed(words: tuple[str, ...] = (), state: str | None = None) -> list[Listed]:
    """The runs, the newest first; those that cannot be read are left out."""
    found = []
    for name in names():
        try:
            run = look_at(RunFolder(runs_folder() / name))
        except RunError:
            continue
        text = f"{run.run} {run.preset}".lower()
        if all(word.lower() in text for word in words) and state in (None, run.state):
            found.append(run)
    return found


def look_at(folder: RunFolder) -> Listed:
    """What there is to say of a run without reading all of its log. Raises RunError."""
    summary = folder.summary
    last: Event | None = summary.ended if summary else from_tail(folder.path / EVENTS)
    part, scores = _best_part(last)
    return Listed(
        run=folder.path.name,
        preset=folder.about.preset,
        created=folder.about.created,
        state=_state(folder, last if summary else None),
        epochs=_epochs(last),
        seconds=last.seconds if isinstance(last, RunEnded) else None,
        part=part,
        scores=scores,
        weights_sha256=last.weights_sha256 if isinstance(last, RunEnded) else None,
    )


def _state(folder: RunFolder, ended: Event | None) -> str:
    if isinstance(ended, RunFailed):
        return "failed"
    if isinstance(ended, RunEnded):
        return "done" if ended.reason in DONE else "interrupted"
    return "running" if folder.is_running else "unfinished"


def _epochs(last: Event | None) -> int:
    if isinstance(last, RunEnded):
        return last.epochs
    return last.epoch if isinstance(last, EpochEnded) else 0


def _best_part(last: Event | None) -> tuple[str, Scores]:
    for part in ("test", "validation", "train"):
        if scores := getattr(last, part, None):
            return part, scores
    return "", {}


def as_lines(found: list[Listed]) -> list[str]:
    """A table for people."""
    rows = [["run", "state", "epochs", "time", "scores"]]
    for run in found:
        seconds = "" if run.seconds is None else f"{run.seconds:.1f} s"
        scores = f"{run.part} {scores_text(run.scores)}" if run.scores else ""
        rows.append([run.run, run.state, str(run.epochs), seconds, scores])
    return columns(rows, aligned_left=(0, 1, 4))


def to_json(found: list[Listed]) -> str:
    return msgspec.json.encode(found).decode()
