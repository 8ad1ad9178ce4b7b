"""Points that part thousands, k and M behind numbers, and zones of times."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuidl.core.errors import DataError
from tuidl.data import SOURCES
from tuidl.data.tables.settings import ColumnSettings
from tuidl.preset.decoding import convert


def values(folder: Path, fields: list[str], settings: str = "") -> np.ndarray:
    """The inputs that a column becomes. Raises DataError."""
    return source(folder, fields, settings).load().x


def source(folder: Path, fields: list[str], settings: str = "") -> Any:
    rows = [f'"{field}";{i % 7}.5' for i, field in enumerate(fields * 4)]
    (folder / "d.csv").write_text("\n".join(["a;y", *rows]))
    table = {"a": _settings(settings)} if settings else {}
    return SOURCES["csv"](
        path=str(folder / "d.csv"), target="y", task="regression", delimiter=";",
        columns=table,
    )  # fmt: skip


def _settings(text: str) -> Any:
    return convert(tomllib.loads(f"a = {{{text}}}")["a"], ColumnSettings, "a")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["1.234", "12,5", "7", "999.001"], [1234, 12.5, 7, 999001]),
        (["1.231", "1.234,5", "2.345.678", "0,25"], [1231, 1234.5, 2345678, 0.25]),
        (["1.230", "1.234,5", "7", "3,5"], [1230, 1234.5, 7, 3.5]),
        (["-1.234", "12,5", "3.456", "(5,5)"], [-1234, 12.5, 3456, -5.5]),
        (["3k", "1.2M", "900", "0.5k"], [3e3, 1.2e6, 900, 500]),
        (["3k", "1.2M", "2.5B", "7k"], [3e3, 1.2e6, 2.5e9, 7e3]),
        (["3K", "1,5K", "900", "7K"], [3e3, 1.5e3, 900, 7e3]),
        (["3k", "5k", "7.5k", "9k"], [3, 5, 7.5, 9]),
        (["0.1M", "0.7k", "1.1M", "2"], [1e5, 700, 1.1e6, 2]),
    ],
)
def test_numbers_are_what_they_say(
    fields: list[str], expected: list[float], tmp_path: Path
) -> None:
    np.testing.assert_array_equal(values(tmp_path, fields)[:4, 0], np.float32(expected))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (["1.25", "12,5", "7", "3,4"], "'12,5'"),
        (["0.123", "12,5", "7", "3,4"], "12,5"),
        (["900", "2M", "3M", "5"], "'2M'|'900'|2M"),
    ],
)
def test_what_may_mean_two_things_is_refused(fields: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said):
        values(tmp_path, fields)


def test_what_was_decided_is_said_with_its_key(tmp_path: Path) -> None:
    said = "\n".join(source(tmp_path, ["1.234", "12,5", "7", "3,4"]).report())
    assert "'1.234' is read as 1234: other values have decimal commas" in said
    said = "\n".join(source(tmp_path, ["3k", "1.2M", "900", "7k"]).report())
    assert "read as factors: k = 1,000, M = 1,000,000" in said


ZONED = ["2024-03-01T23:30:00+02:00", "2024-03-01 21:30:00Z", "2024-03-01T18:00:00-03:30",
         "2024-03-01T21:30:00"]  # fmt: skip


def test_times_with_zones_are_converted_and_said(tmp_path: Path) -> None:
    x = values(tmp_path, ZONED)
    np.testing.assert_allclose(x[:4], np.broadcast_to(x[0], (4, x.shape[1])), atol=1e-6)
    said = "\n".join(source(tmp_path, ZONED).report())
    assert "are converted to UTC" in said
    assert "taken as UTC" in said
    plain = source(tmp_path, ZONED, 'zones = "as_written"')
    assert len(np.unique(plain.load().x[:4, -2])) == 3
    assert "UTC" not in "\n".join(plain.report())
    only = source(tmp_path, ["2024-03-01 21:30:00Z", "2024-03-02 21:00:00Z"])
    assert "UTC" not in "\n".join(only.report())
