"""Spellings of one category, rows that are none, and numbers that stand for gaps."""

from pathlib import Path

import numpy as np
import pytest

from tests.data.tables.columns import raw_column, reading_of
from tuidl.core.errors import DataError, PresetError
from tuidl.data import SOURCES
from tuidl.data.tables.described import described
from tuidl.data.tables.encoding import values_of
from tuidl.data.tables.settings import ColumnSettings

SEXES = ["Male", "male ", "MALE", "male", "Female", "female"]
TOWNS = ["Zürich", "ZURICH", "Zürich", "Genève", "geneve", "Genève"]
WORDS = ["yes", "No", "TRUE", "false", "1", "0", "Y", "n"]


@pytest.mark.parametrize(
    ("texts", "names", "places"),
    [
        (SEXES, ("Female", "male"), [1, 1, 1, 1, 0, 0]),
        (TOWNS, ("Genève", "Zürich"), [1, 1, 1, 0, 0, 0]),
        (WORDS, ("no", "yes"), [1, 0, 1, 0, 1, 0, 1, 0]),
    ],
)
def test_spellings_are_one_category_where_that_is_said(
    texts: list[str], names: tuple[str, ...], places: list[int]
) -> None:
    assert "merge_spellings = true" in reading_of([text.strip() for text in texts]).guess
    reading = reading_of([text.strip() for text in texts], merge_spellings=True)
    assert reading.column.categories == names
    assert reading.values is not None
    np.testing.assert_array_equal(reading.values.values, places)


def test_a_spelling_that_training_did_not_have_is_known_in_prediction() -> None:
    column = reading_of(TOWNS, merge_spellings=True).column
    found = values_of(raw_column(["zurich", "GENÈVE", "Basel"]), column)
    np.testing.assert_array_equal(found.values, [1, 0, -1])
    np.testing.assert_array_equal(found.odd, [False, False, True])


def test_yes_and_no_in_one_spelling_each_are_no_guess() -> None:
    assert reading_of(["yes", "no"] * 5).guess == ""


def table(folder: Path, text: str, **settings: object):  # type: ignore[no-untyped-def]
    (folder / "d.csv").write_text(text)
    return SOURCES["csv"](path=str(folder / "d.csv"), target="y", **settings)


ROWS = "".join(f"p{i % 3},{i},{i * 2.5}\n" for i in range(30))


def test_units_below_the_names_are_refused_and_can_be_skipped(tmp_path: Path) -> None:
    text = f"name,x,y\n,cm,kg\n{ROWS}"
    with pytest.raises(DataError, match=r"if line 2 is no row but units .*skip_lines = \[2\]"):
        table(tmp_path, text).spec()
    source = table(tmp_path, text, skip_lines=(2,))
    assert source.count() == 30
    assert "line 2 passed over (data.skip_lines)" in source.report()


def test_a_total_at_the_end_is_named_and_can_be_skipped(tmp_path: Path) -> None:
    text = f"name,x,y\n{ROWS}Total,435,1087.5\n"
    assert "line 32, which says 'Total'" in table(tmp_path, text).report()[-1]
    source = table(tmp_path, text, skip_lines=(32,))
    assert source.count() == 30
    assert not any("Total" in line for line in source.report())


def test_a_line_without_a_row_cannot_be_skipped(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="no row begins on line 99"):
        table(tmp_path, f"name,x,y\n{ROWS}", skip_lines=(99,)).spec()


def test_minus_999_is_marked_and_can_be_a_gap() -> None:
    texts = ["3", "7", "-999", "5", "9", "1", "-999", "2", "4", "8", "6", "5"]
    reading = reading_of(texts)
    guesses = described(raw_column(texts), reading).guesses
    assert any('-999 far from all others; if it is a gap: gaps = ["-999"]' in g for g in guesses)
    said = reading_of(texts, gaps=("-999",))
    assert said.values is not None
    assert np.isnan(said.values.values).nonzero()[0].tolist() == [2, 6]
    assert not said.values.odd.any()
    assert not any("-999" in g for g in described(raw_column(texts), said).guesses)


def test_numbers_near_the_others_are_no_gaps() -> None:
    texts = [str(n) for n in (99, 99, 80, 60, 40, 20, 10, 5, 50, 70, 30)]
    assert not any("99" in g for g in described(raw_column(texts), reading_of(texts)).guesses)


def test_a_target_that_counts_the_rows_is_marked(tmp_path: Path) -> None:
    rows = "".join(f"{i % 7},{i + 1}\n" for i in range(30))
    report = table(tmp_path, f"x,y\n{rows}").report()
    assert any("counts the rows: an id is nothing to predict" in line for line in report)


def test_dates_in_several_orders_are_refused_or_read_in_turn() -> None:
    texts = ["2/20/2020", "2020-07-03", "10.10.2020", "5/1/2020"]
    reading = reading_of(texts)
    assert "'2/20/2020' and '2020-07-03' are dates in different orders" in reading.problem
    assert reading.remedy[0] == 'format = "mdy ymd dmy"'
    said = reading_of(texts, format="mdy ymd dmy")
    assert said.values is not None
    days = np.array(["2020-02-20", "2020-07-03", "2020-10-10", "2020-05-01"], "datetime64[D]")
    np.testing.assert_array_equal(said.values.values, days.astype(int))


def test_a_wrong_format_of_a_duration_is_refused() -> None:
    with pytest.raises(PresetError, match="expected one of h:mm, m:ss"):
        ColumnSettings(said="duration", format="dmy").check("t")
