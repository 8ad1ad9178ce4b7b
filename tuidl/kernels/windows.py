"""One window of max pooling, for vectors along the channels.

As plain loops over channels, each pixel would load and store what is best so far.
"""

from functools import reduce
from itertools import product
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tuidl.kernels.simd import SIZE, Vectors


class _Window:
    """The pixels of an image that a window sees, as values of code that is being generated."""

    def __init__(self, context: Any, builder: Any, kinds: Any, image: Any, cells: Any) -> None:
        self.simd = Vectors(builder, context.get_value_type(kinds[0].dtype))
        self.builder, array = builder, context.make_array(kinds[0])(context, builder, image)
        self.data, (_, self.columns, self.channels) = (
            array.data,
            cgutils.unpack_tuple(builder, array.shape),
        )
        self.top, self.left, *self.bounds, self.size_x = cgutils.unpack_tuple(builder, cells)

    def at(self, i: Any, j: Any, channel: Any) -> Any:
        """Where a channel of the pixel in row ``i`` and column ``j`` of the window is."""
        b = self.builder
        row = b.mul(b.add(self.top, i), self.columns)
        pixel = b.add(row, b.add(self.left, j))
        return b.gep(self.data, [b.add(b.mul(pixel, self.channels), channel)])

    def number(self, i: Any, j: Any) -> Any:
        """The pixel's number within the window, in every lane."""
        number = self.builder.add(self.builder.mul(i, self.size_x), j)
        return self.simd.spread(self.builder.sitofp(number, self.simd.number))

    def each(self, part: Any) -> None:
        """Code for every pixel: ``part(i, j)``; without loops where a window has two by two."""
        builder, (low_i, high_i, low_j, high_j) = self.builder, self.bounds
        pairs = zip(self.bounds, (0, 2, 0, 2), strict=True)
        is_usual = [builder.icmp_signed("==", bound, SIZE(usual)) for bound, usual in pairs]
        with builder.if_else(reduce(builder.and_, is_usual)) as (usual, other):
            with usual:
                for i, j in product((0, 1), repeat=2):
                    part(SIZE(i), SIZE(j))
            with (
                other,
                cgutils.for_range_slice(builder, low_i, high_i, SIZE(1)) as (i, _),
                cgutils.for_range_slice(builder, low_j, high_j, SIZE(1)) as (j, _),
            ):
                part(i, j)


@intrinsic
def largest_of_window(typing_context: Any, image: Any, cells: Any, best: Any, place: Any) -> Any:
    """``best`` = the largest pixel of each channel, NaN before all, ``place`` = its number.

    ``cells``: row and column of the window's corner, the first and the end of its rows within the
    image, the same of its columns, and its width.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        window = _Window(context, builder, signature.args, *arguments[:2])
        simd = window.simd
        best, place = (
            context.make_array(kind)(context, builder, value).data
            for kind, value in zip(signature.args[2:], arguments[2:], strict=True)
        )

        def part(first: Any, mask: Any) -> None:
            i, _, j, _ = window.bounds
            top = cgutils.alloca_once_value(builder, simd.load(window.at(i, j, first), mask))
            number = cgutils.alloca_once_value(builder, window.number(i, j))

            def compare(i: Any, j: Any) -> None:
                value, old = simd.load(window.at(i, j, first), mask), builder.load(top)
                wins = builder.or_(
                    builder.fcmp_ordered(">", value, old),
                    builder.fcmp_unordered("uno", value, value),
                )
                builder.store(builder.select(wins, value, old), top)
                known = builder.load(number)
                builder.store(builder.select(wins, window.number(i, j), known), number)

            window.each(compare)
            simd.store(builder.load(top), builder.gep(best, [first]), mask)
            simd.store(builder.load(number), builder.gep(place, [first]), mask)

        simd.along(window.channels, part)
        return context.get_dummy_value()

    return types.void(image, cells, best, place), codegen


@intrinsic
def give_to_winner(
    typing_context: Any, place: Any, d: Any, image: Any, cells: Any, adds: Any
) -> Any:
    """Of each channel ``d`` goes to the pixel that ``place`` names, 0 to the window's others.

    Where ``adds`` is 1, on top of what is there. ``cells``: as in ``largest_of_window``.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        window = _Window(context, builder, signature.args[2:], *arguments[2:4])
        simd = window.simd
        place, d = (
            context.make_array(kind)(context, builder, value).data
            for kind, value in zip(signature.args[:2], arguments[:2], strict=True)
        )
        is_adding = builder.icmp_signed("!=", arguments[4], SIZE(0))

        def part(first: Any, mask: Any) -> None:
            winner = simd.load(builder.gep(place, [first]), mask)
            share, nothing = simd.load(builder.gep(d, [first]), mask), simd.constant(0)

            def give(i: Any, j: Any) -> None:
                pixel = window.at(i, j, first)
                wins = builder.fcmp_ordered("==", winner, window.number(i, j))
                value = cgutils.alloca_once_value(builder, builder.select(wins, share, nothing))
                with builder.if_then(is_adding):
                    old = simd.load(pixel, mask)
                    builder.store(
                        simd.multiply_add(builder.load(value), simd.constant(1), old), value
                    )
                simd.store(builder.load(value), pixel, mask)

            window.each(give)

        simd.along(window.channels, part)
        return context.get_dummy_value()

    return types.void(place, d, image, cells, types.int64), codegen
