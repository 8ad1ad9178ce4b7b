"""Windows along an axis, and back: held against a loop over all places of a kernel."""

from itertools import product

import pytest

from tuidl.core.grouped_room import (
    Grouped,
    answers_room,
    axis_ahead,
    axis_back,
    by_channels,
    in_place,
    phase_back,
    phases_of,
    pixels_room,
    weights_room,
)

AXES = list(product((1, 2, 3, 5), (1, 2, 3, 4), (1, 2, 3, 4, 6), (0, 1, 4, 9)))
"""Size, stride, dilation, padding."""


def _seen(size: int, stride: int, dilation: int, padding: int) -> dict[int, set[tuple[int, int]]]:
    """For each of some pixels in the middle of a long line: (answer, place) that see it."""
    found: dict[int, set[tuple[int, int]]] = {pixel: set() for pixel in range(60, 60 + stride)}
    for answer, place in product(range(-100, 200), range(size)):
        pixel = answer * stride - padding + place * dilation
        if pixel in found:
            found[pixel].add((answer, place))
    return found


@pytest.mark.parametrize("axis", AXES)
def test_each_phase_has_the_places_that_see_its_pixels(axis: tuple[int, int, int, int]) -> None:
    stride, whole = axis[1], axis_back(*axis)
    for pixel, expected in _seen(*axis).items():
        number, remainder = divmod(pixel, stride)
        phase = phase_back(*axis, remainder)
        by_phase = {
            (number + phase.base - m * phase.distance, phase.first + m * phase.step)
            for m in range(phase.size)
        }
        assert by_phase == expected
        low, high = number - whole.low, number - whole.low + whole.extent
        assert all(low <= answer < high for answer, _ in expected)


@pytest.mark.parametrize("axis", AXES)
def test_what_windows_read_is_no_larger_than_they_are(axis: tuple[int, int, int, int]) -> None:
    ahead, back = axis_ahead(*axis), axis_back(*axis)
    assert (phases_of(ahead), phases_of(back)) == (1, axis[1])
    reached = [answer for found in _seen(*axis).values() for answer, _ in found]
    numbers = [pixel // axis[1] for pixel in _seen(*axis)]
    assert ahead.extent == (axis[0] - 1) * axis[2] + 1
    # of the answers that see any pixel, the first and the last are the ends of what is read
    lows = min(reached) - max(numbers), max(reached) - min(numbers)
    assert (-back.low, back.extent - 1 - back.low) == pytest.approx(lows, abs=1)


def test_few_channels_go_side_by_side_and_many_group_by_group() -> None:
    assert by_channels(9, 1, 1, 64), "depthwise"
    assert by_channels(9, 4, 4, 32)
    assert not by_channels(9, 32, 32, 2)
    assert not by_channels(9, 1, 1, 1), "one group has nothing beside it"


@pytest.mark.parametrize(("channels", "expected"), [(63, False), (64, True), (300, True)])
def test_depthwise_ones_of_many_channels_are_not_laid_out(channels: int, expected: bool) -> None:
    assert in_place(1, channels, channels) == expected
    assert not in_place(1, 2 * channels, channels), "two filters"
    assert not in_place(2, channels, channels), "two channels"


@pytest.mark.parametrize("room", [answers_room, pixels_room, weights_room])
def test_room_grows_with_examples_up_to_a_block(room: object) -> None:
    shape = Grouped((28, 28), (28, 28), 1, 1, 64, (3, 3), (1, 1), (1, 1), (1, 1))
    few, more, most = (room(shape, n) for n in (1, 2, 1000))  # type: ignore[operator]
    assert few < more <= most
    assert most == room(shape, 2000)  # type: ignore[operator]
