"""The report of how a table was read: what each column became, what was guessed, what helps."""

from pathlib import Path

import numpy as np
import pytest

from tests.data.test_csv import csv_of
from tuidl.core.errors import DataError
from tuidl.data.paths import stamp
from tuidl.data.tables.column_report import lines
from tuidl.data.tables.kinds import read_column
from tuidl.data.tables.reading import read_raw
from tuidl.data.tables.report import described_table
from tuidl.data.tables.settings import AS_FOUND, ColumnSettings

ROWS = [
    "5 kg,2019-01-31,a,1,-,x",
    "7 kg,2020-02-01,b,2,0.5,y",
    "N/A,2020-03-01,unknown,3,1.5,",
    "6 kg,2021-03-01,a,1,2.5,y",
]
TEXT = "weight,day,shop,code,score,paid\n" + "\n".join(ROWS) + "\n"


def test_every_column_has_a_line_and_guesses_their_key(tmp_path: Path) -> None:
    source = csv_of(tmp_path, TEXT, missing="median", indicator=True, ignore=("score",))
    report = source.report()
    assert [line.split("  ")[0] for line in report if not line.startswith("    ")] == [
        "column", "weight", "day", "shop", "code", "score", "paid",
        "1 of 4 rows has no target and is left out",
    ]  # fmt: skip
    text = "\n".join(report)
    assert "5 kg to 7 kg" in text
    assert "2019-01-31 to 2021-03-01" in text
    assert "left out: by data.ignore" in text
    assert 'guess: "unknown" taken as a category; if it is a gap: gaps = ["unknown"]' in text
    assert "(data.columns.shop = {...})" in text
    assert source.count() == 3


def test_whole_numbers_gap_words_and_texts_are_guesses(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    rows = [f"{i % 3},{'-' if i == 7 else i},id {i}" for i in range(120)]
    path.write_text("code,score,name\n" + "\n".join(rows) + "\n")
    raw = read_raw(stamp(str(path)))
    report = described_table(raw, [read_column(column, AS_FOUND) for column in raw.columns])
    code, score, name = report.columns
    assert 'if they are codes, kind = "category"' in code.guesses[0]
    assert score.guesses == ('"-" taken as gaps; else kind = "category"',)
    assert (score.gaps, score.values) == (1, "0 to 119")
    assert (name.role, name.kind, name.values) == ("left out", "text", "120 different texts")
    assert 'kind = "category"' in name.remedies
    assert "data.columns.score = {...}" in "\n".join(lines(report))
    assert lines(report, most=1)[-1] == "and 2 columns more; tuidl show lists all"


def test_large_numbers_that_are_not_scaled_are_named(tmp_path: Path) -> None:
    rows = "".join(f"{1_700_000_000_000 + 1000 * i},{1.7e9 + i}\n" for i in range(40))
    source = csv_of(tmp_path, "t,paid\n" + rows, normalize_targets=False)
    inputs, targets = source.notices()
    assert "column 't'" in inputs
    assert "data.normalize = 'standard'" in inputs
    assert "target 'paid'" in targets
    scaled = csv_of(tmp_path, "t,paid\n" + rows, normalize="standard", normalize_targets=True)
    assert scaled.notices() == ()
    split = scaled.split()
    assert split.train.x.dtype == split.train.y.dtype == np.float32
    steps = np.unique(np.diff(np.sort(split.train.x[:, 0])).round(5))
    assert len(steps) < 6  # rows are evenly spaced, some of them are in the other parts


def test_settings_take_part_in_the_report(tmp_path: Path) -> None:
    said = {
        "code": ColumnSettings(said="category"),
        "shop": ColumnSettings(gaps=("unknown",)),
        "score": ColumnSettings(gaps=("-",)),
    }
    source = csv_of(tmp_path, TEXT, missing="most_frequent", columns=said)
    text = "\n".join(source.report())
    assert "guess" not in text


@pytest.mark.parametrize(
    ("fields", "marked"),
    [
        ([f"{i}:3" for i in range(40)], "40 different texts in 40 rows"),
        (["x", ""] * 20, 'missing = "no"'),
        (["Clerk", "clerk"] * 20, "'Clerk' and 'clerk' are taken as different"),
        (["new  york", "New York"] * 20, "'new  york' and 'New York' are taken as different"),
        (["a", "b"] * 20, ""),
    ],
)
def test_categories_that_may_be_meant_otherwise_are_marked(
    tmp_path: Path, fields: list[str], marked: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["n,c", *(f"{i},{field}" for i, field in enumerate(fields)), ""]))
    raw = read_raw(stamp(str(path)))
    report = described_table(raw, [read_column(column, AS_FOUND) for column in raw.columns])
    guesses = "; ".join(report.columns[1].guesses)
    assert marked in guesses
    assert bool(guesses) == bool(marked)


def test_a_target_that_is_always_the_same_is_marked(tmp_path: Path) -> None:
    source = csv_of(tmp_path, "a,y\n" + "".join(f"{i},3.5\n" for i in range(9)), target="y")
    assert "the same in every row: there is nothing to predict" in "\n".join(source.report())


NUMBERS = [round(0.37 * i % 1, 3) for i in range(40)]
TWO = [i * 7 % 5 < 2 for i in range(40)]


@pytest.mark.parametrize(
    ("fields", "target", "is_marked"),
    [
        (NUMBERS, NUMBERS, True),
        ([2.2 * n + 1 for n in NUMBERS], NUMBERS, True),
        ([n if i else "" for i, n in enumerate(NUMBERS)], NUMBERS, True),
        ([n * n for n in NUMBERS], NUMBERS, False),
        ([n + 0.001 * (i == 30) for i, n in enumerate(NUMBERS)], NUMBERS, False),
        (["yes" if said else "no" for said in TWO], TWO, True),
        ([5 + 2 * said for said in TWO], TWO, True),
        (["yes" if said else i % 2 for i, said in enumerate(TWO)], TWO, False),
        (["yes" if said != (i == 30) else "no" for i, said in enumerate(TWO)], TWO, False),
        (NUMBERS, TWO, False),
        (NUMBERS[:9], NUMBERS[:9], False),
        (["2"] * 40, TWO, False),
    ],
)
def test_an_input_that_says_the_target_is_marked(
    tmp_path: Path, fields: list[object], target: list[object], is_marked: bool
) -> None:
    rows = "".join(f"{i},{a},{b}\n" for i, (a, b) in enumerate(zip(fields, target, strict=True)))
    report = "\n".join(csv_of(tmp_path, "n,a,y\n" + rows, target="y", missing="mean").report())
    assert ("says what 'y' is, in every row" in report) == is_marked
    assert ('kind = "ignore" (data.columns.a = {...})' in report) == is_marked
    said = ColumnSettings(said="number" if isinstance(fields[0], float) else "category")
    told = csv_of(
        tmp_path, "n,a,y\n" + rows, target="y", missing="mean", columns={"a": said}
    ).report()
    assert "says what" not in "\n".join(told), "who says how it is read has seen it"


@pytest.mark.parametrize(
    ("name", "is_marked"),
    [
        ("id", True), ("user_id", True), ("userId", True), ("customerID", True), ("Zip", True),
        ("PLZ", True), ("covid", False), ("grid", False), ("paid", False), ("idle", False),
    ],
)  # fmt: skip
def test_numbers_that_are_called_ids_are_marked(tmp_path: Path, name: str, is_marked: bool) -> None:
    rows = "".join(f"{i // 2},{i % 3}\n" for i in range(60))
    report = "\n".join(csv_of(tmp_path, f"{name},y\n{rows}", target="y").report())
    assert ("called an id or a code" in report) == is_marked


def test_one_number_and_gaps_may_mean_that_a_gap_says_no(tmp_path: Path) -> None:
    rows = "".join(f"{'' if i % 3 else 1},{i % 2}\n" for i in range(30))
    source = csv_of(tmp_path, "member,y\n" + rows, target="y", missing="mean")
    assert "one value and gaps; if a gap says no: missing = 0" in "\n".join(source.report())
    said = csv_of(
        tmp_path, "member,y\n" + rows, target="y", columns={"member": ColumnSettings(missing=0.0)}
    )
    assert set(said.split().train.x.ravel().tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("field", ["", "x y z {}"])
def test_a_target_is_never_advised_to_be_left_out(tmp_path: Path, field: str) -> None:
    rows = "".join(f"{i},{field.format(i)}\n" for i in range(150))
    with pytest.raises(DataError) as caught:
        csv_of(tmp_path, "n,y\n" + rows, target="y").report()
    assert "'y'" in str(caught.value)
    assert "ignore" not in str(caught.value)
