"""Windows of the user's own series: what they hold, and that none crosses a border."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tuidl.core.errors import DataError, PresetError
from tuidl.data import SOURCES
from tuidl.data.preprocessing import identity, read_preprocessing
from tuidl.data.windows import Windows
from tuidl.inference.files import read_inputs
from tuidl.inference.preprocessing import Preparation
from tuidl.judging.file_subject import of_file
from tuidl.preset.schema import Preset
from tuidl.protocol.events import RunEnded
from tuidl.tasks.choice import task_of
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.sequences import Options, forecast

PRESET = """
name = "weather"
[data]
source = "series"
path = "d.csv"
target = "t"
window = 6
normalize = "standard"
[[layers]]
type = "gru"
units = 4
[[layers]]
type = "dense"
[loss]
type = "mse"
[optimizer]
type = "adam"
[training]
epochs = 2
metrics = ["mae"]
"""


def series(folder: Path, stations: int = 1, rows: int = 60, wind: bool = True) -> Path:
    """Interleaved, as files sorted by date are; t is 1000 * station + row."""
    lines = [
        ",".join(
            [f"s{station}"] * (stations > 1) + [f"{row % 7}"] * wind + [f"{1000 * station + row}.5"]
        )
        for row in range(rows)
        for station in range(stations)
    ]
    names = ["station"] * (stations > 1) + ["wind"] * wind + ["t"]
    (folder / "d.csv").write_text("\n".join([",".join(names), *lines]))
    return folder / "d.csv"


def source(path: Path, **options: Any) -> Any:
    return SOURCES["series"](path=str(path), target="t", **{"window": 4, **options})


def test_a_window_holds_every_column_and_the_past_of_the_target(tmp_path: Path) -> None:
    data = source(series(tmp_path), horizon=3)
    assert (data.spec().shape, data.spec().outputs, data.count()) == ((4, 2), 3, 60 - 6)
    train = data.split().train
    np.testing.assert_array_equal(train.x[5, :, 0], [5, 6, 0, 1])
    np.testing.assert_array_equal(train.x[5, :, 1], [5.5, 6.5, 7.5, 8.5])
    assert data.split().targets is not None  # far from 1


def rows_of(part: Any) -> set[float]:
    return set(part.x[:, :, -1].ravel()) | set(part.y.ravel())


def test_no_window_crosses_from_part_to_part(tmp_path: Path) -> None:
    data = source(series(tmp_path), horizon=2, validation=0.25, test=0.25, normalize_targets=False)
    split = data.split()
    train, validation, test = map(rows_of, (split.train, split.validation, split.test))
    assert train == {i + 0.5 for i in range(30)}
    assert validation == {i + 0.5 for i in range(30, 45)}
    assert test == {i + 0.5 for i in range(45, 60)}
    for fold in data.folds(3):
        assert not rows_of(fold.train) & rows_of(fold.validation)
        assert len(fold.validation)


def test_no_window_crosses_from_series_to_series(tmp_path: Path) -> None:
    data = source(series(tmp_path, 3), series="station", normalize_targets=False)
    assert data.spec().shape == (4, 2)
    assert data.count() == 3 * (60 - 4)
    split = data.split()
    for part, first, count in ((split.train, 0, 48), (split.validation, 48, 12)):
        assert len(part) == 3 * (count - 4)
        assert (np.diff(part.x[:, :, -1], axis=1) == 1).all()
        assert (part.y[:, 0] - part.x[:, -1, -1] == 1).all()
        assert part.x[:, 0, -1].min() == first + 0.5


def test_whole_series_are_held_out_by_their_column(tmp_path: Path) -> None:
    data = source(series(tmp_path, 4), series="station", split_rule="by station", validation=0.25)
    split = data.split()
    assert split.targets is not None
    places = [np.unique(part[:, None] // 56) for part in (split.parts or ())[:2]]
    assert [len(place) for place in places] == [3, 1]
    assert len(split.validation) == 56


def test_a_column_alone_is_a_series_and_its_forecast_goes_on_in_the_unit_of_the_inputs(
    tmp_path: Path,
) -> None:
    series(tmp_path)
    preset = Preset.parse(PRESET, "test", ('data.ignore=["wind"]',), tmp_path)
    assert task_of(preset).probes == ("forecast", "values")
    trainer = Trainer(preset)
    last = list(trainer.run())[-1]
    assert isinstance(last, RunEnded)
    found = forecast(trainer.state, Options(count=6, free=6))
    learned = trainer.state.preprocessing
    assert learned.targets is not None
    assert learned.inputs is not None
    x = trainer.state.held_out["validation"].x[:1].astype(float)
    raw = x[0] * learned.inputs.scale[0] + learned.inputs.offset[0]
    for value in found.free[:3]:
        window = (
            (np.array(raw[-6:]) - learned.inputs.offset[0]) / learned.inputs.scale[0]
        ).reshape(1, 6, 1)
        assert value == pytest.approx(float(trainer.model.predict(window)[0, 0]), abs=1e-4)
        raw = np.append(raw, value * learned.targets.scale[0] + learned.targets.offset[0])


def test_windows_are_those_of_a_loop() -> None:
    random = np.random.default_rng(0)
    series_of, labels = random.integers(0, 3, 40), np.sort(random.integers(0, 3, 40))
    windows = Windows.of(series_of, 3)
    expected = []
    for one in range(3):
        rows = np.flatnonzero(series_of == one)
        expected += [rows[i : i + 3].tolist() for i in range(len(rows) - 2)]
    found = windows.rows(np.arange(len(windows.starts)), 0, 3)
    assert found.tolist() == expected
    for rows, label in zip(expected, windows.within(labels), strict=True):
        assert label == (labels[rows[0]] if len(set(labels[rows])) == 1 else -1)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"window": 60}, r"windows of 61 rows \(window \+ horizon\), but at most 60 rows follow"),
        ({"window": 14}, "no window of 15 rows .* fits into the validation part of 12 rows"),
    ],
)
def test_windows_that_do_not_fit_are_refused(
    tmp_path: Path, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(DataError, match=rf"data\.window: .*{problem}"):
        source(series(tmp_path), **options).split()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"split_rule": "random"}, "data.split: windows overlap"),
        ({"missing": "drop_rows"}, "data.missing: rows before and after a gap"),
        ({"series": "station"}, "data.series: no column 'station'"),
    ],
)
def test_what_makes_no_sense_of_a_series_is_refused(
    tmp_path: Path, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(PresetError, match=problem):
        source(series(tmp_path), **options).check()
    (tmp_path / "d.csv").write_text("a,t\n1,x\n2,y\n3,x\n4,y\n5,x\n6,y\n7,x\n")
    with pytest.raises(PresetError, match=r"data\.target: a series of classes"):
        source(tmp_path / "d.csv").check()


def with_lines(path: Path, change: Any) -> Path:
    """The table with other lines below its header."""
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, *change(rows)]))
    return path


def test_the_newest_row_may_come_first(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    old = source(series(tmp_path / "a", stations=2), series="station", test=0.2)
    path = with_lines(series(tmp_path, stations=2), lambda rows: rows[::-1])
    new = source(path, series="station", test=0.2, reverse=True)
    for part in ("train", "validation", "test"):
        one, other = (getattr(data.split(), part) for data in (old, new))
        assert sorted(map(tuple, one.x.reshape(len(one.x), -1).tolist())) == sorted(
            map(tuple, other.x.reshape(len(other.x), -1).tolist())
        )


@pytest.mark.parametrize("said", [None, True, False])
def test_dates_that_fall_are_noticed(said: bool | None, tmp_path: Path) -> None:
    days = [f"2024-03-{day:02d},{day}" for day in range(30, 0, -1)]
    (tmp_path / "d.csv").write_text("\n".join(["day,t", *days]))
    data = source(tmp_path / "d.csv", task="regression", reverse=said)
    if said is None:
        with pytest.raises(PresetError, match=r"data\.reverse.*'day'"):
            data.check()
        return
    data.check()
    assert (np.diff(data.split().train.x[0, :, -1]) > 0).all() == said


@pytest.mark.parametrize(("gaps", "between"), [("previous", 20.5), ("linear", 21.5)])
def test_gaps_of_the_target_are_filled_by_key_and_never_predicted(
    gaps: str, between: float, tmp_path: Path
) -> None:
    (tmp_path / "whole").mkdir()
    whole = source(series(tmp_path / "whole"), validation=0).split()
    path = with_lines(series(tmp_path), lambda rows: [*rows[:21], "1,?", *rows[22:]])
    with pytest.raises(DataError, match=r"line 23: no target .* data\.gaps"):
        source(path).split()
    split = source(path, gaps=gaps, validation=0).split()
    assert len(split.train) == len(whole.train) - 1
    assert not (split.train.y == 21.5).any()
    assert split.train.x[17, -1, -1] == between
    with pytest.raises(DataError, match="the first value"):
        source(with_lines(path, lambda rows: ["1,", *rows[1:]]), gaps=gaps).split()


def test_a_run_answers_what_comes_after_the_last_row_of_each_series(tmp_path: Path) -> None:
    path = series(tmp_path, stations=2)
    text = PRESET.replace('target = "t"', 'target = "t"\nseries = "station"\nhorizon = 2')
    preset = Preset.parse(text, folder=tmp_path)
    trainer = Trainer(preset, threads=1)
    list(trainer.run())
    learned = read_preprocessing(msgspec.json.encode(trainer.state.preprocessing))
    prepared = Preparation.of_learned(preset, learned)
    found = read_inputs(preset, prepared, path)
    assert found.names == ("s0, after line 120", "s1, after line 121")
    assert found.x.shape == (2, 6, 2)
    rows = np.array([[row % 7, 1000 * station + row + 0.5] for station in (0, 1)
                     for row in range(54, 60)]).reshape(2, 6, 2)  # fmt: skip
    np.testing.assert_allclose(found.x, prepared.inputs(rows), rtol=1e-6)
    judged = of_file(preset, prepared, path)
    assert len(judged) == 2 * (60 - 6 - 2 + 1)
    assert judged.y[0].tolist() == [6.5, 7.5]
    assert judged.grouped_by.endswith("follow each other in time")
    short = with_lines(path, lambda rows: [*rows[:12], "s0,1,7.5", "s1,2,x"])
    again = read_inputs(preset, prepared, short)
    assert list(again.problems) == [1]
    assert "line 15, column 't': 'x'" in again.problems[1]
    with pytest.raises(DataError, match="after line 6: 3 rows, and the network sees 6"):
        read_inputs(preset, prepared, with_lines(path, lambda rows: rows[:5]))


def test_a_run_of_a_series_that_kept_no_table_knows_its_data(tmp_path: Path) -> None:
    series(tmp_path)
    state = Trainer(Preset.parse(PRESET, folder=tmp_path), threads=1).state
    assert state.preprocessing.table is not None
    older = msgspec.structs.replace(state.preprocessing, table=None, format=1)
    assert identity(older) == identity(state.preprocessing)
