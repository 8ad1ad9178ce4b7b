"""Every meaning of outputs has the scores that fit it, and all tables that follow."""

import numpy as np
import pytest

from tuidl.core.errors import DataError
from tuidl.data.origin import Origin
from tuidl.data.spec import ExampleSpec
from tuidl.data.tables.raw import RawColumn, RawTable
from tuidl.inference.preprocessing import Preparation
from tuidl.judging.importance import input_columns
from tuidl.judging.judged import MAIN, judged_of
from tuidl.judging.resampling import point
from tuidl.judging.scoring import calibration_of, classes_of, confusion_of, curves_of, residuals_of
from tuidl.judging.slicing import column_of, parts_of
from tuidl.judging.subject import Subject
from tuidl.judging.worst import worst_of
from tuidl.nn.losses.classification import CategoricalCrossEntropy, CrossEntropy
from tuidl.nn.losses.regression import MeanSquaredError
from tuidl.tasks.base import Task
from tuidl.tasks.choice import task_for
from tuidl.tasks.generation import Generation

RANDOM = np.random.default_rng(4)
N = 12
SPECS = {
    "classes": (ExampleSpec((2,), 3, ("a", "b", "c")), CrossEntropy()),
    "places": (ExampleSpec((5, 2), 3, ("a", "b", "c"), (5,)), CrossEntropy()),
    "shares": (ExampleSpec((2,), 3), CategoricalCrossEntropy()),
    "numbers": (ExampleSpec((2,), 2), MeanSquaredError()),
    "image": (ExampleSpec((4, 4, 1), 16, (), (4, 4, 1)), MeanSquaredError()),
}


def answered(name: str) -> tuple[Task, np.ndarray, np.ndarray]:
    """A task, answers, and targets."""
    task = task_for(*SPECS[name])
    if task.of_classes:
        decoded = RANDOM.dirichlet(np.ones(3), (N, *task.spec.answer_shape[:-1]))
    else:
        decoded = RANDOM.normal(size=(N, *task.spec.answer_shape))
    return task, decoded, np.asarray(task.random_targets(RANDOM, N), np.float64)


@pytest.mark.parametrize("name", SPECS)
def test_all_tables_of_a_kind(name: str) -> None:
    task, decoded, y = answered(name)
    judged = judged_of(task, decoded, y)
    points, baseline = point(judged.scored.scores, N), judged.baseline()
    assert set(points) == set(baseline)
    assert points[MAIN[judged.kind]].ndim == 0
    assert judged.scored.main(np.ones((1, N)))[0] == pytest.approx(points[judged.main])
    classes = classes_of(judged, points, {}, baseline)
    assert [each.name for each in classes] == (list("abc") if name in ("classes", "places") else [])
    assert len(curves_of(judged, 1)) == (3 if name == "classes" else 0)
    assert (calibration_of(judged, 1) is None) == (name != "classes")
    outputs = ("one", "two") if name == "numbers" else tuple(f"{i}" for i in range(16))
    assert len(residuals_of(judged, outputs, 0)) == {"numbers": 2, "image": 16}.get(name, 0)
    table = confusion_of(judged)
    if table is not None:
        assert sum(map(sum, table.counts)) == N * (5 if name == "places" else 1)
    worst = worst_of(judged, Subject(decoded, y, ""), 3)
    losses = [each.loss for each in worst]
    assert losses == sorted(judged.scored.losses.tolist(), reverse=True)[:3]


def test_a_baseline_beats_random_answers() -> None:
    for name in SPECS:
        judged = judged_of(*answered(name))
        better = judged.baseline()[judged.main] - point(judged.scored.scores, N)[judged.main]
        assert (better if judged.rises else -better) > -0.3


def test_outputs_without_targets_are_refused() -> None:
    task = Generation(ExampleSpec((2,), 1), MeanSquaredError())
    with pytest.raises(DataError, match="have no targets"):
        judged_of(task, np.zeros((2, 1)), np.zeros((2, 1)))


def column(texts: list[str]) -> RawTable:
    numbers = np.array([float(text) if text.isdecimal() else np.nan for text in texts])
    others = sorted({text for text in texts if not text.isdecimal()})
    codes = np.array([others.index(t) if t in others else -1 for t in texts], np.int32)
    raw = RawColumn("value", numbers, tuple(others), codes)
    return RawTable((raw,), np.arange(len(texts)), ",", True)


def test_slices_of_numbers_texts_and_gaps() -> None:
    texts = ["", "1", "2", "Rome", "1", "n/a", "Rome"]
    table = column(texts)
    rows = np.arange(len(texts))
    subject = Subject(np.zeros((7, 1)), np.zeros((7, 1)), "", Origin.of_rows(table, rows))
    parts = {name: members.tolist() for name, members in parts_of(column_of(subject, "value"))}
    assert {name: sum(members) for name, members in parts.items()} == {
        "1": 2, "2": 1, "Rome": 2, "(no value)": 1, "n/a": 1,
    }  # fmt: skip
    assert np.sum(list(parts.values()), axis=0).tolist() == [1] * 7


def test_many_numbers_are_cut_into_quarters() -> None:
    table = column([str(i) for i in range(100)])
    rows = np.arange(100)
    subject = Subject(np.zeros((100, 1)), np.zeros((100, 1)), "", Origin.of_rows(table, rows))
    parts = list(parts_of(column_of(subject, "value")))
    assert [int(members.sum()) for _, members in parts] == [25, 25, 25, 25]


def test_texts_that_hardly_repeat_are_cut_by_their_number_of_words() -> None:
    texts = [" ".join(["word"] * (1 + i % 8)) + f" t{i}" for i in range(80)] + ["", ""]
    rows = np.arange(82)
    subject = Subject(np.zeros((82, 1)), np.zeros((82, 1)), "", Origin.of_rows(column(texts), rows))
    parts = {name: int(m.sum()) for name, m in parts_of(column_of(subject, "value"))}
    assert parts == {
        "2 to 3 words": 20, "above 3 to 5 words": 20, "above 5 to 7 words": 20,
        "above 7 to 9 words": 20, "(no value)": 2,
    }  # fmt: skip


def test_pictures_have_no_columns() -> None:
    prepared = Preparation(shape=(4, 4, 1), classes=(), answer="numbers")
    with pytest.raises(DataError, match="pictures"):
        input_columns(prepared)
