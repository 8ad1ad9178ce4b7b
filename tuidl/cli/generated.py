"""Examples that a network makes of random numbers, or on the way between two."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.core.own_files import reason_of
from tuidl.core.terminal import put, put_json, say

if TYPE_CHECKING:
    from tuidl.inference.generated_pictures import Maker
    from tuidl.runs.results import TrainedRun

COUNT = 16
PAGE, LINES = 80, 40
"""Cells of a grid that is not for a terminal."""


def generate_examples(
    trained: "TrainedRun",
    count: int | None,
    between: tuple[int, int] | None,
    seed: int,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    """Make ``count`` examples and write them to the file ``out``, as JSON, or to the terminal.

    Raises TuidlError.
    """
    from tuidl.inference.generated_pictures import Maker, are_pictures

    maker = Maker(trained.preset, trained.parameters, trained.preparation)
    count = count or COUNT
    made = _between(maker, between, count) if between else maker.drawn(count, seed)
    if out is not None:
        _write(made, out, across=count if between else None)
    elif as_json:
        put_json(_json(made, seed, between))
    elif are_pictures(made):
        _show(made)
    else:
        for row in made.reshape(len(made), -1):
            put(",".join(f"{value:.6g}" for value in row))


def _between(maker: "Maker", between: tuple[int, int], count: int) -> Array:
    """From one held-out example to another, by their numbers from 0 on."""
    from tuidl.inference.preprocessing import split_of

    split = split_of(maker.preset)
    part = next(p for p in (split.test, split.validation, split.train) if len(p))
    for number in between:
        if number >= len(part):
            problem = f"no held-out example {number}: there are {len(part):,}, counted from 0"
            raise click.UsageError(f"--between: {problem}")
    return maker.between(part.x[between[0]], part.x[between[1]], count)


def _write(made: Array, out: Path, across: int | None) -> None:
    from io import BytesIO

    from PIL import Image

    from tuidl.inference.generated_pictures import are_pictures, grid_of
    from tuidl.storage.files import replace_file

    if out.suffix.lower() != ".png":
        raise click.UsageError(f"--out: expected a file .png, got {out.name!r}")
    if not are_pictures(made):
        shape = " x ".join(map(str, made.shape[1:]))
        raise DataError(f"--out: what the network makes are no pictures ({shape} numbers)")
    file = BytesIO()
    Image.fromarray(grid_of(made, across)).save(file, "PNG")
    try:
        replace_file(out, file.getvalue(), durable=False)
    except OSError as error:
        raise DataError(f"{out}: {reason_of(error)}") from None
    say(f"{len(made)} pictures in {out}")


def _json(made: Array, seed: int, between: tuple[int, int] | None) -> str:
    import msgspec

    record: dict[str, Any] = {"event": "generated", "shape": list(made.shape[1:])}
    record |= {"between": between} if between else {"seed": seed}
    return msgspec.json.encode({**record, "examples": made.tolist()}).decode()


def _show(made: Array) -> None:
    from tuidl.charts.images import Tile, image_grid
    from tuidl.charts.palette import COLOR_BLIND, MONOCHROME
    from tuidl.charts.report import colored
    from tuidl.core.terminal import speaks_unicode, wants_color

    color, is_seen = wants_color(), sys.stdout.isatty()
    size = shutil.get_terminal_size()
    width, height = (size.columns, size.lines - 2) if is_seen else (PAGE, LINES)
    lines = image_grid(
        [Tile(one.clip(0, 1)) for one in made], COLOR_BLIND if color else MONOCHROME,
        width, height, unicode=speaks_unicode(),
    )  # fmt: skip
    put("\n".join(colored(line) if color else line.plain.rstrip() for line in lines), styled=True)
