"""CSV logs of Keras and Lightning."""

import math
import os
from pathlib import Path

import pytest

from tuidl.logs.follower import Follower
from tuidl.logs.log import Log, notes_of
from tuidl.logs.measures import measures_of
from tuidl.logs.source import StreamSource, source_of

KERAS = """epoch,accuracy,loss,val_accuracy,val_loss
0,0.5,0.69314718246459961,NA,0.7
1,0.75,nan,0.5,0.6
2,0.875,0.25,0.625,inf
"""
LIGHTNING = """epoch,lr-SGD,step,train_loss,val_loss
0,,49,1.5,
0,,99,1.25,
0,0.1,,,
0,,99,,1.4
1,,149,1.0,
"""


def log_of(path: Path, text: str | bytes) -> Log:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Follower(source_of(path)).read_all()


def values_of(log: Log, name: str, axis: str) -> list[tuple[float, float]]:
    return list(log.series[axis, name].recent)


def test_keras_says_scores_by_epoch(tmp_path: Path) -> None:
    log = log_of(tmp_path / "log.csv", KERAS)
    assert [(m.name, m.x_name, len(m.lines)) for m in measures_of(log)] == [
        ("loss", "epoch", 2),
        ("accuracy", "epoch", 2),
    ]
    loss = values_of(log, "loss", "epoch")
    assert loss[0] == (0.0, 0.6931471824645996)
    assert math.isnan(loss[1][1]), "not finite is a gap"
    assert values_of(log, "val_accuracy", "epoch") == [(1.0, 0.5), (2.0, 0.625)], "NA: not there"
    assert notes_of(log) == []


def test_lightning_leaves_cells_empty(tmp_path: Path) -> None:
    log = log_of(tmp_path / "metrics.csv", LIGHTNING)
    assert values_of(log, "train_loss", "step") == [(49.0, 1.5), (99.0, 1.25), (149.0, 1.0)]
    assert values_of(log, "val_loss", "step") == [(99.0, 1.4)]
    assert values_of(log, "lr-SGD", "epoch") == [(0.0, 0.1)], "a row without a step"
    assert notes_of(log) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(",", ";"), lambda text: text.replace(",", "\t"),
        lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text,
        lambda text: text.rstrip("\n"), lambda text: text + "\n" + text.splitlines()[0] + "\n",
        lambda text: text.replace("0.25", '"0.25"').replace(",loss", ", loss "),
    ],
)  # fmt: skip
def test_a_table_is_the_same_however_it_is_written(tmp_path: Path, change: object) -> None:
    assert callable(change)
    log = log_of(tmp_path / "log.csv", change(KERAS))
    assert [x for x, _ in values_of(log, "loss", "epoch")] == [0.0, 1.0, 2.0]
    assert notes_of(log) == []


def test_rows_of_other_columns_and_words_are_told_of_or_passed_over(tmp_path: Path) -> None:
    rows = 'epoch,loss,note\n1,2.0,"a, b"\n2,1.0\n3,1_0,x\n4,0.5,"[1, 2]"\n5,"0.25\n'
    log = log_of(tmp_path / "log.csv", rows)
    assert values_of(log, "loss", "epoch") == [(1.0, 2.0), (4.0, 0.5)]
    assert notes_of(log) == ["2 lines were no row of the header's columns"]


def test_a_table_without_steps_counts_its_rows(tmp_path: Path) -> None:
    log = log_of(tmp_path / "progress.csv", "time/iterations,train/loss\n1,3\n2,2\n")
    assert values_of(log, "train/loss", "line") == [(1.0, 3.0), (2.0, 2.0)]


def test_a_header_alone_is_a_log_that_has_just_begun(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(KERAS.splitlines()[0] + "\n")
    source = source_of(path)
    with path.open("a") as file:
        file.write("0,0.5,0.7,0.5,0.")
    follower = Follower(source)
    log = follower.read_all()
    assert log.series["epoch", "val_loss"].last == 0.0, "read_all takes the rest as it is"


def test_a_table_that_is_written_anew_with_more_columns_is_read_anew(tmp_path: Path) -> None:
    """Lightning does so, in place; the file is never seen to shrink."""
    path = tmp_path / "metrics.csv"
    path.write_text("epoch,step,train_loss\n0,1,3.0\n")
    follower = Follower(source_of(path))
    assert [follower._read(0) for _ in range(2)] == [True, True]
    path.write_text("epoch,step,train_loss,val_loss\n0,1,3.0,\n0,2,2.0,2.5\n")
    assert [follower._read(0) for _ in range(3)] == [True, True, True]
    log = follower.log()
    assert values_of(log, "train_loss", "step") == [(1.0, 3.0), (2.0, 2.0)]
    assert values_of(log, "val_loss", "step") == [(2.0, 2.5)]
    assert notes_of(log) == []
    follower.source.close()


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_table_comes_through_a_pipe_in_any_pieces(size: int) -> None:
    reading, writing = os.pipe()
    follower = Follower(StreamSource("stdin", reading))
    data = KERAS.encode()
    for start in range(0, len(data), size):
        os.write(writing, data[start : start + size])
        follower._read(0)
    os.close(writing)
    log = follower.read_all()
    assert values_of(log, "val_loss", "epoch")[0] == (0.0, 0.7)
    assert log.counts.objects == 3
