"""Steps back from noise: whole lines in any room, in ASCII too."""

import pytest
from rich.cells import cell_len

from tests.tui import answers
from tuidl.charts.palette import PALETTES
from tuidl.tui.renderers.diffused import step_back, track


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("size", [(4, 1), (20, 6), (23, 9), (43, 12), (90, 30), (190, 40)])
@pytest.mark.parametrize("place", [0, 1, -1])
def test_lines_are_whole(size: tuple[int, int], place: int, unicode: bool) -> None:
    width, height = size
    lines = step_back(answers.diffused(), place, PALETTES["default"], width, height, unicode)
    assert len(lines) == height
    assert {cell_len(line.plain) for line in lines} == {width}
    assert unicode or all(line.plain.isascii() for line in lines)
    assert "…" not in lines[-1].plain, "said in fewer words, not cut"


def test_the_knob_goes_from_noise_to_points() -> None:
    lines = [
        track(answers.diffused(), place, PALETTES["default"], 40, unicode=False)[0].plain
        for place in range(3)
    ]
    assert lines[0].startswith("noise o--")
    assert lines[2].rstrip().endswith("--o points")
    assert lines[0].index("o-") < lines[1].index("-o-") < lines[2].rindex("o points")
