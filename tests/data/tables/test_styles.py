"""Times of day, durations, fractions, coordinates, feet, and units that are converted."""

import numpy as np
import pytest

from tests.data.tables.columns import raw_column, reading_of
from tuidl.data.tables.described import described
from tuidl.data.tables.encoding import write_inputs
from tuidl.data.tables.styles import in_style, styled


@pytest.mark.parametrize(
    ("texts", "expected", "style", "said"),
    [
        (["12:30", "0:05", "23:59"], [12.5, 5 / 60, 23 + 59 / 60], "time", 'kind = "duration"'),
        (["1:15 PM", "12:00 a.m.", "11:30 am"], [13.25, 0, 11.5], "time", "times of day"),
        (["26:00:01", "0:00:02.5", "1:00:00"], [93601, 2.5, 3600], "duration", "in seconds"),
        (["1 day, 2:00:00", "0 days 00:00:07", "3 days 1:00:00"], [93600, 7, 262800],
         "duration", "in seconds"),
        (["58:58", "1:02:03", "0:09"], [3538, 3723, 9], "minutes", 'format = "h:mm"'),
        (["3:32", "90:46", "58:58"], [212, 5446, 3538], "minutes", 'format = "h:mm"'),
        (["1:23.5", "0:59.25", "2:00.0"], [83.5, 59.25, 120], "duration", "in seconds"),
        (["2h 5m", "45 min", "1 hour 30 minutes"], [7500, 2700, 5400], "duration", "in seconds"),
        (["PT2H15M", "P1DT1S", "PT0.5S"], [8100, 86401, 0.5], "duration", "in seconds"),
        (["1/2", "2 3/4", "5", "⅓", "1½"], [0.5, 2.75, 5, 1 / 3, 1.5], "fraction", "is read as"),
        (["42.5N", "11.25 S", "0.5 n"], [42.5, -11.25, 0.5], "coordinate", "degrees"),
        (["23°30'36\"W", "1° E", "2°15'E"], [-23.51, 1, 2.25], "coordinate", "degrees"),
        (["5'11\"", "6 ft 0 in", "5'6"], [5 + 11 / 12, 6, 5.5], "feet", "feet"),
    ],
)  # fmt: skip
def test_a_style_is_found_and_marked(
    texts: list[str], expected: list[float], style: str, said: str
) -> None:
    reading = reading_of(texts)
    assert not reading.problem
    assert reading.column.number.style == style
    assert said in reading.guess
    assert reading.values is not None
    np.testing.assert_allclose(reading.values.values, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "texts",
    [
        ["29/14", "1/2", "15/8"],
        ["120/80", "118/79", "140/95"],
        ["12:2", "19:1", "3:1"],
        ["5 N", "7 N", "9 N"],
        ["12:30", "24:61", "1:99"],
        ["2'610", "4'893", "1'200"],
        ["10-20", "20-30", "30-40"],
        ["5 m", "7 m", "9 m"],
    ],
)
def test_what_may_be_something_else_has_no_style(texts: list[str]) -> None:
    assert reading_of(texts).column.number.style == ""


def test_settings_overrule() -> None:
    assert reading_of(["12:30", "1:00"], said="category").kind == "category"
    as_duration = reading_of(["12:30", "1:00"], said="duration")
    as_minutes = reading_of(["12:30", "1:00"], format="m:ss")
    assert as_duration.values is not None
    assert as_minutes.values is not None
    np.testing.assert_array_equal(as_duration.values.values, [45000, 3600])
    np.testing.assert_array_equal(as_minutes.values.values, [750, 60])
    fractions = reading_of(["29/14", "1/2"], said="number")
    assert fractions.values is not None
    np.testing.assert_allclose(fractions.values.values, [29 / 14, 0.5])


def test_an_odd_field_among_times_is_refused() -> None:
    reading = reading_of([f"{hour}:30" for hour in range(20)] + ["late"])
    assert reading.row == 20
    assert "'late' is no time of day, as 20 of the column's 21 values are" in reading.problem


def test_midnight_is_near_to_the_minute_before_it() -> None:
    reading = reading_of(["23:59", "0:00", "12:00"])
    assert reading.values is not None
    inputs = np.zeros((3, reading.column.width))
    write_inputs(reading.values.values, reading.column, inputs)
    late, midnight, noon = inputs
    assert np.linalg.norm(late - midnight) < 0.01
    np.testing.assert_allclose(noon, -midnight, atol=1e-12)
    report = described(raw_column(["23:59", "0:00", "12:00"]), reading)
    assert (report.kind, report.values) == ("time", "0:00:00 to 23:59:00")


@pytest.mark.parametrize(
    ("value", "style"),
    [(93601.25, "duration"), (-5, "duration"), (5, "minutes"), (12.51, "time"), (0.375, "fraction"),
     (-23.5, "coordinate"), (5.75, "feet")],
)  # fmt: skip
def test_a_value_is_written_as_it_is_read(value: float, style: str) -> None:
    read = styled(in_style(value, style), style)
    if style == "fraction":
        read = float(in_style(value, style))  # plain numbers are fractions, too
    assert read == pytest.approx(value)


def test_units_of_one_kind_are_converted() -> None:
    reading = reading_of(["6.1 kg", "3304 g", "250 g", "1,200 g"])
    assert reading.values is not None
    np.testing.assert_array_equal(reading.values.values, [6100, 3304, 250, 1200])
    assert "1 kg = 1000 g" in reading.guess
    stated = reading_of(["6.1 kg", "3304 g", "250 g"], unit="kg")
    assert stated.values is not None
    np.testing.assert_array_equal(stated.values.values, [6.1, 3.304, 0.25])


KILOS = [f"{n} kg" for n in range(20)]


def test_units_of_two_kinds_are_refused() -> None:
    assert "'3 m' has the unit 'm', others have 'kg'" in reading_of([*KILOS, "3 m"]).problem


def test_millions_of_money_are_numbers() -> None:
    reading = reading_of(["$81M", "$479K", "$1.5B", "$7"])
    assert reading.values is not None
    np.testing.assert_array_equal(reading.values.values, [81e6, 479e3, 1.5e9, 7])
    assert reading.column.number.unit == "$"


@pytest.mark.parametrize(
    "texts", [["+49 30 4944927"] * 5, ["10.0.221.76"] * 5, ["192.168.1.1"] * 5]
)
def test_phones_and_addresses_are_no_numbers(texts: list[str]) -> None:
    assert reading_of(texts).kind == "category"
