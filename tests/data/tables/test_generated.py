"""Arrays of generated tables equal those of a plain reader, or the file is refused with the line
and column of what cannot be read."""

from pathlib import Path

import numpy as np
import pytest

from tests.data.tables import reference
from tests.data.tables.generated import Generated, generated
from tuidl.core.errors import DataError
from tuidl.data import SOURCES

TOLERANCE = 1e-6


def check(table: Generated, values: reference.Parsed, folder: Path) -> None:
    """Compare both parts with the arrays that the ``values`` of another reader make."""
    source = source_of(table, folder)
    rows = reference.used_rows(table, values)
    split = source.split()
    train = split.rows
    held_out = np.setdiff1d(np.arange(len(rows)), train)
    x = reference.inputs(table, values, train, rows)
    x = reference.scaled(x, train, table.normalize)
    y = values["y"][rows][:, None]
    for part, index in ((split.train, train), (split.validation, held_out)):
        np.testing.assert_allclose(part.x, x[index], rtol=TOLERANCE, atol=TOLERANCE)
        np.testing.assert_allclose(part.y, y[index], rtol=TOLERANCE, atol=TOLERANCE)


def source_of(table: Generated, folder: Path):  # type: ignore[no-untyped-def]
    path = folder / "table.csv"
    path.write_text(table.text, encoding="utf-8")
    return SOURCES["csv"](
        path=str(path), target="y", missing=table.missing, normalize=table.normalize,
        indicator=table.indicator, columns=table.settings, normalize_targets=False,
    )  # fmt: skip


def check_seed(seed: int, folder: Path) -> None:
    table = generated(seed)
    if table.odd is None:
        check(table, reference.parsed(table), folder)
        return
    line, column = table.odd
    with pytest.raises(DataError, match=rf"line {line}, column '{column}'"):
        source_of(table, folder).split()


@pytest.mark.sample(30)
@pytest.mark.parametrize("seed", range(30))
def test_arrays_are_those_of_a_plain_reader(seed: int, tmp_path: Path) -> None:
    check_seed(seed, tmp_path)


@pytest.mark.slow
def test_arrays_of_500_tables_are_those_of_a_plain_reader(tmp_path: Path) -> None:
    for seed in range(30, 530):
        check_seed(seed, tmp_path)
