"""Every example of a part can be found again in the user's own files."""

from pathlib import Path

import numpy as np
from PIL import Image

from tuidl.data.image_source import Images
from tuidl.data.table_source import Csv


def test_rows_of_a_table_keep_their_lines_though_some_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    rows = [f"{i},{'' if i % 7 == 0 else i / 2},{i * 10}" for i in range(1, 41)]
    path.write_text("\n".join(["note,half,target", *rows]))
    source = Csv(
        path=str(path), target="target", ignore=("note",), missing="drop_rows", task="regression",
        normalize_targets=False,
        test=0.2,
    )  # fmt: skip
    split = source.split()
    assert split.parts is not None
    for part, index in zip((split.train, split.validation, split.test), split.parts, strict=True):
        origin = source.origin().part(index)
        assert origin.table is not None
        notes = origin.table.columns[0].numbers[origin.rows]
        assert np.array_equal(part.y[:, 0], notes * 10)
        assert origin.names == tuple(f"line {int(note) + 1}" for note in notes)


def test_pictures_keep_their_names_in_a_test_set_of_their_own(tmp_path: Path) -> None:
    for part in ("train", "test"):
        for shade, name in enumerate(("black", "white")):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            for i in range(5):
                pixels = np.full((2, 2), shade * 200 + i, np.uint8)
                Image.fromarray(pixels).save(folder / f"{i}.png")
    source = Images(path=str(tmp_path), size=(2, 2), channels=1)
    split = source.split()
    assert split.own == {"test"}
    origin = source.origin("test")
    for name, x in zip(origin.names, split.test.x, strict=True):
        shade = round(float(x[0, 0, 0]) * 255)
        assert name.endswith(f"test/{'white' if shade >= 200 else 'black'}/{shade % 200}.png")
