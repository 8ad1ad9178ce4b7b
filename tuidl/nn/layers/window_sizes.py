"""Where the windows of convolutions and pooling lie."""

from typing import Annotated, Literal

from msgspec import Meta

from tuidl.core.config import Size
from tuidl.nn.layers.base import Shape, ShapeError, describe

Padding = Literal["valid", "same"]
Sides = Size | Annotated[tuple[Size, ...], Meta(min_length=2, max_length=2)]
"""One number for height and width, or both. Not ``tuple[Size, Size]``: asked about such a union,
msgspec 0.23 loses count of its references, and the process crashes."""

Amount = Annotated[int, Meta(ge=0, le=4096)]
Pads = Padding | Amount | Annotated[tuple[Amount, ...], Meta(min_length=2, max_length=4)]
"""Its name; or how much: on all sides, [down, across] at both ends, or of each side, [top, bottom,
left, right]."""
Ends = tuple[tuple[int, int], tuple[int, int]]
"""((top, bottom), (left, right))."""


def both(sides: int | tuple[int, ...]) -> tuple[int, int]:
    """(down, across)."""
    return (sides, sides) if isinstance(sides, int) else (sides[0], sides[1])


def window_count(length: int, size: int, stride: int, padding: Padding) -> int:
    """Windows of ``size`` along ``length``; ``same`` pads until there is one for every stride."""
    if padding == "same":
        return -(-length // stride)
    return (length - size) // stride + 1


def padding_before(length: int, size: int, stride: int, padding: Padding) -> int:
    """Padding at the low end; where the two ends differ, the high one gets more (as in Keras)."""
    windows = window_count(length, size, stride, padding)
    return max((windows - 1) * stride + size - length, 0) // 2 if padding == "same" else 0


def windows_of(
    shape: Shape, size: tuple[int, int], stride: int, padding: Padding
) -> tuple[int, int]:
    """Windows along the height and the width of an image. Raises ShapeError where none fits."""
    height, width = (
        window_count(length, extent, stride, padding)
        for length, extent in zip(shape[:2], size, strict=True)
    )
    if height < 1 or width < 1:
        raise ShapeError(f"a window of {describe(size)} does not fit an image of {describe(shape)}")
    return height, width


def stated_pads(padding: int | tuple[int, ...]) -> Ends:
    """Padding that a preset says in numbers. Raises ShapeError."""
    if isinstance(padding, int):
        return (padding, padding), (padding, padding)
    if len(padding) == 2:
        return (padding[0], padding[0]), (padding[1], padding[1])
    if len(padding) == 4:
        return (padding[0], padding[1]), (padding[2], padding[3])
    raise ShapeError(
        "padding: expected one number, two, [down, across], or four, [top, bottom, left, right]; "
        f"got {list(padding)}"
    )


def extent(size: int, dilation: int) -> int:
    """What a window of ``size`` spans whose places are ``dilation`` apart."""
    return (size - 1) * dilation + 1
