"""What runs may be called, their order by scores and settings, and deleting them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tuidl.cli import cli
from tuidl.core.errors import RunError
from tuidl.preset.library import load_preset
from tuidl.protocol.events import RunEnded
from tuidl.runs.listing import listed
from tuidl.runs.naming import find_run
from tuidl.runs.settings import in_order, with_settings
from tuidl.storage.folder import RunFolder
from tuidl.storage.records import Summary

RUNS = {
    "moons-20260101-000000": (0.01, {"loss": 0.5, "accuracy": 0.8}),
    "moons-20260102-000000": (0.3, {"loss": 0.2, "accuracy": 0.9}),
    "digits-20260103-000000": (0.1, {"loss": 0.9, "accuracy": 0.99}),
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three runs that have ended, and one that has not."""
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path))
    for name, (rate, scores) in RUNS.items():
        preset = load_preset("mlp_xor", (f"optimizer.learning_rate={rate}",))
        folder = RunFolder.create(tmp_path / name, name, preset, "cpu")
        ended = RunEnded(
            reason="completed", epochs=3, seconds=1.0, train={"loss": 0.0, "accuracy": 1.0},
            validation=scores, test=None, weights_sha256="0" * 64,
        )  # fmt: skip
        folder.write_summary(Summary(ended=ended))
    last = "moons-20260104-000000"
    RunFolder.create(tmp_path / last, last, load_preset("mlp_xor"), "cpu")
    return tmp_path


def call(*arguments: str, says: str | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=says)


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("moons-20260101-000000", "moons-20260101-000000"),
        ("dig", "digits-20260103-000000"),
        ("moons-20260102", "moons-20260102-000000"),
        ("last", "moons-20260104-000000"),
        ("best:accuracy", "digits-20260103-000000"),
        ("best:loss", "moons-20260102-000000"),
        ("best:accuracy:moons", "moons-20260102-000000"),
    ],
)
def test_a_run_is_found_by_what_it_may_be_called(place: Path, called: str, name: str) -> None:
    assert find_run(called).path == place / name
    assert bool(find_run(called).note) == (called.partition(":")[0] in ("last", "best"))


@pytest.mark.parametrize(
    ("called", "problem"),
    [
        ("moons", "'moons' is the beginning of 3 runs: moons-20260104-000000, "),
        ("best:acuracy", "no run has a score 'acuracy'; did you mean 'accuracy'"),
        ("best:", "of which score"),
        ("best:loss:cnn", "no run whose name begins with 'cnn'"),
        ("xyz", "no run 'xyz'"),
        ("", "is missing"),
    ],
)
def test_what_no_run_is_called_is_refused(place: Path, called: str, problem: str) -> None:
    with pytest.raises(RunError, match=problem):
        find_run(called)


def test_a_run_of_that_name_goes_before_the_other_readings(place: Path) -> None:
    for name in ("last", "moons"):
        RunFolder.create(place / name, name, load_preset("mlp_xor"), "cpu")
        assert find_run(name).path == place / name


@pytest.mark.parametrize(
    ("key", "first"),
    [
        ("accuracy", ["digits-20260103-000000", "moons-20260102-000000", "moons-20260101-000000"]),
        ("loss", ["moons-20260102-000000", "moons-20260101-000000", "digits-20260103-000000"]),
        ("optimizer.learning_rate", ["moons-20260101-000000"]),
        ("run", ["digits-20260103-000000", "moons-20260101-000000"]),
    ],
)
def test_runs_are_sorted_and_those_without_a_score_come_last(
    place: Path, key: str, first: list[str]
) -> None:
    names = [run.run for run in in_order(with_settings(listed()), key)]
    assert names[: len(first)] == first
    assert len(names) == 4
    if key in ("accuracy", "loss"):
        assert names[3] == "moons-20260104-000000"


def test_the_list_shows_settings(place: Path) -> None:
    shown = call("runs", "--sort", "accuracy", "--columns", "optimizer.learning_rate")
    heading, best, *_ = shown.stdout.splitlines()
    assert "optimizer.learning_rate" in heading
    assert best.split()[0] == "digits-20260103-000000"
    assert "0.1" in best.split()
    first = json.loads(call("runs", "--sort", "accuracy", "--json").stdout)[0]
    assert first["settings"]["optimizer.learning_rate"] == 0.1
    assert isinstance(
        call("runs", "--columns", "optimizer.rate").exception, RunError
    )  # which names the nearest


def test_deleting_asks_or_is_told_not_to(place: Path) -> None:
    assert call("delete", "dig").exit_code == 2  # no terminal: nobody can be asked
    assert isinstance(call("delete", "--yes", "dig", "xyz").exception, RunError)
    assert len(list(place.iterdir())) == 4  # all are looked up before the first one goes
    assert call("delete", "--yes", "dig", "moons-20260101", "dig").exit_code == 0
    assert sorted(path.name for path in place.iterdir()) == [
        "moons-20260102-000000", "moons-20260104-000000",
    ]  # fmt: skip


def test_a_damaged_run_can_be_deleted(place: Path) -> None:
    (place / "digits-20260103-000000" / "run.json").unlink()
    (place / "digits-20260103-000000" / "events.jsonl").write_text("x")
    assert call("delete", "--yes", "digits-20260103-000000").exit_code == 0
    assert not (place / "digits-20260103-000000").exists()
