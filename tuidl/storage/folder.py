"""A run's folder: the preset as run, the event log, checkpoints, the result.

    preset.toml            what was trained
    preprocessing.json     what was learned from the data besides: scales, categories, class names
    data.json              sizes, dates and checksums of the files that it was trained on
    my_layers.py           the preset's plugins, if it has any
    run.json               when, with which versions, on which backend
    events.jsonl           what happened
    checkpoints/           two generations of all that is needed to go on
    keyframes/             snapshots all along the run, to go back to any step
    start.safetensors      the first weights, where they came from another run
    best.safetensors       the weights of the best epoch
    weights.safetensors    the weights that the run ended with
    summary.json           how it ended
    label.json             a person's note and tags, and whether it is pinned
    changed.json           what it trains by now, where its preset was changed

Every .safetensors file has its SHA-256 beside it.
"""

import hashlib
import platform
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from tuidl.core.errors import PresetError, RunError, SaveError
from tuidl.core.own_files import (
    FileError,
    is_there,
    open_to_read,
    read_bounded,
    reason_of,
)
from tuidl.data.preprocessing import Preprocessing
from tuidl.data.trained_files import TrainedFiles
from tuidl.plugins.loading import LARGEST, sources_of
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.events import RunEnded
from tuidl.storage.arrays import read_arrays
from tuidl.storage.checkpoints import Checkpoints
from tuidl.storage.claiming import claim, give_back
from tuidl.storage.contents import (
    BEST,
    CHECKPOINTS,
    DATA,
    EVENTS,
    KEYFRAMES,
    LOCK,
    PREPROCESSING,
    PRESET,
    RUN,
    START,
    SUMMARY,
    WEIGHTS,
)  # fmt: skip
from tuidl.storage.files import SUFFIX, replace_file
from tuidl.storage.keyframes import Keyframes
from tuidl.storage.learned import (
    as_trained,
    read_files,
    read_learned,
    write_files,
    write_learned,
)
from tuidl.storage.locations import LARGEST_RECORD, runs_folder
from tuidl.storage.locks import held, try_lock
from tuidl.storage.records import About, Origin, Summary, read_record, versions

DONE = ("completed", "stopped_early")
"""Reasons for which a run ends that leave nothing to do."""
PRUNED = "pruned"
"""Why a run ends that its sweep gave up; it can be gone on with."""
LARGEST_SUMMARY = events.LONGEST_LINE + 100
"""Bytes of summary.json, which holds one event."""
LARGEST_PRESET, LARGEST_LOG = 1 << 24, 1 << 31
"""Bytes of a preset with every value written out, and of a log: a hundred times those that tuidl
writes."""


class RunFolder:
    """A folder that holds a run."""

    def __init__(self, path: Path) -> None:
        """Raises RunError where there is no run in it, or one that was tampered with."""
        self.path = path.absolute()
        self.about = read_record(self.path / RUN, About, LARGEST_RECORD)
        self._preset: Preset | None = None

    @classmethod
    def create(
        cls, path: Path, run: str, preset: Preset, backend: str, origin: Origin | None = None
    ) -> "RunFolder":
        """Begin a run. Raises SaveError where the folder cannot be had or is not empty, or another
        process begins one in it at the same time."""
        text, plugins = preset.to_toml().encode(), sources_of(preset.plugins)
        if len(text) > LARGEST_PRESET:
            problem = f"{len(text):,} bytes with every value written out"
            raise SaveError(f"the preset has {problem}, expected at most {LARGEST_PRESET:,}")
        about = About(
            run=run,
            preset=preset.name,
            preset_sha256=hashlib.sha256(text).hexdigest(),
            created=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            backend=backend,
            versions=versions(),
            machine=f"{platform.system()} {platform.machine()}",
            plugins={name: hashlib.sha256(code).hexdigest() for name, code in plugins.items()},
            origin=origin,
        )
        claim(path)
        try:
            replace_file(path / PRESET, text)
            replace_file(path / EVENTS, b"")
            for name, code in plugins.items():
                replace_file(path / name, code)
            replace_file(path / RUN, msgspec.json.format(msgspec.json.encode(about)))
        except OSError as error:
            give_back(path)
            raise SaveError(f"{path}: {reason_of(error)}") from None
        return cls(path)

    @property
    def called(self) -> str:
        """How a person calls it in a command: by its name where it lies among the others."""
        is_among = self.path.parent == runs_folder().absolute()
        return self.path.name if is_among else shlex.quote(str(self.path))

    @property
    def preprocessing(self) -> Preprocessing | None:
        """What was learned from the data besides the weights; None of a run that an older tuidl
        made, which needs its data. Raises RunError where that cannot be read."""
        path = self.path / PREPROCESSING
        return read_learned(path, self.about.preset_sha256) if is_there(path) else None

    def write_preprocessing(self, learned: Preprocessing) -> None:
        """Raises SaveError. One that is too large to be read again is left out."""
        write_learned(self.path / PREPROCESSING, learned, self.about.preset_sha256)

    @property
    def trained_files(self) -> TrainedFiles:
        """The files of data that it was trained on; none where that is not known. Raises
        RunError."""
        path = self.path / DATA
        return read_files(path) if is_there(path) else TrainedFiles()

    def write_trained_files(self, files: TrainedFiles) -> None:
        """Raises SaveError."""
        write_files(self.path / DATA, files)

    @property
    def preset(self) -> Preset:
        """The preset as run, with what is known of its examples, so that the data is not looked at.

        Raises RunError where it is not what it was.
        """
        if self._preset is None:
            path = self.path / PRESET
            try:
                data = read_bounded(path, LARGEST_PRESET)
            except FileError as error:
                raise RunError(str(error)) from None
            if hashlib.sha256(data).hexdigest() != self.about.preset_sha256:
                raise RunError(f"{path}: changed since the run began; start a new run with it")
            self._require_same_plugins()
            try:
                known = self.preprocessing
                preset = Preset.parse(
                    data.decode(), str(path), folder=self.path,
                    examples=known.examples if known else None,
                )  # fmt: skip
                self._preset = as_trained(preset, known)
            except UnicodeDecodeError as error:
                raise RunError(f"{path}: not UTF-8 text (byte {error.start})") from None
            except PresetError as error:
                raise RunError(str(error)) from None
        return self._preset

    def _require_same_plugins(self) -> None:
        """Raises RunError where one is not what it was."""
        for name, sha256 in self.about.plugins.items():
            path = self.path / name
            try:
                data = read_bounded(path, LARGEST)
            except FileError as error:
                raise RunError(str(error)) from None
            if hashlib.sha256(data).hexdigest() != sha256:
                raise RunError(f"{path}: changed since the run began; start a new run with it")

    @property
    def start(self) -> dict[str, Any]:
        """The first weights, where they came from another run. Raises RunError."""
        path = self.path / START
        return read_arrays(path)[1] if is_there(path) else {}

    @property
    def checkpoints(self) -> Checkpoints:
        folder = self.path / CHECKPOINTS
        return Checkpoints(folder, self.about.run, self.about.preset_sha256)

    @property
    def keyframes(self) -> Keyframes:
        """Raises RunError where the bytes that they may take are not to be read."""
        return Keyframes(self.path / KEYFRAMES, self.about.run, self.about.preset_sha256)

    @property
    def log(self) -> Path:
        return self.path / EVENTS

    @property
    def summary(self) -> Summary | None:
        """How it ended; None while it has not. Raises RunError where that cannot be read."""
        path = self.path / SUMMARY
        return read_record(path, Summary, LARGEST_SUMMARY) if is_there(path) else None

    @property
    def outcome(self) -> RunEnded | None:
        """The result of a run that came to its end; None while there is something left to do."""
        summary = self.summary
        ended = summary.ended if summary else None
        return ended if isinstance(ended, RunEnded) and ended.reason in DONE else None

    def write_summary(self, summary: Summary) -> None:
        """Raises SaveError."""
        path = self.path / SUMMARY
        try:
            replace_file(path, msgspec.json.encode(Summary(ended=events.bounded(summary.ended))))
        except OSError as error:
            raise SaveError(f"cannot save {path}: {reason_of(error)}") from None

    def give_up(self) -> None:
        """Its sweep goes on without it: where it was interrupted for that, it is called pruned.
        Raises RunError, SaveError."""
        summary = self.summary
        ended = summary.ended if summary else None
        if isinstance(ended, RunEnded) and ended.reason not in (*DONE, PRUNED):
            self.write_summary(Summary(ended=msgspec.structs.replace(ended, reason=PRUNED)))

    def forget_summary(self) -> None:
        """How it ended before no longer counts. Raises SaveError."""
        self._forget(SUMMARY)

    def forget_weights(self) -> None:
        """Those that it ended with before are no longer its newest. Raises SaveError."""
        self._forget(WEIGHTS)
        self._forget(WEIGHTS + SUFFIX)

    def forget_best(self) -> None:
        """The best epoch was that of a network that was changed since. Raises SaveError."""
        self._forget(BEST)
        self._forget(BEST + SUFFIX)

    def _forget(self, name: str) -> None:
        path = self.path / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SaveError(f"cannot replace {path}: {reason_of(error)}") from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one process at a time goes on with a run.

        Raises RunError where another does, SaveError where the lock cannot be had.
        """
        with held(self.path / LOCK, f"{self.path}: another process is training this run"):
            yield

    @property
    def is_running(self) -> bool:
        """Whether a process is training it at this moment."""
        try:
            with open_to_read(self.path / LOCK) as file:
                return not try_lock(file)
        except FileError:
            return False
