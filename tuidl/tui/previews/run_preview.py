"""A run before it is opened: its result, and its differences from the shipped preset."""

from dataclasses import dataclass, field
from pathlib import Path

from tuidl.core.durations import trained
from tuidl.core.errors import TuidlError
from tuidl.logs.follower import Follower
from tuidl.logs.log import Log
from tuidl.logs.measures import Measure, measures_of
from tuidl.logs.source import source_of_run
from tuidl.preset.library import shipped
from tuidl.preset.schema import Preset
from tuidl.protocol.events import RunEnded, RunFailed
from tuidl.protocol.formatting import best_by, scores_text
from tuidl.runs.overview import Shelved, glance
from tuidl.runs.settings import PresetSettings, differing
from tuidl.storage.changes import read_changed
from tuidl.storage.folder import RunFolder

PARTS = ("test", "validation", "train")
Fact = tuple[str, str]
Difference = tuple[str, str, str]
"""A key of the preset, its value as shipped, and the run's."""


@dataclass
class RunPreview:
    """A run as Home knows it, empty until ``is_read``."""

    path: Path
    is_read: bool = False
    run: Shelved | None = None
    problem: str = ""
    facts: list[Fact] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path) -> "RunPreview":
        """Read the run's folder; what is wrong with it is part of the preview."""
        preview = cls(path, True, glance(path))
        assert preview.run is not None
        preview.problem = preview.run.problem
        if preview.problem:
            return preview
        try:
            folder = RunFolder(path)
            log = Follower(source_of_run(path)).read_all()
            preview.measures = measures_of(log)
            preview.facts = facts(folder, preview.run, log)
            preview.differences = differences_from_shipped(folder.preset)
        except (TuidlError, OSError) as error:
            preview.problem = str(error)
        return preview


def facts(folder: RunFolder, run: Shelved, log: Log) -> list[Fact]:
    """When, how long, how good: each in a few words."""
    about, began = folder.about, run.began
    found = [("began", f"{began.day} {began:%B %Y, %H:%M}")] if began else []
    found += _changes(folder)
    found.append(("trained", _trained(run, log)))
    ended = log.ended
    scores = [("failed", ended.error)] if isinstance(ended, RunFailed) else _scores(ended, run)
    found += [*scores[:1], *_label(run), *scores[1:]]
    version = about.versions.get("tuidl")
    made_on = [about.backend, about.machine, *([f"tuidl {version}"] if version else [])]
    return [*found, ("on", ", ".join(made_on)), ("run", folder.called)]


def _changes(folder: RunFolder) -> list[Fact]:
    """What a run that was changed while it trained is now, and what it was at first."""
    changed, first = read_changed(folder.path), folder.preset
    if changed is None or changed.about == first.about:
        return []
    return [("is now", changed.about or changed.preset), ("began as", first.about or first.name)]


def _label(run: Shelved) -> list[Fact]:
    """What a person said about it."""
    if run.listed is None:
        return []
    tags = " ".join(f"#{tag}" for tag in run.listed.tags)
    return [(name, text) for name, text in (("note", run.listed.note), ("tags", tags)) if text]


def _trained(run: Shelved, log: Log) -> str:
    assert run.listed is not None
    done = run.listed.epochs
    planned = log.started.epochs if log.started else done
    words = f"{done} of {planned} epochs" if done != planned else f"{done} epochs"
    if run.listed.seconds is None:
        return words
    return f"{words} in {trained(run.listed.seconds)}"


def _scores(ended: RunEnded | None, run: Shelved) -> list[Fact]:
    if ended is None:
        assert run.listed is not None
        return [(run.listed.part, scores_text(run.listed.scores))] if run.listed.scores else []
    known = [(part, getattr(ended, part)) for part in PARTS]
    best = (
        [("weights", f"of epoch {ended.best_epoch}, {best_by(ended)}")] if ended.best_epoch else []
    )
    return [*((part, scores_text(scores)) for part, scores in known if scores), *best]


def differences_from_shipped(preset: Preset) -> list[Difference]:
    """Differences from the shipped preset of its name; none where there is no such preset."""
    original = shipped_as(preset.name)
    if original is None:
        return []
    rows = differing([PresetSettings(one.table()) for one in (original, preset)])
    return [(name, was, now) for name, (was, now) in rows if name != "about"]


def shipped_as(name: str) -> Preset | None:
    """The shipped preset of this name."""
    for path in shipped().values():
        try:
            preset = Preset.load(path)
        except TuidlError:
            continue
        if preset.name == name:
            return preset
    return None
