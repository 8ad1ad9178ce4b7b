"""Columns of dates: their order is decided by all of a column, or refused."""

from datetime import datetime

import numpy as np
import pytest

from tests.data.tables.columns import reading_of
from tuidl.data.tables.columns import Columns

EPOCH = datetime(1970, 1, 1)


def days(*moment: int) -> float:
    return (datetime(*moment) - EPOCH).total_seconds() / 86400


@pytest.mark.parametrize(
    ("texts", "order", "last"),
    [
        (["2019-01-31", "2020/2/9"], "ymd", (2020, 2, 9)),
        (["31.1.2019", "09.02.2020"], "dmy", (2020, 2, 9)),
        (["31/1/2019", "9/2/20"], "dmy", (2020, 2, 9)),
        (["1/31/2019", "2/9/70"], "mdy", (1970, 2, 9)),
        (["31 Jan 2019", "9 February 2020"], "named", (2020, 2, 9)),
        (["Jan 31, 2019", "February 9th, 2020"], "named", (2020, 2, 9)),
        (["31. Januar 2019", "9. März 2020"], "named", (2020, 3, 9)),
        (["31-Jan-19", "9-Feb-20"], "named", (2020, 2, 9)),
        (["2019-01", "2020-02"], "ym", (2020, 2, 1)),
        (["01/2019", "2/2020"], "my", (2020, 2, 1)),
        (["2019-01-31T10:00:00Z", "2020-02-09 23:30"], "ymd", (2020, 2, 9, 23, 30)),
        (["1/31/2019 1:00 PM", "2/9/2020 12:30 am"], "mdy", (2020, 2, 9, 0, 30)),
        (["2019-01-31T10:00:00.250+02:00", "2020-02-09T01:02:03"], "ymd", (2020, 2, 9, 1, 2, 3)),
        (["Thu, 31 Jan 2019", "Sun, 9 Feb 2020"], "named", (2020, 2, 9)),
    ],
)
def test_dates_as_people_write_them(texts: list[str], order: str, last: tuple[int, ...]) -> None:
    reading = reading_of([*texts, "N/A"])
    assert (reading.kind, reading.problem) == ("date", "")
    assert reading.column.date is not None
    assert reading.column.date.order == order
    assert reading.values is not None
    assert reading.values.values[1] == pytest.approx(days(*last), abs=1e-9)
    assert np.isnan(reading.values.values[2])


@pytest.mark.parametrize(
    ("texts", "settings", "problem"),
    [
        (["1/2/2019", "3/4/2019"], {}, "may be day, month, year or month, day, year"),
        ([*["2019-01-01"] * 20, "soon"], {}, "'soon' is no date, as 20 of the column's 21"),
        ([*["2019-01-01"] * 20, "2019-02-30"], {}, "'2019-02-30' is no date"),
        (["spring", "2019-01-01"], {"said": "date"}, "'spring' is no date"),
        (["60", "43497"], {"format": "excel"}, "'60' is no date"),
        (["0", "43497"], {"format": "excel"}, "'0' is no date"),
        (["1e9", "43497"], {"format": "excel"}, "is no date"),
        (["spring", "summer"], {"said": "date"}, "no dates that are known; say format ="),
    ],
)
def test_dates_that_cannot_be_read_are_refused(
    texts: list[str], settings: dict, problem: str
) -> None:
    assert problem in reading_of(texts, **settings).problem


@pytest.mark.parametrize(
    ("text", "settings", "moment"),
    [
        ("1/2/2019", {"format": "dmy"}, (2019, 2, 1)),
        ("1/2/2019", {"format": "mdy"}, (2019, 1, 2)),
        ("1|2|2019", {"format": "%d|%m|%Y"}, (2019, 2, 1)),
        ("2019", {"said": "date"}, (2019, 1, 1)),
        ("20190201", {"said": "date"}, (2019, 2, 1)),
        ("1549015200", {"format": "unix"}, (2019, 2, 1, 10)),
        ("43497", {"format": "excel"}, (2019, 2, 1)),
        ("43497.25", {"format": "excel"}, (2019, 2, 1, 6)),
        ("59", {"format": "excel"}, (1900, 2, 28)),
        ("61", {"format": "excel"}, (1900, 3, 1)),
        ("43497", {"format": "ymd excel"}, (2019, 2, 1)),
        ("2019-02-01", {"format": "ymd excel"}, (2019, 2, 1)),
        ("20190201", {"format": "unix ymd"}, (1970, 8, 22, 16, 23, 21)),
        ("1549015200000", {"format": "unix_ms"}, (2019, 2, 1, 10)),
    ],
)
def test_settings_say_what_a_date_is(text: str, settings: dict, moment: tuple[int, ...]) -> None:
    reading = reading_of([text], **settings)
    assert reading.problem == ""
    assert reading.values is not None
    assert reading.values.values[0] == pytest.approx(days(*moment), abs=1e-9)


def test_points_speak_for_the_day_first_and_it_is_a_guess() -> None:
    reading = reading_of(["1.2.2019", "3.4.2019"])
    assert reading.problem == ""
    assert "format = 'mdy'" in reading.guess


def test_years_alone_are_numbers() -> None:
    assert reading_of(["2019", "2020"]).kind == "number"


def test_a_format_that_fits_nothing_is_said_without_advice_on_rows() -> None:
    reading = reading_of(["33", "44", "5"], format="dmy")
    assert reading.problem == "'33' is no date, nor is any other of the column's 3 values"
    assert not reading.remedy


@pytest.mark.parametrize("dates", [1, 10, 19])
def test_dates_beside_days_of_a_spreadsheet_name_the_format_that_reads_both(dates: int) -> None:
    texts = [f"2020-01-{i + 1:02d}" if i < dates else str(43_831 + i) for i in range(20)]
    problem = reading_of(texts)
    assert 'format = "ymd excel"' in f"{problem.remedy[:1]} {problem.guess}"
    read = reading_of(texts, format="ymd excel")
    assert not read.problem
    assert read.values is not None
    assert np.diff(read.values.values).tolist() == [1.0] * 19


def test_columns_of_no_rows_stay_empty() -> None:
    columns = Columns(("a", "b"), 1, "t")
    columns.add([])
    assert [column.name for column in columns.finished()] == ["a", "b"]
