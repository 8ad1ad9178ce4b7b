"""Which runs are trials of a sweep, by their names; what they make of lists and conditions."""

from pathlib import Path

import pytest

from tests.tui import folders
from tuidl.runs.joining import all_of, one, trials
from tuidl.runs.listing import listed
from tuidl.runs.settings import in_order, those_where, value_of, with_settings
from tuidl.runs.trials import sweep_called, sweep_of, trial_of, trials_of
from tuidl.storage.locations import SWEEPS, runs_folder

SWEEP = "digits-20260101-120000"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    names = [f"{SWEEP}-0010", f"{SWEEP}-0002-2", f"{SWEEP}-0002", SWEEP, f"{SWEEP}-2-0001"]
    return [folders.done(name) for name in names]


@pytest.mark.parametrize(
    ("name", "sweep", "number"),
    [
        (f"{SWEEP}-0007", SWEEP, 7),
        (f"{SWEEP}-0007-2", SWEEP, 7),
        (f"{SWEEP}-2-0007", f"{SWEEP}-2", 7),
        (f"{SWEEP}-12-0007-3", f"{SWEEP}-12", 7),
        (f"{SWEEP}-10000", SWEEP, 10000),
        ("a-0001-20260101-120000-0000", "a-0001-20260101-120000", 0),
    ],
)  # fmt: skip
def test_trials_are_known_by_their_names(name: str, sweep: str, number: int) -> None:
    assert trial_of(name) == (sweep, number)


@pytest.mark.parametrize(
    "name", [SWEEP, f"{SWEEP}-2", "digits-0007", "", f"{SWEEP}-0007-x", "20260101-120000-0007"]
)
def test_other_runs_are_none(name: str) -> None:
    assert trial_of(name) is None


def test_the_runs_of_a_sweep_are_found_in_their_order(kept: list[Path]) -> None:
    assert [path.name for path in trials_of(SWEEP)] == [
        f"{SWEEP}-0002", f"{SWEEP}-0002-2", f"{SWEEP}-0010",
    ]  # fmt: skip
    assert trials_of("other") == []
    found = all_of([one(kept[0]), trials(SWEEP)])
    assert next(path.name for path in found()) == f"{SWEEP}-0010"
    assert len(found()) == 3
    folders.done(f"{SWEEP}-0011")
    assert len(found()) == 4, "one that began later"
    assert sweep_of([path.name for path in trials_of(SWEEP)]) == SWEEP
    assert sweep_of([path.name for path in kept]) == ""
    assert sweep_of([]) == ""


def test_no_folder_of_runs_has_no_trials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "none"))
    assert trials_of(SWEEP) == []


def test_sweep_and_trial_are_facts_of_a_run(kept: list[Path]) -> None:
    runs = with_settings(listed())
    chosen = those_where(runs, f"sweep == '{SWEEP}' and trial < 10")
    assert sorted(run.run for run in chosen) == [f"{SWEEP}-0002", f"{SWEEP}-0002-2"]
    assert [value_of(run, "trial") for run in in_order(runs, "trial")] == [1, 2, 2, 10, None]


def test_a_sweep_is_called_by_its_name_or_folder(kept: list[Path]) -> None:
    folder = runs_folder() / SWEEPS / SWEEP
    folder.mkdir(parents=True)
    assert sweep_called(SWEEP) == sweep_called(str(folder)) == SWEEP
    for called in ("", "digits", f"/elsewhere/{SWEEP}", "a\0b", "."):
        assert sweep_called(called) == ""
