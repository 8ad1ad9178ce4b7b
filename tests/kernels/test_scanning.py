"""Numbers in bytes are Python's, to the last bit; plain Python reads the same rows."""

import random
from typing import Any

import numpy as np
import pytest

from tuidl.kernels import scanning
from tuidl.kernels.decimals import LEAST_POWER, MOST_POWER, TENS, powers_of_five

Array = np.ndarray[Any, np.dtype[Any]]
FIVES = powers_of_five()
HARD = (
    "9007199254740993", "9007199254740991", "9007199254740992.5", "18014398509481985",
    "1e23", "8.5e22", "-0", "0e0",
    "9999999999999999999", "1.7976931348623157e308", "2.2250738585072014e-308", "4.9e-324",
    "1e309", "0.000001", "123456789012345678e-30", "6250000000000000001e-4",
    "7205759403792793e15", "5e-22", "1e22", "1e-300",
    "1e288", "179769313486231580e290", "0.50000000000000011102230246251565",
)  # fmt: skip


def scanned(scan: Any, data: bytes, width: int, most: int) -> tuple[Any, ...]:
    numbers, codes = np.full(width * most, np.nan), np.full(width * most, -1, np.int32)
    lines, counts = np.zeros(most, np.int64), np.zeros(6, np.int64)
    slots, hashes = np.full(1 << 16, -1), np.zeros(1 << 15, np.uint64)
    entries, pool = np.zeros((1 << 15, 3), np.int64), np.zeros(1 << 20, np.uint8)
    with np.errstate(over="ignore"):  # of hashes and words in plain Python
        end = scan(
            np.frombuffer(data, np.uint8), 0, len(data), ord(","), width, most, TENS, FIVES,
            numbers, numbers.view(np.uint64), codes, lines, slots, hashes, entries, pool, counts,
        )  # fmt: skip
    return end, numbers.reshape(width, most), codes.reshape(width, most), lines, counts


def test_powers_of_five_have_the_right_128_bits() -> None:
    for power, (upper, lower) in zip(range(LEAST_POWER, MOST_POWER + 1), FIVES, strict=True):
        bits = int(upper) << 64 | int(lower)
        assert bits >> 127 == 1
        five = 5 ** abs(power)
        if power >= 0:
            shift = five.bit_length() - 128
            assert bits == (five >> shift if shift > 0 else five << -shift)
        else:
            shift = 127 + five.bit_length()
            assert abs(bits * five - (1 << shift)) <= five


def test_numbers_are_those_of_python() -> None:
    r = random.Random(3)
    texts = list(HARD)
    for _ in range(30_000):
        digits = r.randrange(10 ** r.randrange(1, 20))
        texts.append(f"{digits}e{r.randrange(-320, 300)}")
        texts.append(repr(r.uniform(-1, 1) * 10.0 ** r.randrange(-25, 25)))
        middle = np.float64(r.uniform(1, 2) * 2.0 ** r.randrange(54, 62))  # halfway, or beside it
        texts.append(str(int(middle) + int(np.spacing(middle)) // 2 + r.randrange(-1, 2)))
    data = "".join(f"{text},x\n" for text in texts).encode()
    end, numbers, codes, _, _ = scanned(scanning.compiled_scan(), data, 2, len(texts))
    assert end == len(data)
    made = codes[0] < 0
    assert made.mean() > 0.9
    expected = np.array([float(text) for text in texts])
    assert numbers[0][made].tobytes() == expected[made].tobytes()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_plain_python_reads_the_same(end: str) -> None:
    rows = ["1,a", "-2.5, b ", '"3","c,d"', '"x ""y""",.5', "1e3,longer than eight bytes", ",0"]
    rows += ["12345678.12345678,\t7 ", '"two\nlines",+4', "a,a", "", "007,1.2.3"]
    odd = "1,2,3"
    data = end.join([*rows, odd, "5,6"]).encode()
    found, plain = (
        scanned(scan, data, 2, 20) for scan in (scanning.compiled_scan(), scanning.scan)
    )
    assert found[0] == plain[0] == data.index(odd.encode())
    for one, other in zip(found[1:], plain[1:], strict=True):
        np.testing.assert_array_equal(one, other)
    assert found[4][scanning.ROWS] == len(rows) - 1
    assert found[3][: len(rows) - 1].tolist() == [1, 2, 3, 4, 5, 6, 7, 9, 10, 12]
