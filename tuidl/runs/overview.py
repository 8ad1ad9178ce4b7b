"""All runs that are kept, those that are damaged among them."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.core.own_files import error_text, is_there
from tuidl.runs.listing import DAMAGED, Listed, look_at
from tuidl.storage.contents import CHECKPOINTS, EVENTS, PRESET, RUN, is_beginning
from tuidl.storage.folder import PRUNED, RunFolder
from tuidl.storage.locations import names, runs_folder

OURS = (RUN, PRESET, EVENTS, CHECKPOINTS)
"""What makes a folder one that tuidl wrote."""


@dataclass(frozen=True)
class Shelved:
    """A run at a glance. ``listed`` is None where it cannot be read, which ``problem`` explains."""

    path: Path
    listed: Listed | None
    problem: str = ""

    @property
    def state(self) -> str:
        return self.listed.state if self.listed else DAMAGED

    @property
    def preset(self) -> str:
        """The name of the preset that it trains by now, as far as it is known."""
        if self.listed is None:
            return self.path.name
        return self.listed.changed_to or self.listed.preset

    @property
    def began(self) -> datetime | None:
        """In the time of this place."""
        try:
            when = datetime.strptime(
                self.listed.created if self.listed else "", "%Y-%m-%dT%H:%M:%SZ"
            )
        except ValueError:
            return None
        return when.replace(tzinfo=UTC).astimezone()


def overview() -> list[Shelved]:
    """The runs, the newest first."""
    paths = [runs_folder() / name for name in names()]
    found = [glance(path) for path in paths if not is_beginning(path)]
    return [run for run in found if run.listed or is_there(run.path)]


def glance(path: Path) -> Shelved:
    """A run at a glance, whatever state it is in."""
    try:
        return Shelved(path, look_at(RunFolder(path)))
    except RunError as error:
        return Shelved(path, None, str(error))
    except OSError as error:
        return Shelved(path, None, error_text(error, path))


def delete(path: Path) -> None:
    """Take a run away for good. Raises RunError where that cannot or must not be."""
    require_deletable(path)
    try:
        shutil.rmtree(path)
    except OSError as error:
        raise RunError(error_text(error, path)) from None


def require_deletable(path: Path) -> None:
    """Raises RunError where that is no run, or one that is being trained."""
    if path.is_symlink() or not any(is_there(path / name) for name in OURS):
        raise RunError(f"{path}: no run; it is left alone")
    try:
        if RunFolder(path).is_running:
            raise RunError(f"{path.name} is being trained by another process")
    except RunError:
        if is_there(path / RUN) and glance(path).state != DAMAGED:
            raise


def is_deserted(run: Path | None) -> bool:
    """Whether a log is that of a run which no process trains."""
    if run is None:
        return False
    try:
        return not RunFolder(run).is_running
    except RunError:
        return True


def was_given_up(run: Path | None) -> bool:
    """Whether it is a trial that its sweep has pruned, which its log does not know."""
    if run is None:
        return False
    try:
        summary = RunFolder(run).summary
    except RunError:
        return False
    return summary is not None and getattr(summary.ended, "reason", "") == PRUNED
