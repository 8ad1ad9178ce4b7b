"""``tuidl runs`` and ``tuidl compare``: what they take for a sweep, and what --ui goes without."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.tui import folders
from tuidl.cli import cli, comparing, playing
from tuidl.storage.locations import SWEEPS, runs_folder
from tuidl.tui.state import TableStart, TableState

SWEEP = "digits-20260101-120000"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    for name in (f"{SWEEP}-0000", f"{SWEEP}-0001", "other"):
        folders.done(name)
    folder = runs_folder() / SWEEPS / SWEEP
    folder.mkdir(parents=True)
    (folder / "origin.json").write_text("{}")
    return folder


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the playground is opened with; there is a terminal."""
    found: dict[str, Any] = {}
    monkeypatch.setattr(playing, "play", lambda **options: found.update(options))
    for module in (comparing, "tuidl.cli.listing"):
        monkeypatch.setattr(f"{getattr(module, '__name__', module)}.require_screen", lambda _: None)
    return found


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, arguments)
    return result.exit_code, result.output + (str(result.exception) if result.exception else "")


@pytest.mark.parametrize("called", [SWEEP, "digits", "last", "folder"])
def test_the_trials_of_a_sweep_are_listed(kept: Path, called: str) -> None:
    code, said = run("runs", "--sweep", str(kept) if called == "folder" else called, "--json")
    assert code == 0
    assert [one["run"] for one in json.loads(said)] == [f"{SWEEP}-0001", f"{SWEEP}-0000"]


def test_a_sweep_that_is_none_is_said(kept: Path) -> None:
    code, said = run("runs", "--sweep", "nothing")
    assert code
    assert "no sweep 'nothing'" in said
    assert SWEEP in said


def test_the_table_is_opened_with_what_was_asked(kept: Path, played: dict[str, Any]) -> None:
    run("runs", "--ui", "--sweep", "last", "--state", "done", "--sort", "accuracy")
    asked = f"(sweep == '{SWEEP}') and (state == 'done')"
    choices = TableState(sort="accuracy", groups=["sweep"])
    assert played["table"] == TableStart(asked, choices)
    run("runs", "--ui", "digits", "keep")
    assert played["table"] == TableStart("digits keep")
    run("runs", "--ui", "--columns", "a.b,loss", "--group-by", "c")
    assert played["table"].choices == TableState(["a.b", "loss"], groups=["c"])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("runs", "--ui", "--json"), "--ui goes without --json"),
        (("runs", "--ui", "word", "--where", "epochs > 1"), "WORDS or conditions"),
        (("runs", "--ui"), "--ui needs a terminal"),
        (("compare", SWEEP, "--ui"), "--ui needs a terminal"),
        (("compare", "other"), "name two runs or more"),
    ],
)
def test_what_does_not_go_together_is_said(
    kept: Path, arguments: tuple[str, ...], problem: str
) -> None:
    code, said = run(*arguments)
    assert code == 2
    assert problem in said


def test_curves_of_a_sweep_and_of_runs_beside_it(kept: Path, played: dict[str, Any]) -> None:
    run("compare", "other", SWEEP, "--ui")
    names = [path.name for path in played["compare"]]
    assert names == ["other", f"{SWEEP}-0000", f"{SWEEP}-0001"]
    folders.done(f"{SWEEP}-0002")
    assert len(played["joining"]()) == 4
    run("compare", f"{SWEEP}-0001", "other", "--ui")
    assert len(played["joining"]()) == 2


def test_a_sweep_is_compared_without_a_screen(kept: Path) -> None:
    code, said = run("compare", SWEEP)
    assert code == 0
    assert f"{SWEEP}-0001" in said
