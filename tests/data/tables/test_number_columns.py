"""Columns of numbers: how they are written is decided by all of a column, or refused."""

import numpy as np
import pytest

from tests.data.tables.columns import reading_of

PLAIN = [str(i / 2 + 0.25) for i in range(40)]
COMMAS = [f"{i},{i % 7}" for i in range(30)]
GROUPS = [f"{i // 1000},{i % 1000:03}" for i in range(1000, 1040)]


@pytest.mark.parametrize(
    ("texts", "values", "unit"),
    [
        (["1,5", "-2,25", "3"], [1.5, -2.25, 3], ""),
        (["1.234,5", "2.000.000", "7"], [1234.5, 2e6, 7], ""),
        (["1,234.5", "12,345", "7"], [1234.5, 12345, 7], ""),
        (["12,34,567", "1,000", "5"], [1234567, 1000, 5], ""),
        (["1 234,5", "12\u00a0345", "1\u202f000\u2009000"], [1234.5, 12345, 1e6], ""),
        (["1'234.50", "7’000", "2"], [1234.5, 7000, 2], ""),
        (["0,125", "3,500"], [0.125, 3.5], ""),
        (["12%", "7.5 %", "-3%"], [12, 7.5, -3], "%"),
        (["$1,234", "-$5", "($7)", "$8-"], [1234, -5, -7, -8], "$"),
        (["1.234 €", "12 €", "0"], [1234, 12, 0], "€"),
        (["EUR 5.50", "EUR 7"], [5.5, 7], "EUR"),
        (["12 kg", "5.5kg", "1.5e3 kg"], [12, 5.5, 1500], "kg"),
        (["3 bedrooms", "12 bedrooms"], [3, 12], "bedrooms"),
        (["(5)", "−7", "8-", "+9"], [-5, -7, -8, 9], ""),
        ([*PLAIN, "N/A", "-", "Unknown", "None", ".", "n.a.", "#DIV/0!", ""],
         [*map(float, PLAIN), *[np.nan] * 8], ""),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(texts: list[str], values: list[float], unit: str) -> None:
    reading = reading_of(texts)
    assert (reading.kind, reading.problem) == ("number", "")
    assert reading.values is not None
    np.testing.assert_array_equal(reading.values.values, values)
    assert reading.column.number.unit == unit


@pytest.mark.parametrize(
    ("texts", "problem", "remedy"),
    [
        (
            [*PLAIN, "abc"],
            "'abc' is no number, as 40 of the column's 41",
            'gaps = ["abc"]',
        ),
        ([*PLAIN, "inf"], "'inf' is no finite number", 'gaps = ["inf"]'),
        ([*PLAIN, "-Infinity"], "'-Infinity' is no finite number", 'gaps = ["-Infinity"]'),
        ([*PLAIN, "1e999"], "'1e999' is no finite number", 'gaps = ["1e999"]'),
        ([*PLAIN, "007"], "begins with a zero, as codes do", 'kind = "category"'),
        ([*PLAIN, "5 kg"], "'0.25' has no unit, others have 'kg' (40 such", 'unit = "kg"'),
        (["5%", "7%", "0.5"], "'0.5' has no unit, others have '%'", 'unit = "%"'),
        ([*["5 kg"] * 30, "7 V"], "'7 V' has the unit 'V', others have 'kg'", 'kind = "category"'),
        ([*COMMAS, "2.5"], "'0,0' is no number with a decimal point, which other", 'decimal = ","'),
        (GROUPS, "'1,000' may be 1000 (thousands separators) or 1.000 (dec", 'decimal = "."'),
        (
            ["1,500", "12,250"],
            "'1,500' may be 1500 (thousands",
            'decimal = ","',
        ),
        ([*PLAIN * 3, *[f"word {i}" for i in range(40)]], "'word 0' is no number", "gaps = "),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_remedy(
    texts: list[str], problem: str, remedy: str
) -> None:
    reading = reading_of(texts)
    assert problem in reading.problem
    assert any(line.startswith(remedy) for line in reading.remedy)
    assert reading.row is not None


def test_small_numbers_speak_for_thousands_and_it_is_a_guess() -> None:
    reading = reading_of([*GROUPS, "17", "950"])
    assert reading.values is not None
    assert reading.values.values[[0, -1]].tolist() == [1000, 950]
    assert "decimal = ','" in reading.guess


@pytest.mark.parametrize(
    ("texts", "settings", "values"),
    [
        (GROUPS[:2], {"decimal": "."}, [1000, 1001]),
        (GROUPS[:2], {"decimal": ","}, [1, 1.001]),
        (["5%", "0.5"], {"unit": "%"}, [5, 0.5]),
        (["007", "12"], {"said": "number"}, [7, 12]),
        ([*PLAIN[:2], "abc"], {"gaps": ("ABC",)}, [0.25, 0.75, np.nan]),
        ([*PLAIN[:2], "inf"], {"gaps": ("inf",)}, [0.25, 0.75, np.nan]),
        (["5", "none"], {"said": "number"}, [5, np.nan]),
    ],
)
def test_settings_overrule(texts: list[str], settings: dict, values: list[float]) -> None:
    reading = reading_of(texts, **settings)
    assert (reading.kind, reading.problem) == ("number", "")
    assert reading.values is not None
    np.testing.assert_array_equal(reading.values.values, values)
