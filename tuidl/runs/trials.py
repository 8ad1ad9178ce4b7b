"""Trials of sweeps among the runs: a run is known for one by its name."""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tuidl.core.user_folders import expanded
from tuidl.storage.locations import SWEEPS, runs_folder

TRIAL = re.compile(
    r"(?P<sweep>.+-[0-9]{8}-[0-9]{6}(?:-[0-9]{1,3})?)-(?P<number>[0-9]{4,6})(?:-[0-9]{1,3})?"
)
"""The sweep's name, which ends with when it began; the trial's number; of a second seed that."""


class TrialOf(NamedTuple):
    """Which trial of which sweep a run is."""

    sweep: str
    number: int


@lru_cache(1 << 14)
def trial_of(run: str) -> TrialOf | None:
    """What a run's name says; None where it is no trial's."""
    found = TRIAL.fullmatch(run)
    return TrialOf(found["sweep"], int(found["number"])) if found else None


def trials_of(sweep: str) -> list[Path]:
    """Folders of the runs of a sweep that there are by now, in the order of trials and seeds."""
    folder = runs_folder()
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.name.startswith(f"{sweep}-")]
    except OSError:
        return []
    known = [(trial.number, len(name), name) for name in found
             if (trial := trial_of(name)) and trial.sweep == sweep]  # fmt: skip
    return [folder / name for *_, name in sorted(known)]


def sweep_of(runs: list[str]) -> str:
    """The sweep of which all these runs are trials; empty where they are not of one."""
    sweeps = {trial.sweep if (trial := trial_of(run)) else "" for run in runs}
    return sweeps.pop() if len(sweeps) == 1 else ""


def sweep_called(called: str) -> str:
    """The name of the kept sweep of this name or folder; empty where there is none."""
    base = runs_folder() / SWEEPS
    path = expanded(called) if called and "\0" not in called else Path()
    name = path.name if path.parent in (Path(), base) else ""
    return name if name and (base / name).is_dir() else ""
