"""The map of clusters, and what is nearest to each centre, at any size."""

import pytest

from tests.tui.cluster_answers import clusters as made
from tuidl.charts.palette import DEFAULT, MONOCHROME
from tuidl.tui.renderers.clusters import clusters, nearest

SIZES = [(1, 1), (3, 2), (20, 6), (40, 10), (80, 24), (200, 50)]
ANSWERS = [
    made(), made(labels=()), made(shape=(8, 8, 1), explained=(0.5, 0.25)), made(broken=True),
    made(shape=(4, 6, 3), explained=(0.0, 0.0), labels=()),
]  # fmt: skip


@pytest.mark.sample(4)
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_both_fill_exactly_the_cells_that_there_are(size: tuple[int, int], unicode: bool) -> None:
    width, height = size
    trail = [made(updates=i).centers for i in (0, 60, 120)]
    for answer in ANSWERS:
        for palette in (DEFAULT, MONOCHROME):
            for lines in (
                clusters(answer, palette, width, height, unicode, trail),
                nearest(answer, palette, width, height, unicode),
            ):
                assert [line.cell_len for line in lines] == [width] * height
                assert unicode or "".join(line.plain for line in lines).isascii()


def test_the_map_says_how_well_clusters_agree() -> None:
    text = "\n".join(line.plain for line in clusters(made(), DEFAULT, 120, 30, True))
    assert "validation: ARI 0.750, NMI 0.500, mean squared distance 2.5" in text
    flat = made(labels=(), explained=(0.5, 0.25))
    text = "\n".join(line.plain for line in clusters(flat, DEFAULT, 120, 30, True))
    assert "ARI" not in text
    assert "75% of the variance" in text


def test_each_cluster_says_which_class_it_mostly_has() -> None:
    text = "\n".join(line.plain for line in nearest(made(), DEFAULT, 60, 20, True))
    assert "1: 20 of 40, class 3 in 75%" in text
    assert "2: 20 of 40, class 0 in 100%" in text
    assert "3: 0 of 40" in text


def test_pictures_stand_below_the_words_of_their_cluster() -> None:
    lines = nearest(made(shape=(8, 8, 1)), MONOCHROME, 60, 30, True)
    first = next(i for i, line in enumerate(lines) if line.plain.startswith("1: 20"))
    assert lines[first + 1].plain.strip()
    assert not any("?" in line.plain for line in lines)
