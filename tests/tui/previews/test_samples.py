"""Examples of a preset's data, before it is trained."""

from pathlib import Path

from tests import helpers
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


TABLE = """
name = "flats"
data = {{source = "csv", path = "{path}", target = "{target}"}}
layers = [{{type = "dense"}}]
loss = {{type = "{loss}"}}
optimizer = {{type = "adam"}}
training = {{epochs = 1}}
"""


def test_axes_of_a_table_are_called_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "flats.csv"
    rows = [f"{'ab'[i % 2]},{i},{i * i % 7},{3 * i},{'xy'[i > 20]}" for i in range(40)]
    path.write_text("\n".join(["town,area,built,rent,kind", *rows, ""]))
    said = []
    for target, loss in (("rent", "mse"), ("kind", "cross_entropy")):
        preset = helpers.preset(TABLE.format(path=path, target=target, loss=loss))
        drawn = Samples.of(preset).draw(DEFAULT, 78, 12, True)
        said.append("\n".join(line.plain for line in drawn))
    assert "area" in said[0]
    assert " across, " in said[1]
    samples = Samples.of(preset)
    for width, height in ((40, 12), (56, 20), (34, 8), (30, 5)):
        lines = [line.plain for line in samples.draw(DEFAULT, width, height, True)]
        assert {len(line) for line in lines} == {width}
        assert len(lines) == height
        assert height < 8 or lines[-1].rstrip().endswith("upwards"), "not cut"
    assert "input" not in "".join(said)


def test_a_date_is_called_by_the_part_that_is_shown(tmp_path: Path) -> None:
    """Its best input is the weekday on a circle, not days one after the other."""
    path = tmp_path / "days.csv"
    rows = [f"2024-{1 + i // 28:02}-{1 + i % 28:02},{200 + 50 * (i % 7 < 2)}" for i in range(280)]
    path.write_text("\n".join(["day,loaves", *rows, ""]))
    preset = helpers.preset(TABLE.format(path=path, target="loaves", loss="mse"))
    text = "\n".join(line.plain for line in Samples.of(preset).draw(DEFAULT, 78, 12, True))
    assert "day weekday " in text
