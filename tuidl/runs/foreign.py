"""Logs of other programs as rows beside the runs: found in folders, read again where they grew."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from tuidl.core.errors import RunError
from tuidl.logs.below import LINES, Found, logs_below
from tuidl.logs.folder import source_at
from tuidl.logs.hparams import file_beside, settings_beside
from tuidl.logs.readers import EVENT_FILE, EXAMPLE
from tuidl.logs.standing import Standing, StandingReader
from tuidl.runs.listing import DAMAGED, LOG, Listed, listed, listed_run
from tuidl.runs.log_memory import Known, Stamps, remember, remembered
from tuidl.runs.settings import settings_of
from tuidl.storage.locations import runs_folder

MOST_FOLLOWED = 64
"""Logs of which it is kept where they were read up to; others are read anew when they grow."""
SECONDS_AT_REST = 600.0
"""After which a log that did not grow is read anew if it does."""


class ForeignLogs:
    """The logs below some folders. One thread at a time."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = dict(zip(folders, titles(folders), strict=True))
        self._known: dict[Path, tuple[Stamps, Listed]] = {}
        self._followed: dict[Path, StandingReader] = {}
        self._remembered: Known | None = None
        self._has_read = False

    def look(self) -> Iterator[Listed]:
        """Each log as it stands now, by folder and name; a folder that cannot be looked into is a
        row with that problem."""
        if self._remembered is None:
            self._remembered = remembered()
        before, self._known = self._known, {}
        for folder, title in self.folders.items():
            try:
                found = logs_below(folder)
            except RunError as error:
                yield _refused(f"{title}/", folder, str(error))
                continue
            for one in found:
                if one.path in self._known:
                    continue  # one of the folders lies in another
                row = self._look(one, _name(one.path, folder, title), before.get(one.path))
                if row is not None:
                    yield row
        for path in self._followed.keys() - self._known.keys():
            self._followed.pop(path).source.close()
        self._keep()

    def _keep(self) -> None:
        """Remember the logs that were read, also for the next start: once all were looked at."""
        if self._has_read:
            self._has_read = False
            known = {path.absolute(): of for path, of in self._known.items() if of[1].state == LOG}
            remember(known, self._remembered or {})

    def _look(self, found: Found, name: str, before: tuple[Stamps, Listed] | None) -> Listed | None:
        """A log as it was listed, read on where its files have changed; None where it is none."""
        if found.files is None:
            return _own(found.path, name)
        stamps = _stamps([*found.files, file_beside(found.path)])
        if before is None and (kept := (self._remembered or {}).get(found.path.absolute())):
            before = kept[0], replace(kept[1], run=name, folder=str(found.path))
        if before is None or before[0] != stamps:
            self._has_read = True
            before = stamps, self._read(found, name, max(changed for changed, *_ in stamps))
        self._known[found.path] = before
        return before[1]

    def _read(self, found: Found, name: str, changed: int) -> Listed:
        """``changed``: when it last was, in nanoseconds since 1970."""
        reader = self._followed.pop(found.path, None)
        try:
            reader = reader or StandingReader(source_at(found.path))
            reader.advance()
            if problem := reader.nothing_to_see(name):
                raise RunError(problem)
        except RunError as error:
            if reader is not None:
                reader.source.close()
            return _refused(name, found.path, str(error))
        standing = reader.standing
        if time.time() - changed / 1e9 < SECONDS_AT_REST and len(self._followed) < MOST_FOLLOWED:
            self._followed[found.path] = reader
        else:
            reader.source.close()
        return _listed(found, name, changed, standing)


def _listed(found: Found, name: str, changed: int, standing: Standing) -> Listed:
    assert found.files is not None
    numbers = standing.numbers
    if standing.epoch is not None:
        numbers = numbers | {"epoch": standing.epoch}
    return Listed(
        run=name, preset="", created=_moment(changed), state=LOG, epochs=0,
        seconds=standing.seconds, part=standing.part, scores=standing.scores, weights_sha256=None,
        settings={**settings_beside(found.path), **standing.settings}, folder=str(found.path),
        format=format_of(found.files[0]), points=standing.points, numbers=numbers,
    )  # fmt: skip


def _refused(name: str, path: Path, problem: str) -> Listed:
    return Listed(
        run=name, preset="", created="", state=DAMAGED, epochs=0, seconds=None, part="", scores={},
        weights_sha256=None, problem=problem, folder=str(path), format="unknown",
    )  # fmt: skip


def _own(path: Path, name: str) -> Listed | None:
    """A run of our own that lies elsewhere; None of one that is listed among the runs."""
    is_listed = path.resolve().parent == runs_folder().resolve()
    run = None if is_listed else listed_run(path)
    if run is None:
        return None
    settings = settings_of(path) if run.state != DAMAGED else {}
    return replace(run, run=name, folder=str(path), settings=settings)


def format_of(file: Path) -> str:
    """What a log's file is called after."""
    if EVENT_FILE in file.name:
        return "TensorBoard"
    return "JSON lines" if file.suffix.lower() in LINES else "CSV"


def titles(folders: Sequence[Path]) -> list[str]:
    """Each folder by as few of its last parts as tell it from the others."""
    parts = [folder.resolve().parts for folder in folders]
    found = []
    for own in parts:
        tails = (own[-n:] for n in range(1, len(own) + 1))
        is_only = (tail for tail in tails if sum(one[-len(tail) :] == tail for one in parts) == 1)
        found.append("/".join(next(is_only, own)).replace("//", "/"))
    return found


def _name(path: Path, folder: Path, title: str) -> str:
    """Within the folder; never that of one of our runs, which has no ``/``."""
    inner = path.relative_to(folder).as_posix()
    return f"{title}/" if inner == "." else f"{title}/{inner}"


def _moment(changed: int) -> str:
    return f"{datetime.fromtimestamp(changed / 1e9, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _stamps(files: Sequence[Path]) -> Stamps:
    """When each file last changed, its size, and which one it is."""
    found = []
    for file in files:
        with suppress(OSError):
            status = os.stat(file)
            found.append((status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found) or ((0, 0, 0),)


def listed_with(folders: Sequence[Path], words: tuple[str, ...], state: str | None) -> list[Listed]:
    """The runs and the logs below these folders, the newest first, that have all of the words.
    Raises RunError where there is nothing of a log below a folder."""
    found = listed(words, state)
    if not folders:
        return found
    for folder in folders:
        require_logs(folder)
    others = [
        run
        for run in ForeignLogs(folders).look()
        if all(word.casefold() in run.searched for word in words) and state in (None, run.state)
    ]
    return sorted([*found, *others], key=lambda run: run.created, reverse=True)


def require_logs(folder: Path) -> list[Path]:
    """Where the logs and runs below a folder lie. Raises RunError where there is none."""
    found = [one.path for one in logs_below(folder)]
    if not found:
        raise RunError(f"{folder}: no log below it; {EXAMPLE}")
    return found
