"""pandas reads generated tables as tuidl does, told how numbers and dates are written there."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.tables.generated import Generated, Written, generated
from tests.data.tables.reference import NO_CATEGORY, NONE, Parsed
from tests.data.tables.test_generated import check

pandas = pytest.importorskip("pandas")
SEEDS = range(1000, 1500)


def parsed(table: Generated) -> Parsed:
    """Every column (rows,): numbers, days since 1970, or places of categories; NaN for gaps."""
    frame = pandas.read_csv(
        io.StringIO(table.text), sep=table.place.delimiter, dtype=str, keep_default_na=False
    )
    columns = (*table.columns, table.target)
    return {column.name: _values(column, frame[column.name], table) for column in columns}


def _values(column: Written, texts: Any, table: Generated) -> np.ndarray:
    none = NO_CATEGORY if column.kind == "category" else NONE
    texts = texts.str.strip().mask(lambda known: known.str.lower().isin(none))
    if column.kind == "category":
        names = pandas.Series(column.names)
        of = table.settings.get(column.name)
        if of is not None and of.merge_spellings:
            texts, names = _spelt_alike(texts), _spelt_alike(names)
        codes = pandas.Categorical(texts, categories=list(names)).codes
        return np.where(codes < 0, np.nan, codes)
    if column.kind == "date":
        moments = pandas.to_datetime(texts, format=column.pattern)
        return ((moments - pandas.Timestamp(0)) / pandas.Timedelta(days=1)).to_numpy(float)
    if column.kind == "time":
        return (pandas.to_timedelta(texts + ":00") / pandas.Timedelta(hours=1)).to_numpy(float)
    if column.pattern in (":", "m"):
        passed = pandas.to_timedelta(texts.str.replace("m ", " min "))
        return (passed / pandas.Timedelta(seconds=1)).to_numpy(float)
    if column.pattern == "/":
        parts = texts.str.extract(r"^(?:(\d+) )?(\d+)(?:/(\d+))?$").astype(float)
        return (parts[0].fillna(0) + parts[1] / parts[2].fillna(1)).to_numpy(float)
    for mark, instead in ((column.unit, ""), (table.place.groups, ""), (table.place.decimal, ".")):
        texts = texts.str.replace(mark, instead, regex=False) if mark else texts
    return pandas.to_numeric(texts).to_numpy(float)


def _spelt_alike(texts: Any) -> Any:
    """In lower case and without accents."""
    ascii_bytes = texts.str.lower().str.normalize("NFKD").str.encode("ascii", "ignore")
    return ascii_bytes.str.decode("ascii")


def test_arrays_of_500_tables_are_those_of_pandas(tmp_path: Path) -> None:
    compared = 0
    for seed in SEEDS:
        table = generated(seed)
        if table.odd is None:
            check(table, parsed(table), tmp_path)
            compared += 1
    assert compared == 384
