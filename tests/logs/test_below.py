"""Which logs lie below a folder: each training once, whatever else lies there."""

import os
from pathlib import Path

import pytest

from tests.logs.event_files import event, simple, write
from tuidl.core.errors import RunError
from tuidl.logs import below
from tuidl.logs.below import logs_below
from tuidl.logs.folder import FolderSource
from tuidl.logs.follower import Follower

NAME = "events.out.tfevents.1.host"
EVENTS = [event(s, simple("loss", 1.0 / (s + 1))) for s in range(3)]
TABLE = "epoch,loss\n0,1\n1,0.5\n"
LINES = '{"step": 1, "loss": 2}\n'


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(folder: Path) -> dict[str, int]:
    """Each log by its place in the folder, with how many files it has; 0 of a run of ours."""
    return {
        one.path.relative_to(folder).as_posix(): len(one.files or ()) for one in logs_below(folder)
    }


def test_folders_of_event_files_are_trainings_and_parts_belong_to_theirs(tmp_path: Path) -> None:
    for run in ("a", "b"):
        for part in ("train", "validation"):
            write(tmp_path / "tb" / run / part / NAME, EVENTS)
    write(tmp_path / "tb" / "c" / NAME, EVENTS)
    write(tmp_path / "tb" / "c" / f"{NAME}2", EVENTS)
    assert found(tmp_path) == {"tb/a": 2, "tb/b": 2, "tb/c": 2}
    assert found(tmp_path / "tb/a") == {".": 2}
    assert found(tmp_path / "tb/a/train") == {".": 1}


def test_of_a_training_with_others_in_its_folder_only_its_own_is_read(tmp_path: Path) -> None:
    write(tmp_path / NAME, EVENTS)
    write(tmp_path / "eval" / NAME, EVENTS)
    write(tmp_path / "other" / NAME, [event(0, simple("else", 1.0))])
    assert found(tmp_path) == {".": 2, "other": 1}
    alone = Follower(FolderSource(tmp_path, is_alone=True)).read_all()
    assert {name for _, name in alone.series} == {"loss", "eval/loss"}
    assert "other/else" in {name for _, name in Follower(FolderSource(tmp_path)).read_all().series}


def test_files_side_by_side_are_logs_of_their_own(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        put(tmp_path / "flat" / name, TABLE)
    put(tmp_path / "flat" / "c.jsonl", LINES)
    put(tmp_path / "flat" / "data.csv", "x,y\n1,2\n")
    put(tmp_path / "version_0" / "metrics.csv", TABLE)
    put(tmp_path / "version_0" / "hparams.yaml", "lr: 1\n")
    assert found(tmp_path) == {"flat/a.csv": 1, "flat/b.csv": 1, "flat/c.jsonl": 1, "version_0": 1}


def test_one_table_and_one_file_of_lines_are_two(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", TABLE)
    put(tmp_path / "b.jsonl", LINES)
    assert set(found(tmp_path)) == {"a.csv", "b.jsonl"}


def test_tables_beside_event_files_say_the_same(tmp_path: Path) -> None:
    put(tmp_path / "metrics.csv", TABLE)
    write(tmp_path / NAME, EVENTS)
    assert found(tmp_path) == {".": 1}


def test_runs_of_ours_are_known_and_not_looked_into(tmp_path: Path) -> None:
    put(tmp_path / "run" / "run.json", "{}")
    put(tmp_path / "run" / "deep" / "a.jsonl", LINES)
    assert found(tmp_path) == {"run": 0}


def test_links_hidden_folders_and_circles_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path / "a" / "log.csv", TABLE)
    put(tmp_path / ".git" / "log.csv", TABLE)
    os.symlink(tmp_path, tmp_path / "a" / "circle")
    os.symlink(tmp_path / "a", tmp_path / "again")
    os.symlink(tmp_path / "a" / "log.csv", tmp_path / "linked.csv")
    os.mkfifo(tmp_path / "pipe.jsonl")
    assert found(tmp_path) == {"a": 1}


def test_too_many_files_are_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(below, "MOST_ENTRIES", 3)
    for n in range(4):
        put(tmp_path / f"{n}.csv", TABLE)
    with pytest.raises(RunError, match="more than 3 files; name one within it"):
        list(below.places(tmp_path, most=3))


def test_no_folder_and_an_empty_one(tmp_path: Path) -> None:
    assert found(tmp_path) == {}
    with pytest.raises(RunError, match="No such file"):
        logs_below(tmp_path / "none")
