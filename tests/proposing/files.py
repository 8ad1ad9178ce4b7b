"""Small files of data, as users have them."""

from pathlib import Path

import numpy as np
from PIL import Image


def table(path: Path, rows: int = 200, gaps: int = 0) -> Path:
    """Numbers, a text and a rare class: fraud in a twentieth of the rows."""
    lines = ["age,job,paid,fraud"]
    for i in range(rows):
        age = "" if i < gaps else str(20 + i * 7 % 50)
        lines.append(f"{age},{('clerk', 'cook', 'smith')[i % 3]},{1000.5 + 3 * i},"
                     f"{'yes' if i % 20 == 0 else 'no'}")  # fmt: skip
    path.write_text("\n".join(lines) + "\n")
    return path


def pictures(folder: Path, size: tuple[int, int] = (40, 60), mode: str = "RGB") -> Path:
    """Two classes of six pictures each, (height, width)."""
    for number, name in enumerate(("cat", "dog")):
        (folder / name).mkdir(parents=True)
        for i in range(6):
            pixels = np.full((*size, 3), (100 * number, 20, 5 * i), np.uint8)
            Image.fromarray(pixels).convert(mode).save(folder / name / f"{i}.png")
    return folder
