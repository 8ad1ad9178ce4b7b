"""Places for many small pictures of one shape, each with a line of caption."""

from dataclasses import dataclass

from tuidl.tui.charts.pixels import fit

LEAST = (8, 4)
"""The smallest cells in which a large picture can be made out."""

SPREAD = 4
"""Cells between pictures at most; whoever has more room leaves it empty at the right."""


@dataclass(frozen=True)
class Tiling:
    """``across`` times ``down`` tiles of ``width`` by ``height`` cells, captions not included."""

    across: int
    down: int
    width: int
    height: int
    pitch: int
    caption: int

    @property
    def count(self) -> int:
        return self.across * self.down

    def place(self, index: int) -> tuple[int, int]:
        """The upper left cell of a tile."""
        row, column = divmod(index, self.across)
        return column * self.pitch, row * (self.height + self.caption)

    def at(self, x: int, y: int) -> int | None:
        """The tile at a cell, the gaps beside it included."""
        column, row = x // self.pitch, y // (self.height + self.caption)
        inside = 0 <= column < self.across and 0 <= row < self.down
        return row * self.across + column if inside else None


def tiled(
    shape: tuple[int, ...], count: int, width: int, height: int, *, caption: bool, least: int = 0
) -> Tiling:
    """The tiling with the largest pictures that shows all ``count``, or as many as fit.

    ``least``: cells that a caption needs at least.
    """
    small = (min(LEAST[0], shape[1]), min(LEAST[1], -(-shape[0] // 2)))
    best: tuple[tuple[int, int], Tiling] | None = None
    words = 1 if caption else 0
    for across in range(1, max(count, 1) + 1):
        room = (width + 1) // across - 1
        if room < max(small[0], least) and across > 1:
            break
        for down in range(1, -(-max(count, 1) // across) + 1):
            lines = height // down - words
            if lines < small[1] and down > 1:
                break
            wide, high = fit(shape, max(room, 1), max(lines, 1))
            shown = min(across * down, count)
            pitch = min(room + 1, max(wide, least) + SPREAD)
            made = Tiling(across, down, wide, high, pitch, words)
            if best is None or (shown, wide * high) > best[0]:
                best = ((shown, wide * high), made)
    assert best is not None
    return best[1]
