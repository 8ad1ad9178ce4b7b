"""What comes back is drawn below what went in, at any size."""

import pytest

from tests.tui.picture_answers import given_back
from tuidl.charts.palette import DEFAULT, MONOCHROME
from tuidl.tui.widgets.picture import picture_of

SIZES = [(80, 24), (33, 9), (120, 30), (5, 2), (200, 45)]
SHAPES = [(8, 8, 1), (8, 8, 3), (6,), (5, 2)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("unicode", [True, False])
def test_a_picture_has_its_size(
    size: tuple[int, int], shape: tuple[int, ...], unicode: bool
) -> None:
    for palette in (DEFAULT, MONOCHROME):
        lines = picture_of(given_back(shape), palette, *size, unicode)
        assert [line.cell_len for line in lines] == [size[0]] * size[1]


def test_words_say_the_loss_and_of_what() -> None:
    lines = [line.plain for line in picture_of(given_back(), DEFAULT, 100, 20, True)]
    assert "43.75 nats an example on average of the first 256 of validation" in lines[0]
    assert "0: 12.5" in "".join(lines)


def test_examples_without_classes_have_their_loss_alone() -> None:
    text = "".join(line.plain for line in picture_of(given_back(labels=()), DEFAULT, 100, 20, True))
    assert "12.5" in text
    assert ": 12.5" not in text


def test_without_colours_an_image_and_what_came_back_are_shades() -> None:
    one = given_back(count=1)
    text = [line.plain for line in picture_of(one, MONOCHROME, 40, 24, False)]
    assert sum("@" in line for line in text) >= 2


def test_where_there_are_few_lines_they_stand_beside_each_other() -> None:
    low = [line.plain for line in picture_of(given_back(), DEFAULT, 34, 7, True)]
    assert low[0].startswith("in left, out right")
    rows = [line.split() for line in low if "▀" in line]
    assert rows == [["▀▀", "▀▀"]] * 4, "8 x 8 pixels have all their lines, in and out"
    high = [line.plain for line in picture_of(given_back(), DEFAULT, 34, 20, True)]
    assert high[0].startswith("in above, out below")
    narrow = [line.plain for line in picture_of(given_back(), DEFAULT, 16, 7, True)]
    assert not any("beside" in line or "in left" in line for line in narrow)
