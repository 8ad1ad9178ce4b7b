"""Gaps of single columns: rules, values, indicators; what training knows, prediction does."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.data.test_csv import csv_of
from tuidl.core.errors import PresetError
from tuidl.data.dataset import Whole
from tuidl.data.preprocessing import Preprocessing, as_first_written, read_preprocessing
from tuidl.data.table_rows import read_rows
from tuidl.data.tables.settings import ColumnSettings
from tuidl.preset.schema import Preset

ROWS = ["1,a,2019-01-01,0.5", "2,b,2019-01-03,0.5", "6,b,,0.5", ",,2019-01-05,0.25", "9,c,,0.75"]
TEXT = "n,c,d,paid\n" + "\n".join(ROWS) + "\n"
TRAIN = np.arange(4), np.arange(4, 5), np.arange(0)


def first_inputs(folder: Path, **options: Any) -> np.ndarray:
    source = csv_of(folder, TEXT, **options)
    return source.prepared(Whole(source.load()), TRAIN).train.x


def said(**columns: dict[str, Any]) -> dict[str, ColumnSettings]:
    return {name: ColumnSettings(**settings) for name, settings in columns.items()}


@pytest.mark.parametrize(
    ("rule", "number", "categories", "years"),
    [
        ("mean", 3, [0, 1, 0], 2 / 365.2425),
        ("median", 2, [0, 1, 0], 2 / 365.2425),
        ("most_frequent", 1, [0, 1, 0], 0),
        ("zero", 0, [0, 0, 0], 0),
    ],
)
def test_rules_fill_every_kind(
    tmp_path: Path, rule: str, number: float, categories: list[int], years: float
) -> None:
    x = first_inputs(tmp_path, missing=rule)
    assert x[3, 0] == number
    assert x[3, 1:4].tolist() == categories
    assert x[2, 11] == pytest.approx(years, abs=1e-9)


def test_columns_have_rules_values_and_indicators_of_their_own(tmp_path: Path) -> None:
    columns = said(n={"missing": 7.5, "indicator": True}, c={"missing": "none at all"})
    x = first_inputs(tmp_path, missing="mean", columns=columns)
    assert x.shape[1] == 2 + 4 + 8
    assert x[3, :2].tolist() == [7.5, 1]
    assert x[3, 2:6].tolist() == [0, 0, 0, 1]
    assert x[0, :2].tolist() == [1, 0]
    columns = said(d={"missing": "2020-01-01"})
    x = first_inputs(tmp_path, missing="mean", columns=columns)
    assert x[2, 4] == 1  # a year after the first
    columns = said(n={"missing": "drop_rows"}, d={"missing": "zero"})
    source = csv_of(tmp_path, TEXT, missing="mean", columns=columns)
    assert source.count() == 4


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"age": {}}, "data.columns.age: no such column"),
        ({"n": {"missing": "meen"}}, "data.columns.n.missing: expected a number or one of"),
        ({"d": {"missing": "soon"}}, "data.columns.d.missing: expected a date or one of"),
        ({"d": {"format": "dym"}}, "data.columns.d.format: no 'dym'; did you mean"),
        ({"paid": {"said": "ignore"}}, "data.columns.paid.kind: it is the target"),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, columns: dict, message: str) -> None:
    with pytest.raises(PresetError) as caught:
        csv_of(tmp_path, TEXT, missing="mean", columns=said(**columns)).spec()
    assert message in str(caught.value)


def test_prediction_encodes_as_training_did(tmp_path: Path) -> None:
    columns = said(n={"indicator": True, "unit": "kg"}, c={"most": 2, "unseen": "zero"})
    source = csv_of(tmp_path, TEXT, missing="mean", columns=columns, validation=0)
    split = source.split()
    learned = Preprocessing.learned(source, split)
    layout = read_preprocessing(msgspec.json.encode(learned)).table
    assert layout == learned.table
    again = read_rows(tmp_path / "table.csv", layout)
    np.testing.assert_array_equal(again.x.astype(np.float32), split.train.x)
    assert layout.inputs[:4] == ("n", "n missing", "c=b", "c=other")
    (tmp_path / "new.csv").write_text("n,c,d\n5 kg,violet,\nx,a,soon\n,c,2019-02-01\n")
    rows = read_rows(tmp_path / "new.csv", layout)
    assert rows.marks == {0: "c: 'violet' was not there in training"}
    assert rows.x[0, :4].tolist() == [5, 0, 0, 0]
    assert rows.x[2, 1:4].tolist() == [1, 0, 1]
    assert "line 3, column 'n': 'x', expected a number in kg" in rows.problems[1]


def test_what_older_versions_wrote_is_still_read(tmp_path: Path) -> None:
    source = csv_of(tmp_path, "n,c,paid\n1,a,0.5\n2,b,0.25\n", missing="mean", validation=0)
    learned = Preprocessing.learned(source, source.split())
    old = as_first_written(learned)
    assert b'"columns":[{"name":"n","categories":[],"filling":1.5},{"name":"c"' in old
    assert b'"format":1' in old
    known = read_preprocessing(old)
    assert known.table is not None
    assert known.table.columns == learned.table.columns


PRESET = """name = "t"
layers = [{{type = "dense"}}]
loss = {{type = "mse"}}
optimizer = {{type = "sgd"}}
[data]
source = "csv"
path = "{path}"
target = "paid"
[data.columns.n]
{settings}
"""


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('kind = "numbr"', "data.columns.n.kind: no 'numbr'; did you mean 'number'?"),
        ('kin = "number"', "data.columns.n.kin: unknown key; did you mean 'kind'?"),
        ("most = 1", "data.columns.n.most: expected a whole number >= 2, got 1"),
        ("gaps = 3", "data.columns.n.gaps: expected a list, got 3"),
    ],
)
def test_settings_in_presets_are_checked(tmp_path: Path, settings: str, message: str) -> None:
    csv_of(tmp_path, "n,paid\n1,0.5\n2,0.25\n")
    path = tmp_path / "table.csv"
    with pytest.raises(PresetError) as caught:
        Preset.parse(PRESET.format(path=path, settings=settings))
    assert message in str(caught.value)
    preset = Preset.parse(PRESET.format(path=path, settings='kind = "category"\nmost = 5'))
    assert preset.spec().shape == (2,)
    assert Preset.parse(preset.to_toml()) == preset
