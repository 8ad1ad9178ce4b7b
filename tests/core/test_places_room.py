"""Which products of a convolution see the image, and whether leaving out the others pays."""

from itertools import product

import pytest

from tuidl.core.convolution_room import BLOCK
from tuidl.core.places_room import (
    Places,
    answers_room,
    is_mostly_padding,
    pays,
    pixels_room,
    positions_of,
    seeing,
    seen_share,
    weights_pay,
    weights_room,
)


@pytest.mark.parametrize("step", [1, 2, 5])
def test_answers_that_see_an_axis_are_a_range(step: int) -> None:
    for first, length, count in product(range(-14, 15), (1, 4, 9), (0, 1, 6)):
        seen = [n for n in range(count) if 0 <= first + n * step < length]
        low, end = seeing(first, step, length, count)
        assert list(range(low, end)) == seen
        assert 0 <= low <= end <= count


def _same(
    size: int, side: int, channels: int, filters: int, stride: int = 1, dilation: int = 1
) -> Places:
    answers, extent = -(-side // stride), (size - 1) * dilation + 1
    top = max((answers - 1) * stride + extent - side, 0) // 2
    return Places(
        (size, size, channels, filters), (side, side), (answers, answers), (stride, stride),
        (dilation, dilation), (top, top),
    )  # fmt: skip


def test_the_share_that_is_seen_is_that_of_all_products() -> None:
    c = Places((3, 4, 5, 6), (7, 5), (4, 8), (2, 1), (3, 2), (4, 3))
    seen = sum(
        0 <= p * 2 - 4 + i * 3 < 7 and 0 <= q - 3 + j * 2 < 5
        for i, j, p, q in product(range(3), range(4), range(4), range(8))
    )
    assert seen_share(c) == pytest.approx(seen / (3 * 4 * 4 * 8))
    assert seen_share(_same(3, 9, 4, 4, dilation=9)) == pytest.approx(1 / 9)
    assert seen_share(Places((2, 2, 3, 3), (5, 5), (4, 4), (1, 1), (1, 1), (0, 0))) == 1


@pytest.mark.parametrize(
    "c",
    [
        _same(5, 26, 99, 99, dilation=9),
        _same(9, 3, 131, 131, stride=3),
        _same(3, 14, 64, 64, dilation=6),
        _same(11, 8, 64, 64),
        Places((1, 2, 64, 64), (1, 100), (1, 100), (1, 1), (1, 64), (0, 64)),
    ],
    ids=str,
)
def test_it_pays_where_most_is_padding(c: Places) -> None:
    assert pays(c)
    assert weights_pay(c)


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("side", [16, 28, 56])
@pytest.mark.parametrize("channels", [3, 16, 64, 512])
def test_usual_convolutions_go_the_usual_way(size: int, side: int, channels: int) -> None:
    for filters, stride in ((16, 1), (64, 2)):
        c = _same(size, side, channels, filters, stride)
        assert not pays(c)
        assert not is_mostly_padding(c)


def test_a_block_is_whole_rows_or_whole_images() -> None:
    c = _same(5, 26, 99, 99, dilation=9)
    assert positions_of(c, 20, BLOCK) % 26 == 0
    assert positions_of(c, 20, BLOCK) % (26 * 26) == 0 or positions_of(c, 20, BLOCK) < 26 * 26
    assert positions_of(c, 20, 1) == 26
    small = _same(9, 3, 131, 131, stride=3)
    assert positions_of(small, 75, 1) == 1
    assert 0 < positions_of(small, 75, BLOCK) <= 75
    for room in (answers_room, pixels_room, weights_room):
        assert room(small, 0) <= room(small, 5) <= room(small, 75)
