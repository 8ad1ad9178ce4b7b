"""Places for many small pictures of one shape, each with a line of caption."""

from dataclasses import dataclass

from tuidl.charts.pixels import fit

LEAST = (8, 4)
"""The smallest cells in which a large picture can be made out."""

TINY = 5
"""Pixels up to which a picture, such as a filter, is shown twice as large."""

LARGE = (14, 7)
"""Cells that are enough for a picture however many pixels it has."""

SPREAD = 4
"""Cells between pictures at most; whoever has more room leaves it empty at the right."""


@dataclass(frozen=True)
class Tiling:
    """``across`` times ``down`` tiles of ``width`` by ``height`` cells; the line below each is for
    its caption, or stays empty."""

    across: int
    down: int
    width: int
    height: int
    pitch: int
    caption: bool

    @property
    def count(self) -> int:
        return self.across * self.down

    def place(self, index: int) -> tuple[int, int]:
        """The upper left cell of a tile."""
        row, column = divmod(index, self.across)
        return column * self.pitch, row * (self.height + 1)


def tiled(
    shape: tuple[int, ...], count: int, width: int, height: int, *, caption: bool, least: int = 0
) -> Tiling:
    """The tiling with the largest pictures that shows all ``count``, or as many as fit.

    ``least``: cells that a caption needs at least.
    """
    small = (min(LEAST[0], shape[1]), min(LEAST[1], -(-shape[0] // 2)))
    best: tuple[tuple[int, int], Tiling] | None = None
    lines_in_all = height if caption else height + 1  # the last needs none below it
    for across in range(1, max(count, 1) + 1):
        room = (width + 1) // across - 1
        if room < max(small[0], least) and across > 1:
            break
        for down in range(1, -(-max(count, 1) // across) + 1):
            lines = lines_in_all // down - 1
            if lines < small[1] and down > 1:
                break
            wide, high = fit(shape, max(room, 1), max(lines, 1))
            shown = min(across * down, count)
            pitch = min(room + 1, max(wide, least) + SPREAD)
            made = Tiling(across, down, wide, high, pitch, caption)
            if best is None or (shown, wide * high) > best[0]:
                best = ((shown, wide * high), made)
    assert best is not None
    return best[1]


def comfortable(
    shape: tuple[int, ...], width: int, height: int, *, caption: bool, least: int = 0
) -> int:
    """How many pictures can be shown such that their pixels can still be told apart.

    At least one; ``least`` as in ``tiled``.
    """
    rows, columns = max(shape[0], 1), max(shape[1], 1)
    factor = 2 if max(rows, columns) <= TINY else 1
    wide = max(min(max(columns * factor, LEAST[0]), LARGE[0]), least)
    high = min(max(-(-rows * factor // 2), LEAST[1]), LARGE[1])
    across = max((width + 1) // (wide + 1), 1)
    return across * max((height + (not caption)) // (high + 1), 1)
