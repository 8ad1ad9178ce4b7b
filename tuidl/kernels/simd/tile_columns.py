"""Convolutions by tiles: which columns of the result a lane computes, and what room it has.

Columns are filters, or the channels of pixels' gradients. A lane has some for the whole batch, so
that weights are read, and packed, once.
"""

from typing import Any, NamedTuple

from tuidl.core.convolution_room import MOST_PARTS
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.intrinsics import data_of, pointer_at
from tuidl.kernels.simd.tiles import LINE, columns_of


class Columns(NamedTuple):
    """From ``first`` to ``end``, of ``all``."""

    first: Any
    end: Any
    all: Any


class Room(NamedTuple):
    """A pointer to a workspace, and its size. ``is_part``: that of one lane of many, in which there
    is not room for all packed weights at once."""

    start: Any
    size: Any
    is_part: Any


@device_function
def columns_for(part, parts, columns):
    """Of a part; of 0 parts all of them."""
    if parts == 0:
        return Columns(0, columns, columns)
    first, end = columns_of(part, parts, columns)
    return Columns(first, end, columns)


@inline_ir
def room_of(workspace, part, parts):
    """Each of the most parts that there may be has room of its own."""
    size = workspace.size if parts == 0 else workspace.size // MOST_PARTS // LINE * LINE
    return Room(pointer_at(data_of(workspace), size * part), size, parts > 0)
