"""All runs that are kept, those that are damaged among them."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.core.own_files import error_text, is_there
from tuidl.runs.listing import DAMAGED, Listed, look_at
from tuidl.runs.stamps import SETTLED, Stamps, stamps_of
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


class Overview:
    """The runs, the newest first, again and again: only those that changed are looked at anew, the
    others are the same objects. One thread at a time."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Stamps, Shelved]] = {}

    def look(self) -> list[Shelved]:
        """All of them as they are now. Raises RunError where their folder cannot be read."""
        before, self._known = self._known, {}
        folder = runs_folder()
        found = [self._look(folder, name, before.get(name)) for name in names()]
        return [run for run in found if run is not None]

    def _look(
        self, folder: Path, name: str, before: tuple[Stamps, Shelved] | None
    ) -> Shelved | None:
        path = before[1].path if before else folder / name
        stamps = stamps_of(path)
        if before is None or before[0] != stamps:
            if is_beginning(path):
                return None
            run = glance(path)
            if run.listed is None and not is_there(path):
                return None
            before = stamps, run
        if before[1].state in SETTLED:
            self._known[name] = before
        return before[1]


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
