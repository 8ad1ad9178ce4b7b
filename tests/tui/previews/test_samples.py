"""Examples of a preset's data, before it is trained."""

from tuidl.charts.palette import DEFAULT
from tuidl.preset.library import load_preset
from tuidl.tui.previews.samples import Samples


def test_points_to_imitate_are_shown_in_the_plane() -> None:
    """A ring leaves its middle empty, and has points in all four corners around it."""
    samples = Samples.of(load_preset("gan_points"))
    lines = [line.plain for line in samples.draw(DEFAULT, 60, 21, True)]
    assert "real" in lines[0]
    inside = [line[6:] for line in lines[2:17]]
    dots = [[0x2800 < ord(char) <= 0x28FF for char in line] for line in inside]
    assert not any(dots[7][20:32])
    for rows in (dots[:7], dots[8:]):
        for half in (slice(0, 26), slice(28, 54)):
            assert any(any(row[half]) for row in rows)
