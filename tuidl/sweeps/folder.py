"""A sweep's own folder, among the runs: what it is, so that it can go on; its table at the end.

    sweep.toml       the file as it was read
    preset.toml      the preset that its trials change
    origin.json      where that preset's relative paths start
    results.json     the table, as far as it is known
    study.log        of the method tpe: Optuna's journal, which optuna-dashboard opens

Runs of the trials lie beside it, as all runs do: NAME-0007, or NAME-0007-2 for a second seed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tuidl.core.errors import RunError, SaveError, suggestion
from tuidl.core.names import new_run_name
from tuidl.core.own_files import FileError, is_there, read_bounded, reason_of
from tuidl.storage.files import replace_file
from tuidl.storage.locations import SWEEPS, runs_folder
from tuidl.storage.locks import held
from tuidl.sweeps.records import Trial

SWEEP, PRESET, ORIGIN, RESULTS, STUDY, LOCK = (
    "sweep.toml", "preset.toml", "origin.json", "results.json", "study.log", ".lock",
)  # fmt: skip
LARGEST = 1 << 20
MOST_NAMED = 5


class Origin(msgspec.Struct, frozen=True):
    """``preset``: its name or path as the sweep calls it; ``folder``: where its paths start."""

    preset: str
    folder: str


@dataclass(frozen=True)
class SweepFolder:
    """A sweep that is kept."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def run(self, trial: int, repeat: int) -> Path:
        """The folder of a trial's run."""
        second = f"-{repeat + 1}" if repeat else ""
        return runs_folder() / f"{self.name}-{trial:04d}{second}"

    @property
    def study(self) -> Path:
        return self.path / STUDY

    def text(self, name: str) -> str:
        """What one of its files says. Raises RunError."""
        try:
            return read_bounded(self.path / name, LARGEST).decode()
        except (FileError, UnicodeDecodeError) as error:
            raise RunError(f"{self.path / name}: {error}") from None

    @property
    def origin(self) -> Origin:
        """Raises RunError."""
        try:
            return msgspec.json.decode(self.text(ORIGIN), type=Origin)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise RunError(f"{self.path / ORIGIN}: {error}") from None

    def write_results(self, table: list[Trial]) -> None:
        """Raises SaveError."""
        self._write(RESULTS, msgspec.json.format(msgspec.json.encode(table), indent=1))

    def _write(self, name: str, data: bytes) -> None:
        try:
            replace_file(self.path / name, data)
        except OSError as error:
            raise SaveError(f"cannot write {self.path / name}: {reason_of(error)}") from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one coordinator at a time. Raises RunError where there is another."""
        busy = f"the sweep {self.name} goes on in another process"
        with held(self.path / LOCK, busy):
            yield


def create(stem: str, sweep: str, preset: str, origin: Origin) -> SweepFolder:
    """A new sweep's folder. ``stem``: of its name. Raises SaveError."""
    name = new_run_name(stem)
    base, number = runs_folder() / SWEEPS, 1
    while True:
        path = base / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir(parents=True)
            break
        except FileExistsError:
            number += 1
        except OSError as error:
            raise SaveError(f"cannot write into {base}: {reason_of(error)}") from None
    folder = SweepFolder(path)
    for file, text in ((SWEEP, sweep), (PRESET, preset)):
        folder._write(file, text.encode())
    folder._write(ORIGIN, msgspec.json.encode(origin))
    return folder


def find(called: str) -> SweepFolder:
    """The sweep of this name, or the only one whose name begins so; ``last``: the newest. Raises
    RunError."""
    base = runs_folder() / SWEEPS
    try:
        known = sorted(path.name for path in base.iterdir() if is_there(path / ORIGIN))
    except OSError:
        known = []
    if not known:
        raise RunError(f"no sweep {called!r}; none are kept in {base}")
    if called == "last":
        return SweepFolder(max((base / name for name in known), key=_age))
    begun = [name for name in known if name == called] or [
        name for name in known if called and name.startswith(called)
    ]
    if len(begun) != 1:
        raise RunError(f"no sweep {called!r}{suggestion(called, begun or known[-MOST_NAMED:])}")
    return SweepFolder(base / begun[0])


def _age(path: Path) -> float:
    return (path / ORIGIN).stat().st_mtime
