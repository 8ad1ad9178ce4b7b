"""Logs with every value as it was, over all that their steps can be counted by."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.tui import story
from tuidl.core.errors import RunError
from tuidl.logs.source import source_of
from tuidl.logs.whole import LogReader, measures_in
from tuidl.protocol import events


def written(path: Path, *lines: object) -> LogReader:
    texts = [
        events.to_json(line) if isinstance(line, events.Event) else json.dumps(line)
        for line in lines
    ]
    path.write_text("".join(f"{text}\n" for text in texts))
    reader = LogReader(source_of(path))
    reader.advance()
    return reader


def points(reader: LogReader, measure: str, axis: str) -> list[tuple[float, float]]:
    found = reader.arrays(measure, axis)
    assert found is not None
    return list(zip(*(values.tolist() for values in found), strict=True))


def test_a_run_of_ours_over_each_axis(tmp_path: Path) -> None:
    reader = written(tmp_path / "log", story.beginning()[0], *map(story.epoch, range(1, 4)))
    losses = [story.epoch(n).validation["loss"] for n in (1, 2, 3)]  # type: ignore[attr-defined]
    assert reader.axes("validation loss") == ["epoch", "step", "time", "examples"]
    for axis, xs in (
        ("epoch", [1, 2, 3]), ("step", [45, 90, 135]), ("time", [0.5, 1.0, 1.5]),
        ("examples", [1438, 2876, 4314]),
    ):  # fmt: skip
        assert points(reader, "validation loss", axis) == list(zip(xs, losses, strict=True))


def test_more_values_than_a_bounded_series_holds_stay_as_they_were(tmp_path: Path) -> None:
    reader = written(tmp_path / "log", *({"step": n, "loss": n * n} for n in range(3000)))
    assert points(reader, "loss", "step") == [(n, n * n) for n in range(3000)]


def test_a_run_that_goes_on_forgets_what_came_later(tmp_path: Path) -> None:
    started = story.beginning()[0]
    assert isinstance(started, events.RunStarted)
    again = events.msgspec.structs.replace(started, resumed=events.Place(epoch=2, step=0))
    late = events.msgspec.structs.replace(story.epoch(2), seconds=9.0)  # type: ignore[type-var]
    reader = written(tmp_path / "log", started, *map(story.epoch, (1, 2, 3)), again, late)
    assert [x for x, _ in points(reader, "train loss", "epoch")] == [1, 2]
    assert [x for x, _ in points(reader, "train loss", "time")] == [0.5, 9.5]


@pytest.mark.parametrize(
    ("lines", "axis", "xs"),
    [
        ([{"epoch": 1, "step": 10, "loss": 1}, {"epoch": 2, "step": 20, "loss": 2}], "epoch",
         [1, 2]),
        ([{"step": 1, "_timestamp": 1.7e9, "loss": 1}, {"step": 2, "_timestamp": 1.7e9 + 5,
          "loss": 2}], "time", [0, 5]),
        ([{"step": 1, "elapsed": 3.5, "loss": 1}, {"step": 2, "elapsed": 7, "loss": 2}], "time",
         [3.5, 7]),
        ([{"step": 1, "samples_seen": 64, "loss": 1}, {"step": 2, "samples_seen": 128, "loss": 2}],
         "examples", [64, 128]),
        ([{"loss": 1}, {"loss": 2}], "step", [1, 2]),
        ([{"epoch": 1, "loss": 1}, {"epoch": 2, "loss": 2}], "epoch", [1, 2]),
    ],
)  # fmt: skip
def test_what_other_programs_say_of_x(
    tmp_path: Path, lines: list[object], axis: str, xs: list[float]
) -> None:
    reader = written(tmp_path / "log", *lines)
    assert points(reader, "loss", axis) == list(zip(xs, [1, 2], strict=True))


def test_of_several_values_at_one_place_the_last_counts_and_nan_stays_a_gap(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log"
    path.write_text('{"step": 1, "a": 1}\n{"step": 1, "a": 2}\n{"step": 2, "a": NaN}\n')
    reader = LogReader(source_of(path))
    reader.advance()
    found = reader.arrays("a", "step")
    assert found is not None
    np.testing.assert_array_equal(found[1], [2, np.nan])


def test_one_measure_has_one_name_whoever_wrote_it(tmp_path: Path) -> None:
    first = written(tmp_path / "a", {"step": 1, "val_loss": 1, "lr": 0.1, "train/acc": 0.5})
    second = written(tmp_path / "b", story.beginning()[0], story.epoch(1))
    assert "validation loss" in first.whole.tracks
    assert measures_in([first.whole, second.whole])[0] == "validation loss"
    assert measures_in([first.whole])[-1] == "lr"
    twice = written(tmp_path / "c", {"step": 1, "val_loss": 1, "val/loss": 2})
    assert list(twice.whole.tracks) == ["validation loss", "val/loss"]


def test_what_grows_is_read_on_and_what_starts_anew_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    reader = written(path, {"step": 1, "loss": 1})
    assert not reader.advance()
    with path.open("a") as file:
        file.write('{"step": 2, "loss": 4}\n{"step": 3, "lo')
    assert reader.advance()
    assert points(reader, "loss", "step") == [(1, 1), (2, 4)]
    with path.open("a") as file:
        file.write('ss": 9}')
    assert reader.advance(), "a last line that lacks only its end"
    assert points(reader, "loss", "step")[-1] == (3, 9)
    path.write_text('{"step": 7, "loss": 0}\n')
    assert reader.advance()
    assert points(reader, "loss", "step") == [(7, 0)]


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("no\n")
    with pytest.raises(RunError, match="is no JSON object"):
        source_of(tmp_path / "log")
    assert written(tmp_path / "empty").arrays("loss", "step") is None
