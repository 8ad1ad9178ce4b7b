"""Blocks of fields are read as single records are: the same numbers, texts, lines and notes."""

import random
from pathlib import Path

import numpy as np
import pytest

from tuidl.core.errors import DataError
from tuidl.data.tables import compiled, delimited
from tuidl.data.tables.raw import RawTable, plain_number

FIELDS = ("", "0", "-0", "12", "+3.50", "-.5", "5.", "1e5", "2.5E-07", "-1.25e+10", "0.1", "007",
          "00.5", "1_000", "nan", "inf", ".", "-", "+", "e5", "1.2.3", "12:30", "2024-01-31", "1,5",
          "Rome", "São Paulo", "x" * 70, "a longer text of words", '"', 'a"b', " padded ", "\ttab",
          "9007199254740993", "18446744073709551615", "18446744073709551616", "1e400", "1e-320",
          "0.30000000000000004", "123456789.123456789", "\u00a07", "１２", "--5", "5-", "1/2", "NA",
          "1e+5", "1e+005", "12345678", "1234567.", "99999999", "-00", "0e0")  # fmt: skip


def written(random: random.Random, text: str, delimiter: str) -> str:
    """As a file may have it: quoted where it must be, or just so."""
    if any(c in text for c in f'"\n\r{delimiter}') or random.random() < 0.1:
        return '"' + text.replace('"', '""') + '"'
    return " " * (random.random() < 0.05) + text + " " * (random.random() < 0.05)


def a_file(seed: int) -> tuple[bytes, str, int]:
    r = random.Random(seed)
    delimiter, width = r.choice(",;\t|"), r.randrange(2, 6)
    pools = [r.sample(FIELDS, r.randrange(1, 12)) for _ in range(width)]
    if r.random() < 0.3:
        pools[0] = [*pools[0], "two\nlines", "three\r\nlines\n"]
    end = r.choice(["\n", "\r\n"])
    lines = [delimiter.join(f"c{i}" for i in range(width))]
    for _ in range(r.randrange(1, 120)):
        fields = [r.choice(pool) if r.random() < 0.7 else repr(r.uniform(-1e3, 1e3))
                  for pool in pools]  # fmt: skip
        lines.append(delimiter.join(written(r, field, delimiter) for field in fields))
        if r.random() < 0.03:
            lines.append(
                r.choice(["", "  ", delimiter * (width - 1), f" {delimiter}" * (width - 1)])
            )
    return (end.join(lines) + end * (r.random() < 0.8)).encode(), delimiter, width


def read(path: Path, delimiter: str) -> RawTable:
    stated = delimited.Stated(delimiter, header=True)
    return delimited.read_delimited(path, path.stat().st_size, stated)


def meaning(table: RawTable) -> tuple:
    columns = [
        [c.texts[code] if code >= 0 else number
         for code, number in zip(c.codes.tolist(), c.numbers.tolist(), strict=True)]
        for c in table.columns
    ]  # fmt: skip
    return (
        columns,
        table.lines.tolist(),
        table.notes,
        table.passed_over,
        [c.name for c in table.columns],
    )


@pytest.mark.parametrize("seed", range(60))
def test_blocks_and_records_agree(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, delimiter, _ = a_file(seed)
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    monkeypatch.setattr(delimited, "_SLOW", set(",;\t|"))
    expected = meaning(read(path, delimiter))
    monkeypatch.setattr(delimited, "_SLOW", set())
    for block in (64, 1000, 1 << 18):
        monkeypatch.setattr(delimited, "BLOCK", block)
        assert meaning(read(path, delimiter)) == expected
    read_by_machine_code(monkeypatch)
    monkeypatch.setattr(compiled, "ROWS_AT_ONCE", random.Random(seed).choice([1, 7, 1 << 14]))
    for block in (64, 1000, 1 << 18):
        monkeypatch.setattr(delimited, "BLOCK", block)
        assert meaning(read(path, delimiter)) == expected


def read_by_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of any size, with room for few texts at first."""
    monkeypatch.setattr(compiled, "WORTH_LOADING", 0)
    monkeypatch.setattr(compiled, "WORTH_COMPILING", 0)
    monkeypatch.setattr(compiled, "_TEXTS", 4)
    monkeypatch.setattr(compiled, "_POOL", 16)


@pytest.fixture(params=["blocks", "machine code"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read by either."""
    if request.param == "machine code":
        read_by_machine_code(monkeypatch)


@pytest.mark.usefixtures("way")
def test_numbers_are_those_of_python(tmp_path: Path) -> None:
    """Correctly rounded, to the last bit."""
    r = random.Random(5)
    texts = []
    for _ in range(20_000):
        digits = "".join(r.choice("0123456789") for _ in range(r.randrange(1, 21)))
        point = r.randrange(len(digits) + 1)
        text = r.choice(["", "-", "+"]) + digits[:point] + "." + digits[point:]
        texts.append(text if r.random() < 0.7 else f"{text}e{r.choice('+-')}{r.randrange(30):02}")
        texts.append(repr(r.uniform(-1, 1) * 10.0 ** r.randrange(-30, 30)))
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "".join(f"{text},x\n" for text in texts))
    column = read(path, ",").columns[0]
    for text, number, code in zip(texts, column.numbers, column.codes, strict=True):
        known = plain_number(text)
        assert (known is None) == (code >= 0), text
        assert known is None or np.float64(known).tobytes() == number.tobytes(), text


@pytest.mark.usefixtures("way")
def test_many_different_texts_are_told_apart(tmp_path: Path) -> None:
    texts = [f"x{'id' * (i % 40)}-{i * 7919 % 5000}" for i in range(20_000)]
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "".join(f"{text},1\n" for text in texts))
    column = read(path, ",").columns[0]
    assert [column.texts[code] for code in column.codes] == texts
    assert len(set(column.texts)) == len(column.texts)


@pytest.mark.usefixtures("way")
def test_an_odd_line_late_in_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 100_000 + "1,2,3\n" + "1,2\n" * 10)
    with pytest.raises(DataError, match="line 100002: 3 fields, expected 2"):
        read(path, ",")


@pytest.mark.usefixtures("way")
def test_a_quote_amid_a_field_is_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n5" pipe,1\n' + 'x,"2\n"\n' * 60_000 + '6" pipe,"a\nb"\n')
    column = read(path, ",").columns[0]
    assert column.texts == ('5" pipe', "x", '6" pipe')
    assert len(column.codes) == 60_002
