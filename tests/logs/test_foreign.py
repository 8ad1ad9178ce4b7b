"""Logs of other programs: whatever their lines hold, every number becomes a curve."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuidl.core.errors import RunError
from tuidl.logs.follower import Follower
from tuidl.logs.lines import Lines
from tuidl.logs.log import MOST_SERIES, Log, notes_of
from tuidl.logs.measures import measures_of, part_of
from tuidl.logs.source import source_of
from tuidl.protocol.history import CAPACITY

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(["step", "Epoch", "loss", "val_loss", "train.loss", "lr", "batch"])


def log_of(*lines: object) -> Log:
    log = Log()
    for line in lines:
        log.add(line if isinstance(line, bytes) else json.dumps(line).encode())
    return log


def values_of(log: Log, name: str, axis: str = "step") -> list[tuple[float, float]]:
    return list(log.series[axis, name].recent)


@pytest.mark.parametrize(
    "key",
    ["step", "global_step", "iteration", "iter", "epoch", "batch", "STEP", "Epoch", "_step",
     "trainer/global_step"],
)  # fmt: skip
def test_any_of_these_keys_is_the_step(key: str) -> None:
    log = log_of({key: 1, "loss": 2.0}, {key: 2, "loss": 1.0})
    (measure,) = measures_of(log)
    assert measure.x_name == key.rpartition("/")[2].lstrip("_").lower()
    assert measure.xs == [1.0, 2.0]
    assert [name for _, name in log.series] == ["loss"], "the step is no curve"


def test_the_most_telling_key_wins_and_no_key_counts_lines() -> None:
    log = log_of({"epoch": 1, "step": 10, "loss": 1})
    assert list(log.series) == [("step", "loss")]
    log = log_of({"loss": 3}, {"loss": 2})
    assert [(m.x_name, m.xs) for m in measures_of(log)] == [("line", [1.0, 2.0])]


def test_a_header_without_a_step_is_not_drawn_beside_steps() -> None:
    log = log_of({"batch_size": 32, "seed": 1}, {"step": 1, "loss": 2.0})
    assert [measure.name for measure in measures_of(log)] == ["loss"]


def test_nested_numbers_have_dotted_names_and_the_rest_is_passed_over() -> None:
    log = log_of({"step": 1, "train": {"loss": 1.5, "deep": {"er": 2}}, "name": "x", "ok": True,
                  "list": [1, 2]})  # fmt: skip
    assert set(log.series) == {("step", "train.loss"), ("step", "train.deep.er")}


def test_nan_and_infinity_are_gaps_and_null_is_not_there() -> None:
    lines = b'{"step":1,"loss":1}', b'{"step":2,"loss":NaN}', b'{"step":3,"loss":-Infinity}'
    log = log_of(*lines, {"step": 4, "loss": None}, {"step": 5, "loss": 2})
    assert [math.isnan(value) for _, value in values_of(log, "loss")] == [False, True, True, False]
    assert [x for x, _ in values_of(log, "loss")] == [1.0, 2.0, 3.0, 5.0]
    assert notes_of(log) == []


def test_broken_lines_are_counted_and_told_of() -> None:
    log = log_of(
        b"{", b"Using device cpu", b"[1,2]", b'"text"', {"step": 1, "loss": 1}, b"\xff\xfe"
    )
    assert notes_of(log) == ["3 lines were no JSON", "2 lines were no JSON object"]
    assert values_of(log, "loss") == [(1.0, 1.0)]


def test_a_step_that_goes_back_is_a_restart_which_is_told_and_kept_behind() -> None:
    log = log_of(*({"step": s, "loss": s / 10} for s in [*range(10), *range(5, 20)]))
    assert [x for x, _ in values_of(log, "loss")] == [float(s) for s in range(20)]
    assert notes_of(log) == ["step went back from 9 to 5: restarted"]
    (measure,) = measures_of(log)
    assert [line.series.last for line in measure.before] == [0.9]


def test_steps_that_begin_anew_in_every_epoch_count_on() -> None:
    lines = [{"epoch": e, "step": s, "loss": 1.0} for e in (1, 2, 3) for s in range(4)]
    log = log_of(*lines)
    assert [x for x, _ in values_of(log, "loss")] == [float(i) for i in range(12)]
    assert notes_of(log) == ["step begins anew in each epoch: counted on"]
    log = log_of(*({"batch": s, "loss": 1.0} for _ in range(3) for s in (1, 2)))
    assert [x for x, _ in values_of(log, "loss", "batch")] == [1, 2, 3, 4, 5, 6]


def test_lines_of_two_kinds_that_alternate_are_no_restarts() -> None:
    log = log_of({"step": 5, "loss": 1}, {"step": 4, "val_loss": 1}, {"step": 6, "loss": 1})
    assert notes_of(log) == []


@pytest.mark.parametrize(
    ("name", "measure", "part"),
    [
        ("val_loss", "loss", "validation"), ("valLoss", "Loss", "validation"),
        ("train/loss", "loss", "train"), ("loss_train", "loss", "train"),
        ("eval_samples_per_second", "samples per second", "validation"),
        ("metrics.test.f1", "metrics f1", "test"), ("loss", "loss", None),
        ("training", "training", None), ("constraint", "constraint", None),
        ("value_loss", "value loss", None), ("retrain_count", "retrain count", None),
    ],
)  # fmt: skip
def test_parts_are_found_in_names(name: str, measure: str, part: str | None) -> None:
    assert part_of(name) == (measure, part)


def test_both_parts_of_a_measure_share_a_chart_and_loss_comes_first() -> None:
    log = log_of({"epoch": 1, "lr": 0.1, "acc": 0.5, "val_acc": 0.4, "loss": 1, "val_loss": 2})
    assert [(m.name, [(c.name, c.role) for c in m.lines]) for m in measures_of(log)] == [
        ("loss", [("train", "train"), ("validation", "validation")]),
        ("acc", [("train", "train"), ("validation", "validation")]),
        ("lr", [("", "train")]),
    ]


def test_layers_share_charts_of_eight_lines() -> None:
    log = log_of({"step": 1, **{f"gradients/layer{i}": i for i in range(11)}})
    assert [(m.name, len(m.lines)) for m in measures_of(log)] == [("gradient", 8),
                                                                ("gradient (2)", 3)]  # fmt: skip


def test_two_names_of_one_part_are_both_drawn() -> None:
    log = log_of({"step": 1, "val_loss": 1, "eval_loss": 2, "loss": 3})
    (measure,) = measures_of(log)
    assert {line.series.last for line in measure.lines} == {1.0, 2.0, 3.0}


def test_the_best_is_marked_where_it_is_known_which_way_is_good() -> None:
    lines = [{"step": s, "loss": abs(s - 3), "acc": -abs(s - 2), "lr": s} for s in range(6)]
    assert {m.name: m.best for m in measures_of(log_of(*lines))} == {
        "loss": 3,
        "acc": 2,
        "lr": None,
    }


def test_memory_is_bounded_by_length_and_by_names() -> None:
    log = Log()
    for step in range(5000):
        log.add(b'{"step":%d,"loss":%d}' % (step, step % 7))
    series = log.series["step", "loss"]
    assert len(series.whole) <= CAPACITY
    assert len(series.recent) <= CAPACITY
    log.add(json.dumps({"step": 5000, **{f"n{i}": i for i in range(999)}}).encode())
    assert len(log.series) == MOST_SERIES
    assert "only the first 256" in notes_of(log)[-1]


def test_steps_that_jump_for_ever_stay_bearable() -> None:
    log = Log()
    for step in range(12_000):
        log.add(b'{"step":%d,"loss":1}' % (step % 2))
    assert log.counts.left_out > 0
    assert any("too often" in note for note in notes_of(log))


@pytest.mark.slow
@settings(max_examples=150)
@given(st.lists(st.dictionaries(NAMES | st.text(max_size=8), VALUES, max_size=5), max_size=12))
def test_no_object_is_too_odd(tables: list[dict[str, object]]) -> None:
    log = log_of(*tables)
    assert log.counts.objects == len(tables)
    for measure in measures_of(log):
        assert measure.lines
        assert measure.xs == sorted(measure.xs)
        assert measure.name.isprintable()
    for series in log.series.values():
        places = [x for x, _ in series.recent]
        assert places == sorted(places), "steps never go back within a curve"
    assert isinstance(notes_of(log), list)


@settings(max_examples=150)
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_are_too_odd(lines: list[bytes]) -> None:
    log = log_of(*lines)
    counts = log.counts
    assert counts.lines == counts.objects + counts.no_json + counts.no_object


@settings(max_examples=100)
@given(st.binary(max_size=200), st.lists(st.integers(1, 20), max_size=30))
def test_lines_are_the_same_however_they_arrive(data: bytes, sizes: list[int]) -> None:
    lines, at, found = Lines(longest=30), 0, []
    for size in [*sizes, len(data)]:
        found += lines.feed(data[at : at + size])
        at += size
    found.append(lines.take_rest())
    wanted = data.split(b"\n")
    long = [line for line in wanted if len(line) > 30]
    assert [line for line in found if line] == [w for w in wanted if w and w not in long]
    assert lines.refused == len(long)


def test_a_line_longer_than_a_megabyte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        '{"step":1,"loss":1}\n{"step":2,"x":"' + "y" * 3_000_000 + '"}\n{"step":3,"loss":2}'
    )
    log = Follower(source_of(path)).read_all()
    assert notes_of(log) == ["1 line was longer than 1 MB and refused"]
    assert values_of(log, "loss") == [(1.0, 1.0), (3.0, 2.0)]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x7fELF\x00\x00\n\x01", "no UTF-8 text"),
        (b"\xff\xfe{\n", "no UTF-8 text"),
        (b"a,b\n1,x,2\n", "none of its first 2 lines is a JSON object"),
        (b"[1, 2]", "its only line is no JSON object"),
    ],
)
def test_what_is_no_log_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "log"
    path.write_bytes(data)
    with pytest.raises(RunError, match=problem):
        source_of(path)


def test_a_deep_object_is_no_crash() -> None:
    log = log_of(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, {"step": 1, "loss": 1})
    assert log.counts.lines == 2
    assert values_of(log, "loss") == [(1.0, 1.0)]
