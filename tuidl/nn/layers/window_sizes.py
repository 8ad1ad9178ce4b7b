"""Where the windows of convolutions and pooling lie."""

from typing import Literal

from tuidl.nn.layers.base import Shape, ShapeError, describe

Padding = Literal["valid", "same"]


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
