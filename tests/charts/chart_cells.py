"""Reading charts from their cells."""

from rich.text import Text


def plain(lines: list[Text]) -> list[str]:
    return [line.plain for line in lines]


def found(lines: list[Text], char: str) -> list[tuple[int, int]]:
    """Where a character stands: (column, row)."""
    rows = enumerate(plain(lines))
    return [(x, y) for y, row in rows for x, here in enumerate(row) if here == char]


def style_at(lines: list[Text], x: int, y: int) -> object:
    return next((s.style for s in lines[y].spans if s.start <= x < s.end), None)


def dotted(row: str) -> list[int]:
    """Columns with a part of a curve."""
    return [x for x, char in enumerate(row) if "\u2800" < char <= "\u28ff" or char == "●"]
