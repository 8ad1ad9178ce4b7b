"""Numbers with something around them, and texts with numbers in them that are none."""

import numpy as np
import pytest

from tests.data.tables.columns import raw_column, reading_of
from tuidl.data.tables.described import described
from tuidl.data.tables.encoding import values_of
from tuidl.data.tables.number_text import number_of

MANY = [str(n) for n in range(30)]


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (["12*", "1,234", "1.5†"], 12),
        (["12†", *MANY], 12),
        (["12 [a]", "3[2]", "5 [citation needed]"], 12),
        (["1,234 (p)", "1,235", "12.5"], 1234),
        (["3.5²", *MANY], 3.5),
        (["3.1±0.8", "2.0 ± 0.3", "4.1 +/- 0.2"], 3.1),
        (["3,1±0,8", "2,25±0,3"], 3.1),
        (["3.1 ± 0.8 kg", "2 kg"], 3.1),
        (["1.21(12)", "3.44 (5)", "2"], 1.21),
        (["<0.1", "0.25", *MANY], 0.1),
        (["≥ 5", "~7", "ca. 12", *MANY], 5),
        (["1st", "2nd", "3rd", "11th"], 1),
        (["#3", "No. 4", "№ 5"], 3),
        (["8/10", "10/10", "7.5/10"], 8),
        (["4 out of 5", "5 out of 5"], 4),
        ([f"{n}-{n + 10}" for n in range(25)], 5),
        ([f"{n}–{n + 1}" for n in range(24)] + ["30+"], 0.5),
        ([f"${n},000-${n + 1},000" for n in range(1, 26)], 1500),
        ([f"{n} to {n + 2} kg" for n in range(25)], 1),
    ],
)
def test_numbers_in_other_dress_are_read_and_said(texts: list[str], value: float) -> None:
    reading = reading_of(texts)
    assert (reading.kind, reading.problem) == ("number", "")
    assert reading.values is not None
    assert reading.values.values[0] == value
    assert not reading.values.odd.any()
    assert "is read as" in reading.guess
    assert 'kind = "category"' in reading.guess


def test_what_was_made_of_a_text_is_shown() -> None:
    texts = ["12*", "<0.1", "3.5†", "0.5*", *MANY]
    report = described(raw_column(texts), reading_of(texts))
    assert report.guesses == (
        "'12*' is read as 12, '<0.1' is read as 0.1, '3.5†' is read as 3.5 (4 such fields); "
        'else kind = "category"',
    )


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["<10", "10-20", "20-30", "30+"], 'if its middle counts: kind = "number"'),
        (["0-3", "2-1", "4-2", "1-1"], "is taken as a name, whatever its numbers say"),
        (["555-1234", "555-2345", "556-3456"], "is taken as a name"),
        (["v1.0.0", "v1.1.0", "v1.10.0"], "is taken as a name"),
        (["FY2000", "FY2001", "FY2002"], "is taken as a name"),
        (["3.2.11", "4.1.10", "3.10.12", "3.11.10", "2.7.18"], 'format = "dmy" or "mdy"'),
    ],
)
def test_names_with_numbers_in_them_stay_categories_and_are_said(
    texts: list[str], said: str
) -> None:
    reading = reading_of(texts * 3)
    assert (reading.kind, reading.problem) == ("category", "")
    assert said in reading.guess


def test_a_few_ranges_are_their_middles_where_that_is_said() -> None:
    reading = reading_of(["<10", "10-20", "20-30", "30+"], said="number")
    assert reading.values is not None
    assert reading.values.values.tolist() == [10, 15, 25, 30]
    assert not reading_of(["c0", "c1", "c2"] * 3).guess


def test_a_range_that_falls_is_no_number() -> None:
    texts = [f"{n}-{n + 10}" for n in range(25)] + ["20-10"]
    reading = reading_of(texts)
    assert reading.problem == "'20-10' is no number, as 25 of the column's 26 values are"
    assert reading.row == 25


@pytest.mark.parametrize("text", ["12*", "<12", "12 ± 3", "12"])
def test_other_marks_are_read_in_a_file_that_is_predicted(text: str) -> None:
    column = reading_of(["5*", *MANY]).column
    assert values_of(raw_column([text]), column).values.tolist() == [12]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1_234_567", "12_345", "5"], [1234567, 12345, 5]),
        (["１２３", "６．７"], [123, 6.7]),
        (["١٢٣٫٥", "٦"], [123.5, 6]),
        (["3×10^4", "2.5x10^-3", "1·10³"], [3e4, 2.5e-3, 1e3]),
        (["0.15D+02", "0.3D-01"], [15, 0.03]),
        (["($1,234.50)", "$(99.00)", "$12.00"], [-1234.5, -99, 12]),
        (["5 million", "300 thousand", "1.2 billion"], [5e6, 3e5, 1.2e9]),
        (["$5 million", "$300 thousand", "$7"], [5e6, 3e5, 7]),
        (["5 Mio.", "3 Tsd.", "1,2 Mrd."], [5e6, 3e3, 1.2e9]),
        (["5万", "1.5亿"], [5e4, 1.5e8]),
        (["50 bp", "1.5%", "2%"], [0.5, 1.5, 2]),
    ],
)
def test_numbers_of_other_scripts_and_trades(texts: list[str], expected: list[float]) -> None:
    reading = reading_of(texts)
    assert (reading.kind, reading.problem) == ("number", "")
    assert reading.values is not None
    assert reading.values.values == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("texts", "order", "first"),
    [
        (["2018-Q3", "2018-Q4"], "quarter", "2018-07-01"),
        (["Q3 2018", "Q4 2018"], "quarter", "2018-07-01"),
        (["3Q18", "4Q18"], "quarter", "2018-07-01"),
        (["T3 2018", "T4 2018"], "quarter", "2018-07-01"),
        (["2018-H2", "2019 H1"], "half", "2018-07-01"),
        (["2018-W05", "2018-W06"], "week", "2018-01-29"),
        (["2018-W05-3", "2018W061"], "week", "2018-01-31"),
        (["KW 5/2018", "KW 12/2018"], "week", "2018-01-29"),
        (["W53 2020", "W01 2021"], "week", "2020-12-28"),
    ],
)
def test_periods_are_their_first_day(texts: list[str], order: str, first: str) -> None:
    reading = reading_of(texts)
    assert (reading.kind, reading.problem) == ("date", "")
    assert reading.column.date is not None
    assert reading.column.date.order == order
    assert reading.values is not None
    assert np.datetime64(int(reading.values.values[0]), "D") == np.datetime64(first)
    assert f"is read as {first}" in reading.guess


def test_a_week_that_the_year_does_not_have_is_no_date() -> None:
    texts = [f"2021-W{week:02d}" for week in range(1, 54)]
    assert reading_of(texts).problem == "'2021-W53' is no date, as 52 of the column's 53 values are"
    assert reading_of(["2018-Q5", "2018-Q6"]).kind == "category"


@pytest.mark.parametrize(
    "texts",
    [
        ["3.2.11", "31.5.11", "4.12.12", "5.6.13", "7.8.14"],
        ["1.1.20", "1.2.20", "1.3.20", "1.4.20", "1.5.20", "1.6.20"],
        ["03.02.11", "04.05.12", "06.07.13", "08.09.14", "05.05.15"],
    ],
)
def test_dates_with_points_are_no_versions(texts: list[str]) -> None:
    reading = reading_of(texts)
    assert reading.kind == "date"
    assert reading.column.date is not None
    assert reading.column.date.order == "dmy"


def test_versions_with_a_large_number_in_the_middle_are_no_american_dates() -> None:
    assert reading_of(["4.14.22", "5.10.17", "4.19.14", "5.4.17", "5.15.10"]).kind == "category"


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([20190531, 20190601, 20200101], 'format = "ymd"'),
        ([201905, 201906, 202001], 'format = "ym"'),
        ([1_500_000_000 + 86_400 * n for n in range(5)], 'format = "unix"'),
        ([1_500_000_000_000 + 60_000 * n for n in range(5)], 'format = "unix_ms"'),
        ([9_781_000_000_000 + 97 * n for n in range(30)], "different in every row"),
        ([9_007_199_254_740_993 + 7 * n for n in range(3)], "longer numbers than can be told"),
        ([20191331, 20190601, 20200101], ""),
        ([1, 2, 3, 2000], ""),
    ],
)
def test_what_plain_numbers_may_be_is_said(numbers: list[int], said: str) -> None:
    texts = [str(number) for number in numbers]
    guesses = described(raw_column(texts), reading_of(texts)).guesses
    assert len(guesses) == bool(said)
    assert all(said in guess for guess in guesses)


def test_year_and_month_in_one_number_are_dates_where_that_is_said() -> None:
    reading = reading_of(["201905", "202001"], format="ym")
    assert reading.values is not None
    assert not reading.problem
    assert np.datetime64(int(reading.values.values[1]), "D") == np.datetime64("2020-01-01")


def test_marks_alone_are_no_numbers() -> None:
    form = reading_of(["5*", *MANY]).column.number
    assert number_of("*", form) is None
    assert number_of("<", form) is None
    assert number_of("abc*", form) is None


@pytest.mark.parametrize(
    ("name", "numbers", "is_said"),
    [
        ("Lieferdatum", [44_197, 43_470.5, 30_000], True),
        ("created_at", [43_470, 43_480], True),
        ("when", [43_470, 80_000], False),
        ("a", [43_471 + 3 * n for n in range(12)], True),
        ("a", [43_471.5 + 3 * n for n in range(12)], False),
        ("salary", [37_000 + 500 * n for n in range(12)], False),
        ("postal_code", [43_471 + 3 * n for n in range(12)], False),
        ("candidate", [12, 15], False),
    ],
)
def test_days_of_a_spreadsheet_are_a_guess(name: str, numbers: list[float], is_said: bool) -> None:
    texts = [f"{number:g}" if number % 1 else str(int(number)) for number in numbers]
    guesses = described(raw_column(texts, name), reading_of(texts)).guesses
    assert any('format = "excel"' in guess for guess in guesses) == is_said


@pytest.mark.parametrize("mark", [";", "|", ", ", "/", " + "])
def test_lists_of_names_are_marked_as_a_guess(mark: str) -> None:
    lists = (["red", "blue"], ["blue"], ["red", "dark green", "blue"], ["dark green"])
    texts = [mark.join(names) for names in lists]
    assert 'is taken as a category of its own; if its names count each: kind = "text"' in (
        reading_of(texts * 5).guess
    )


@pytest.mark.parametrize(
    "texts",
    [
        ["Austin, TX", "Dallas, TX", "Miami, FL", "Tampa, FL"],
        ["Smith, John", "Doe, Jane", "Poe, Ed"],
        ["S", "M", "L/XL"],
        ["R&D", "sales", "D", "law"],
    ],
)
def test_names_with_marks_in_them_are_no_lists(texts: list[str]) -> None:
    assert "category of its own" not in reading_of(texts * 5).guess
