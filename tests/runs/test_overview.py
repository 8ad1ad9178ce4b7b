"""Runs listed again and again: what did not change is not looked at, what did is."""

import shutil

import pytest

from tests.tui import folders
from tuidl.runs import overview
from tuidl.runs.overview import Overview
from tuidl.storage.labels import Label, write_label
from tuidl.storage.locations import names, runs_folder


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path))


def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that are looked at from now on."""
    seen: list[str] = []
    glance = overview.glance

    def noted(path: overview.Path) -> overview.Shelved:
        seen.append(path.name[11:19])
        return glance(path)

    monkeypatch.setattr(overview, "glance", noted)
    return seen


def test_only_runs_that_changed_are_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    done, failed, damaged = folders.done(), folders.failed(), folders.damaged()
    known = Overview()
    first = known.look()
    assert [run.path for run in first] == [damaged, failed, done]
    seen = looked_at(monkeypatch)
    second = known.look()
    assert seen == ["20260104"], "what is damaged may be mended in place"
    assert second[1] is first[1]
    assert second[2] is first[2]
    write_label(failed, Label(note="why?"))
    third = known.look()
    assert seen[1:] == ["20260104", "20260103"]
    assert third[1].listed is not None
    assert third[1].listed.note == "why?"
    assert third[2] is first[2]


def test_runs_that_come_go_and_go_on_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    done, unfinished = folders.done(), folders.unfinished()
    known = Overview()
    assert [run.state for run in known.look()] == ["unfinished", "done"]
    seen = looked_at(monkeypatch)
    shutil.rmtree(done)
    failed = folders.failed()
    assert [run.path for run in known.look()] == [failed, unfinished]
    assert seen == ["20260103", "20260102"], "it may go on any time"
    shutil.move(failed, moved := runs_folder() / "by another name")
    assert [run.path for run in known.look()] == [moved, unfinished]


def test_the_order_is_that_of_the_records_as_they_are_now() -> None:
    first, second = folders.done(), folders.done("cnn_digits-20260105-120000")
    assert names() == [second.name, first.name]
    folders.began(first, "2026-02-01T00:00:00Z")
    assert names() == [first.name, second.name]
    folders.began(first, "2026-01-01T00:00:00.000Z")
    assert names() == [second.name, first.name]
