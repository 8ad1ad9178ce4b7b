"""The plane of codes: marks where codes lie, places to point at, and what they decode to."""

import pytest

from tests.tui.picture_answers import decoded as decoded_answer
from tests.tui.picture_answers import plane
from tuidl.charts.palette import DEFAULT, MONOCHROME
from tuidl.tui.renderers.latent import DrawnPlane, PlaneFrame, decoded, side_of

SIZES = [(80, 20), (30, 9), (4, 3), (3, 2), (120, 40)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("unicode", [True, False])
def test_a_plane_has_its_size(size: tuple[int, int], unicode: bool) -> None:
    for palette in (DEFAULT, MONOCHROME):
        for answer in (plane(), plane(labels=()), plane(labels=("first", "second"))):
            lines = DrawnPlane(answer, PlaneFrame(2.0, *size), palette, unicode).lines((0.0, 0.0))
            assert [line.cell_len for line in lines] == [size[0]] * size[1]
        shown = decoded(decoded_answer(), palette, *size, unicode)
        assert [line.cell_len for line in shown] == [size[0]] * size[1]


def test_a_cursor_leaves_the_plane_as_it_was() -> None:
    drawn = DrawnPlane(plane(), PlaneFrame(2.0, 41, 23), DEFAULT, True)
    first = drawn.lines((0.0, 0.0))
    drawn.lines((1.0, 1.0))
    again = drawn.lines((0.0, 0.0))
    assert [line.plain for line in again] == [line.plain for line in first]
    assert [line.spans for line in again] == [line.spans for line in first]
    assert sum("┼" in line.plain for line in first) == 1
    assert not any("┼" in line.plain for line in drawn.lines((9.0, 9.0)))


def test_codes_stand_where_they_lie_by_their_class() -> None:
    lines = DrawnPlane(plane(), PlaneFrame(2.0, 41, 23), DEFAULT, True).lines((0.0, 0.0))
    assert lines[1 + round((1 + 0.25) / 2 * 20)].plain[round(1.25 / 2 * 40)] == "3"
    assert lines[1 + round((1 - 0.75) / 2 * 20)].plain[30] == "7"
    assert lines[-1].plain.rstrip() == "203 codes; ±2; cursor (0.00, 0.00)"
    wide = DrawnPlane(plane(), PlaneFrame(2.0, 60, 23), DEFAULT, True).lines((-1.5, 0.25))
    assert wide[-1].plain.rstrip() == "203 codes of validation; ±2; cursor (-1.50, 0.25)"


@pytest.mark.parametrize("size", [(41, 23), (80, 24), (7, 5)], ids=str)
def test_the_code_of_a_cell_lies_in_that_cell(size: tuple[int, int]) -> None:
    frame = PlaneFrame(3.0, *size)
    for column in range(size[0]):
        for line in range(1, size[1] - 1):
            assert frame.cell(*frame.code(column, line)) == (column, line)


def test_a_plane_holds_nearly_all_codes_and_grows_in_steps() -> None:
    assert side_of([]) == 2.0
    assert side_of([[None, None]]) == 2.0
    assert side_of([[2.5, 0.0]] * 100) == 3.0
    assert side_of([[0.1, 0.1]] * 100 + [[500.0, 0.0]]) == 2.0
    assert side_of([[70.0, 1.0]] * 100) == 80.0


def test_numbers_that_are_no_picture_are_cells() -> None:
    lines = decoded(plane(shape=(6,)), DEFAULT, 30, 6, True)
    assert len(lines) == 6
