"""Pictures that a generator makes, beside real ones."""

import pytest
from rich.cells import cell_len

from tuidl.charts.palette import PALETTES
from tuidl.protocol.generated import GeneratedPictures
from tuidl.tui.renderers.generated import pictures

DARK, BRIGHT = [0.0] * 64, [1.0] * 64


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("size", [(20, 6), (43, 12), (44, 12), (90, 30), (190, 40)])
def test_real_pictures_stand_beside_generated_ones_where_there_is_room(
    size: tuple[int, int], unicode: bool
) -> None:
    answer = GeneratedPictures(
        updates=9, distance=0.25, part="validation", shape=(8, 8, 1), made=[DARK] * 30,
        real=[BRIGHT] * 30,
    )  # fmt: skip
    width, height = size
    lines = pictures(answer, PALETTES["default"], width, height, unicode)
    assert len(lines) == height
    assert all(cell_len(line.plain) == width for line in lines)
    text = "\n".join(line.plain for line in lines)
    assert ("real" in text.split("\n")[0]) == (width >= 44)
    assert ("distance 0.25 to validation pictures"[:width] in text) == (height >= 8)
