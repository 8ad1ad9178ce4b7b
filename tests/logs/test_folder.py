"""Folders of logs: one log with parts."""

from pathlib import Path

import pytest

from tests.logs.event_files import event, simple, write
from tests.logs.test_following import until
from tuidl.core.errors import RunError
from tuidl.logs import folder
from tuidl.logs.folder import FolderSource, parts_of
from tuidl.logs.follower import Follower
from tuidl.logs.log import Log, notes_of
from tuidl.logs.measures import measures_of

NAME = "events.out.tfevents.1.host"


def losses(*values: float, start: int = 0) -> list[bytes]:
    return [event(start + i, simple("epoch_loss", value)) for i, value in enumerate(values)]


def read(path: Path) -> Log:
    return Follower(FolderSource(path)).read_all()


def test_train_and_validation_share_a_chart(tmp_path: Path) -> None:
    write(tmp_path / "logs/train" / NAME, losses(3, 2, 1))
    write(tmp_path / "logs/validation" / NAME, losses(4, 3, 2))
    for path in (tmp_path, tmp_path / "logs"):
        (measure,) = measures_of(read(path))
        assert measure.name == "epoch loss"
        assert [(line.name, line.series.last) for line in measure.lines] == [
            ("train", 1.0),
            ("validation", 2.0),
        ]
    (alone,) = measures_of(read(tmp_path / "logs/train"))
    assert alone.lines[0].series.last == 1.0


def test_a_training_that_was_begun_again_goes_on_in_another_file(tmp_path: Path) -> None:
    write(tmp_path / NAME, losses(5, 4, 3))
    write(tmp_path / (NAME + "2"), losses(3.5, 2, start=1))
    log = read(tmp_path)
    values = list(log.series["step", "epoch_loss"].recent)
    assert values == [(0.0, 5.0), (1.0, 3.5), (2.0, 2.0)]
    assert log.before["step", "epoch_loss"].last == 3.0
    assert notes_of(log) == ["step went back from 2 to 1: restarted"]


def test_files_that_come_later_join_under_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "AGAIN", 0.0)
    train = write(tmp_path / "train" / NAME, losses(3))
    follower = Follower(FolderSource(tmp_path))
    follower._read(0)
    follower._read(0)
    assert set(follower.log().series) == {("step", "epoch_loss")}
    write(tmp_path / "validation" / NAME, losses(4))
    with train.open("ab") as file:
        file.write(losses(2, start=1)[0])
    for _ in range(6):
        follower._read(0)
    log = follower.log()
    assert set(log.series) == {("step", "train/epoch_loss"), ("step", "validation/epoch_loss")}
    assert log.series["step", "train/epoch_loss"].last == 2.0
    follower.source.close()


def test_a_training_that_goes_on_is_followed_record_by_record(tmp_path: Path) -> None:
    train = write(tmp_path / "train" / NAME, losses(3))
    validation = write(tmp_path / "validation" / NAME, losses(4))
    follower = Follower(FolderSource(tmp_path))
    follower.start()
    until(follower, lambda log: len(log.series) == 2 and follower.state == "following")
    (new,) = losses(2, start=1)
    with train.open("ab") as file:
        file.write(new[:9])
        file.flush()
        with validation.open("ab") as other:
            other.write(new)
        until(follower, lambda log: log.series["step", "validation/epoch_loss"].last == 2.0)
        assert follower.log().series["step", "train/epoch_loss"].last == 3.0
        file.write(new[9:])
    until(follower, lambda log: log.series["step", "train/epoch_loss"].last == 2.0)
    follower.close()


def test_loggers_of_several_kinds_tell_the_same_once(tmp_path: Path) -> None:
    write(tmp_path / NAME, losses(3, 2))
    (tmp_path / "metrics.csv").write_text("step,epoch_loss\n0,9\n")
    assert read(tmp_path).series["step", "epoch_loss"].last == 2.0
    (tmp_path / NAME).unlink()
    (tmp_path / "data.csv").write_text("x,y\n1,2\n")
    assert read(tmp_path).series["step", "epoch_loss"].last == 9.0


def test_lines_of_json_side_by_side_keep_their_names(tmp_path: Path) -> None:
    for name, loss in (("train", 1), ("val", 2)):
        (tmp_path / f"{name}.jsonl").write_text(
            "".join(f'{{"epoch":{e},"step":{s},"loss":{loss}}}\n' for e in (1, 2) for s in (1, 2))
        )
    log = read(tmp_path)
    (measure,) = measures_of(log)
    assert [line.name for line in measure.lines] == ["train", "validation"]
    assert measure.xs == [1.0, 2.0, 3.0, 4.0]
    assert notes_of(log) == ["step begins anew in each epoch: counted on"]


def test_parts_are_what_tells_files_apart() -> None:
    def named(*paths: str) -> list[str]:
        return list(parts_of([Path("/x", path) for path in paths]).values())

    assert named("a/metrics.csv") == [""]
    assert named("v1/metrics.csv", "v2/metrics.csv") == ["v1", "v2"]
    assert named("metrics.csv", "val/metrics.csv") == ["", "val"]
    assert named("a.jsonl", "b.jsonl") == ["a", "b"]
    assert named(NAME, NAME + "2", f"val/{NAME}") == ["", "", "val"]


def test_what_is_no_folder_of_logs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a/b/c").mkdir(parents=True)
    (tmp_path / "a/b/c/metrics.csv").write_text("step,loss\n1,2\n")
    (tmp_path / ".hidden.csv").write_text("step,loss\n1,2\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "a/b/c/metrics.csv")
    (tmp_path / "loop").symlink_to(tmp_path)
    with pytest.raises(RunError, match="a folder, and no run or log in it"):
        FolderSource(tmp_path)
    write(tmp_path / NAME, [b"junk" * 9])
    with pytest.raises(RunError, match=r"tfevents.1.host: byte .*: the checksum"):
        read(tmp_path)
    for number in range(3):
        write(tmp_path / f"a/{NAME}{number}", losses(1))
    monkeypatch.setattr(folder, "MOST_FILES", 2)
    with pytest.raises(RunError, match="4 logs; expected at most 2"):
        FolderSource(tmp_path)
    monkeypatch.setattr(folder, "MOST_ENTRIES", 2)
    with pytest.raises(RunError, match="more than 2 files"):
        FolderSource(tmp_path)
