"""Numbers whose way of writing matters: versions and codes such as 1.10 beside 1.1, and texts."""

from pathlib import Path

import numpy as np
import pytest

from tests.data.tables.test_leftovers import read, values
from tuidl.data import SOURCES
from tuidl.data.table_rows import raw_rows, read_rows, typed_rows
from tuidl.data.tables.raw import RawTable
from tuidl.data.tables.settings import ColumnSettings
from tuidl.data.tables.spelled import as_written, guess_of, twins_in
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.texts import text_rows, typed_texts
from tuidl.preset.schema import Preset
from tuidl.runs.asking import inputs_of

VERSIONS = ["1.1", "1.10", "1.2", "2.0", "2"]
CSV = "v,x,y\n" + "".join(f"{VERSIONS[i % 5]},{i},{'ab'[i % 2]}\n" for i in range(40))
LINES = "".join(
    f'{{"v": "{VERSIONS[i % 5]}", "x": {i}, "y": "{"ab"[i % 2]}"}}\n' for i in range(40)
)

CODES = {"v": ColumnSettings(said="category")}


def source(path: Path, **keys: object) -> object:
    return SOURCES["csv"](path=str(path), target="y", validation=0.2, **keys)


@pytest.mark.parametrize(("name", "data"), [("t.csv", CSV), ("t.jsonl", LINES)])
def test_versions_are_told_apart_as_categories(tmp_path: Path, name: str, data: str) -> None:
    path = tmp_path / name
    path.write_text(data, encoding="utf-8")
    found = source(path, columns=CODES)
    split = found.split()
    layout = found.layout(np.arange(40))
    assert layout.columns[0].categories == ("1.1", "1.10", "1.2", "2")
    assert len(split.train.x) == 32
    rows = read_rows(path, layout)
    assert rows.x[:5, :4].tolist() == np.eye(4)[[0, 1, 2, 3, 3]].tolist()
    new = tmp_path / f"new-{name}"
    new.write_text(data.replace("1.10", "1.100"), encoding="utf-8")
    marks = read_rows(new, layout).marks
    assert marks[1] == "v: '1.100' was not there in training"
    typed = typed_rows([["1.10", "3"], ["1.1", "3"]], layout, "typed")
    assert typed.x[:, :4].tolist() == np.eye(4)[[1, 0]].tolist()


def test_targets_are_told_apart_too(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(CSV, encoding="utf-8")
    found = SOURCES["csv"](path=str(path), target="v", columns=CODES)
    assert found.spec().classes == ("1.1", "1.10", "1.2", "2")
    layout = found.layout(np.arange(40))
    assert layout.target_written
    column = raw_rows(path, layout).columns[0]
    assert [column.texts[code] if code >= 0 else 2 for code in column.codes[:5]] == [
        "1.1", "1.10", "1.2", 2, 2,
    ]  # fmt: skip


def test_numbers_in_one_way_are_read_as_before(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(CSV.replace("1.1,", "1.3,"), encoding="utf-8")
    found = source(path, columns=CODES)
    layout = found.layout(np.arange(40))
    assert layout.columns[0].categories == ("1.1", "1.2", "1.3", "2")
    assert not layout.columns[0].written


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["1.1", "1.10"], "'1.1' and '1.10' are the same number"),
        (["1.9", "1.10", "2.0"], "'1.10' is read as 1.1"),
        (["1.50", "2.00", "3.25"], ""),
        (["4.9", "5.0", "5.1"], ""),
        (["0.5", "1", "1.25"], ""),
        (["2", "2.0", "2.00", "NA"], ""),
    ],
)
def test_what_numbers_may_be_by_how_they_are_written(texts: list[str], said: str) -> None:
    assert guess_of(texts).startswith(said)
    assert bool(guess_of(texts)) == bool(said)


def test_the_file_is_read_once_more_for_all_that_is_asked(tmp_path: Path) -> None:
    data = "text,code,comma,guess\n" + "".join(
        f"{VERSIONS[i % 4]},{VERSIONS[i % 3]},{['1.000', '2,5', '3'][i % 3]!r},{VERSIONS[i % 2]}\n"
        for i in range(12)
    ).replace("'", '"')
    raw, asked = read(tmp_path, data), list[tuple[str, ...]]()

    def again(*, exact: tuple[str, ...] = ()) -> RawTable:
        asked.append(exact)
        return read(tmp_path, data, exact=exact)

    found = as_written(raw, again, texts=[0], codes=[1], commas=[2], guessed=[3])
    assert asked == [("text", "code", "comma", "guess")]
    assert set(found.table.columns[0].texts) == {"1.1", "1.10", "1.2", "2.0"}
    assert set(found.table.columns[1].texts) == {"1.1", "1.10", "1.2"}
    assert set(found.table.columns[2].texts) == {"1.000", "2,5"}
    assert found.table.columns[3] is raw.columns[3]
    assert found.guesses[3].startswith("'1.1' and '1.10' are the same number")


def test_a_file_of_which_nothing_more_is_asked_is_not_read_again(tmp_path: Path) -> None:
    raw = read(tmp_path, "a,b\n1,x\n2,y\n")

    def again(*, exact: tuple[str, ...] = ()) -> RawTable:
        raise AssertionError(exact)

    found = as_written(raw, again, texts=[1], codes=[0], guessed=[0, 1])
    assert (found.table, found.guesses) == (raw, {})


def test_a_guess_is_made_of_columns_of_numbers(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(CSV, encoding="utf-8")
    assert any("'1.1' and '1.10' are the same number" in line for line in source(path).report())
    path.write_text(CSV.replace("1.10", "1.3"), encoding="utf-8")
    assert not any("same number" in line for line in source(path).report())


def test_whole_numbers_are_no_twins() -> None:
    assert twins_in(["1", "1.0", "01", "x"]) is None
    assert twins_in(["x", "0.5", ".5"]) == ("0.5", ".5")


def test_columns_of_texts_alone(tmp_path: Path) -> None:
    rows = [["1.10", "7"], ["+5", "8"], ["1e3", "9"], ["", "10"]]
    data = "a,b\n" + "".join(",".join(row) + "\n" for row in rows)
    table = read(tmp_path, data, exact=("a",))
    assert values(table) == {"a": ["1.10", "+5", "1e3", ""], "b": [7, 8, 9, 10]}
    large = data + "".join(f"{i}.0,{i}\n" for i in range(30_000))
    found = values(read(tmp_path, large, exact=("a",)))
    assert found["a"][:2] + found["a"][-1:] == ["1.10", "+5", "29999.0"]


def test_texts_that_look_like_numbers_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    sums = [f"{i}.50 + 1" for i in range(9)] + ["1.50", "1e3"]
    lines = "".join(f"{text},{'ab'[i % 2]}\n" for i, text in enumerate(sums * 4))
    path.write_text(f"q,y\n{lines}", encoding="utf-8")
    data = SOURCES["text_csv"](path=str(path), text="q", target="y", tokens="characters")
    layout = data.text_layout()
    assert "e" in layout.tokenizer.tokens
    raw, place = text_rows(path, layout)
    assert raw.columns[place].texts[9:11] == ("1.50", "1e3")
    prompts = tmp_path / "t.txt"
    prompts.write_text("1.50\n1e3\n", encoding="utf-8")
    raw, place = text_rows(prompts, layout)
    assert raw.columns[place].texts == ("1.50", "1e3")
    typed = typed_texts(["1.50"], layout, "typed")
    assert layout.tokenizer.decode(typed.x[0].astype(int).tolist()).rstrip() == "1.50"


GERMAN = [f"{i % 9 + 1}.{i * 7 % 1000:03d},{i % 10}" for i in range(40)]
"""1.000,0 and the like."""
COMMAS = [f"{i},{i % 10}" for i in range(40)]


def of_numbers(folder: Path, fields: list[str]) -> object:
    path = folder / "t.csv"
    path.write_text("a;y\n" + "".join(f"{f};{i % 2}\n" for i, f in enumerate(fields)), "utf-8")
    return SOURCES["csv"](path=str(path), target="y")


@pytest.mark.parametrize(
    ("fields", "more", "values"),
    [
        (GERMAN, ["1.000", "2.500", "1.234", "7", "12"], [1000, 2500, 1234, 7, 12]),
        (COMMAS, ["1.000", "3"], [1000, 3]),
        (COMMAS, ["4", "5"], [4, 5]),
    ],
)
def test_points_beside_decimal_commas_part_thousands(
    tmp_path: Path, fields: list[str], more: list[str], values: list[float]
) -> None:
    found = of_numbers(tmp_path, [*fields, *more])
    assert found.load().x[len(fields) :, 0].tolist() == values


@pytest.mark.parametrize("fields", [GERMAN, [*GERMAN, "1.234", "2.000"], COMMAS])
@pytest.mark.parametrize(
    ("field", "grouped", "plain"),
    [
        ("1.000", 1000, None), ("3.500", 3500, None), ("1.234", 1234, None), ("3.5", None, None),
        ("12.5", None, None), ("3,5", 3.5, 3.5), ("7", 7, 7), ("1.234,5", 1234.5, None),
    ],
)  # fmt: skip
def test_new_files_have_points_as_the_first_one(
    tmp_path: Path, fields: list[str], field: str, grouped: float | None, plain: float | None
) -> None:
    """What is no number there is a problem of its row; a point was read as a decimal one, or
    3.5 as 3500."""
    layout = of_numbers(tmp_path, fields).layout(np.arange(40))
    expected = plain if fields is COMMAS else grouped
    new = tmp_path / "new.csv"
    new.write_text(f"a;y\n8,5;0\n{field};0\n", "utf-8")
    for rows in (read_rows(new, layout), typed_rows([["8,5"], [field]], layout, "typed")):
        if expected is None:
            assert "expected a number with a decimal comma" in rows.problems[1]
        else:
            assert (rows.x[1, 0], rows.problems) == (expected, {})


@pytest.mark.parametrize(("field", "value"), [("- 3", -3), ("+ 3", 3), ("3 -", -3), ("-3", -3)])
def test_signs_may_stand_apart(tmp_path: Path, field: str, value: float) -> None:
    numbers = [str(i) for i in range(40)]
    layout = of_numbers(tmp_path, numbers).layout(np.arange(40))
    path = tmp_path / "new.csv"
    path.write_text(f"a;y\n{field};0\n", "utf-8")
    assert read_rows(path, layout).x.tolist() == [[value]]
    assert of_numbers(tmp_path, [*numbers, field]).load().x[-1].tolist() == [value]


def test_numbers_of_a_data_frame_have_no_way_of_writing(tmp_path: Path) -> None:
    of_numbers(tmp_path, GERMAN)
    preset = Preset.parse(
        f"""name = "t"
        data = {{source = "csv", path = "{tmp_path / "t.csv"}", target = "y"}}
        layers = [{{type = "dense"}}]
        loss = {{type = "cross_entropy"}}
        optimizer = {{type = "adam"}}
        training = {{epochs = 1, batch_size = 8}}
        """
    )
    prepared = Preparation.of(preset)
    found = inputs_of(preset, prepared, {"a": [3.5, 1234.5, 1.0, 12], "b": 4 * ["x"]})
    assert found.x[:, 0].tolist() == [3.5, 1234.5, 1, 12]
    assert not found.problems


def test_numbers_of_json_have_no_way_of_writing(tmp_path: Path) -> None:
    layout = of_numbers(tmp_path, COMMAS).layout(np.arange(40))
    new = tmp_path / "new.jsonl"
    new.write_text('{"a": 3.5}\n{"a": "3,5"}\n{"a": "1.234"}\n{"a": null}\n', "utf-8")
    rows = read_rows(new, layout)
    assert rows.x[:2, 0].tolist() == [3.5, 3.5]
    assert list(rows.problems) == [2, 3]
