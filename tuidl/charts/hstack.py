"""Charts next to each other, as one."""

from collections.abc import Sequence

from rich.text import Text


def hstack(left: Sequence[Text], right: Sequence[Text], *, gap: int = 1) -> list[Text]:
    """Two charts of equal height, ``gap`` empty cells between them."""
    between = Text(" " * gap)
    return [a + between + b for a, b in zip(left, right, strict=True)]


def stacked(parts: Sequence[Sequence[Text]]) -> list[Text]:
    """Charts of equal width below each other."""
    return [line for part in parts for line in part]
