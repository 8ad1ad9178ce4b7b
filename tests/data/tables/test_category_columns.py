"""Columns of categories, and texts that are none."""

import pytest

from tests.data.tables.columns import raw_column, reading_of
from tuidl.data.tables.encoding import values_of
from tuidl.data.tables.settings import ColumnSettings
from tuidl.data.tables.target import read_target


@pytest.mark.parametrize(
    ("texts", "settings", "names", "other"),
    [
        (["b", "a", "b"], {}, ("a", "b"), ""),
        (["2", "10", "2"], {"said": "category"}, ("2", "10"), ""),
        (["1.0", "1", "x"], {"said": "category"}, ("1", "x"), ""),
        (["0", "1", "2", "3+"], {}, ("0", "1", "2", "3+"), ""),
        (["TRUE", "FALSE", "NA"], {}, ("FALSE", "TRUE"), ""),
        (["a"] * 3 + ["b"] * 2 + ["c", "d"], {"most": 3}, ("a", "b"), "other"),
        (["other", "other", "b", "c"], {"most": 2}, ("other",), "other (rare)"),
        (["None", "-", "None"], {}, ("-", "None"), ""),
        (["01", "02", "11"] * 5, {}, ("01", "02", "11"), ""),
    ],
)
def test_categories(texts: list[str], settings: dict, names: tuple[str, ...], other: str) -> None:
    reading = reading_of(texts, **settings)
    assert (reading.kind, reading.problem) == ("category", "")
    assert (reading.column.categories, reading.column.other) == (names, other)


def test_many_categories_that_repeat_are_cut_and_others_are_texts() -> None:
    reading = reading_of([f"city {i % 150:03}" for i in range(450)] + ["city 149"])
    assert (reading.kind, len(reading.column.categories)) == ("category", 99)
    assert "city 149" in reading.column.categories
    assert len(reading.column.rare) == 51
    reading = reading_of([f"id {i}" for i in range(300)])
    assert reading.kind == "text"
    assert "an id or free text" in reading.problem
    assert reading_of([f"id {i}" for i in range(300)], said="category").problem == ""


def test_words_that_may_be_gaps_and_numbers_among_texts_are_guesses() -> None:
    assert 'gaps = ["unknown"]' in reading_of(["a", "b", "unknown"]).guess
    assert "75% of its values are numbers" in reading_of(["1", "2", "3", "3+"]).guess
    assert reading_of(["1", "2", "3", "3+"], said="category").guess == ""


@pytest.mark.parametrize(
    ("unseen", "most", "place", "rare"),
    [(None, 3, 2, 2), (None, 9, -1, 2), ("zero", 3, -1, 2), ("refuse", 9, None, 2)],
)
def test_unseen_categories_follow_their_rule(
    unseen: str | None, most: int, place: int | None, rare: int
) -> None:
    texts = ["a", "a", "a", "b", "b", "c", "d"]
    column = reading_of(texts, unseen=unseen, most=most).column
    values = values_of(raw_column(["violet", "c", "NA"]), column)
    assert values.odd.tolist() == [True, False, False]
    if place is None:
        assert values.values[0] != values.values[0]
    else:
        assert values.values[0] == place
    assert values.values[1] == rare


def test_unseen_is_no_other_where_there_is_none() -> None:
    assert 'there is no "other"' in reading_of(["a", "b"], unseen="other").problem


def test_sentences_are_no_classes_to_predict() -> None:
    raw = raw_column([f"this is sentence {i}" for i in range(300)])
    target = read_target(raw, ColumnSettings(), None)
    assert "300 different texts in 300 rows, as 'this is sentence 0', hardly" in target.problem
    assert target.reading.remedy == ('kind = "category"',)
    assert read_target(raw, ColumnSettings(said="category"), None).problem == ""
    assert read_target(raw, ColumnSettings(), "classification").problem == ""
    people = raw_column([f"person {i % 60}" for i in range(120)])
    assert read_target(people, ColumnSettings(), None).problem == ""
