"""SIMD vectors in generated code: their width on this processor, and the operations on them.

Every multiplication and addition is spelled ``a * b + c`` (a fused multiply-add where the processor
has one). Numba lets LLVM reassociate the arithmetic that it generates itself, differently from
place to place; this it leaves alone, so that results have the same bits everywhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.core.registry import cpu_target

FEATURES = cpu_target.target_context.codegen().magic_tuple()[2].split(",")
"""Features of the processor that Numba compiles for: this machine's, unless configured."""
IS_WIDE = "+avx512f" in FEATURES
HAS_MASKS = IS_WIDE or "+avx2" in FEATURES
"""Whether part of a vector can be loaded and stored by a mask."""
VECTOR_BYTES = 64 if IS_WIDE else 32 if HAS_MASKS else 16
HAS_MANY_REGISTERS = IS_WIDE or "+neon" in FEATURES
"""Whether the processor has 32 vector registers, not 16."""
TRANSPOSE_BYTES = 32
"""Bytes of a vector where squares are transposed: with 8 rows, longer ones would not be filled."""

SIZE, INDEX = ir.IntType(64), ir.IntType(32)


@dataclass(frozen=True)
class Mask:
    """The first ``count`` lanes of a vector; ``lanes``: which they are, as LLVM's vector."""

    lanes: Any
    count: Any


@dataclass(frozen=True)
class Vectors:
    """Operations on vectors of ``scalar`` (LLVM's float or double); each adds code to ``builder``.

    ``place``: a pointer to a scalar, of any alignment. ``mask``: Mask of the lanes that are stored,
    and loaded (the others get 0); None for all.
    """

    builder: Any
    scalar: Any
    bytes: int = VECTOR_BYTES

    @property
    def itemsize(self) -> int:
        """Bytes of a scalar."""
        return 4 if self.scalar == ir.FloatType() else 8

    @property
    def lanes(self) -> int:
        """Scalars in a vector."""
        return self.bytes // self.itemsize

    @property
    def vector_type(self) -> Any:
        return ir.VectorType(self.scalar, self.lanes)

    def load(self, place: Any, mask: Any = None) -> Any:
        place = self.builder.bitcast(place, self.vector_type.as_pointer())
        if mask is None:
            return self.builder.load(place, align=self.itemsize)
        zeros = ir.Constant(self.vector_type, None)
        arguments = [place, INDEX(self.itemsize), mask.lanes, zeros]
        return self.call_intrinsic("masked.load", self.vector_type, arguments)

    def store(self, value: Any, place: Any, mask: Any = None) -> None:
        self.store_all([(value, place)], mask)

    def store_all(self, pairs: Iterable[tuple[Any, Any]], mask: Any = None) -> None:
        """Vectors, each to its place, with the same mask; an iterator may add the code for each
        just before it is stored."""
        if mask is None:
            for value, place in pairs:
                self._store(value, place)
        elif IS_WIDE:
            for value, place in pairs:
                there = self.builder.bitcast(place, self.vector_type.as_pointer())
                arguments = [value, there, INDEX(self.itemsize), mask.lanes]
                self.call_intrinsic("masked.store", ir.VoidType(), arguments)
        else:
            known = list(pairs)
            is_whole = self.builder.icmp_signed(">=", mask.count, SIZE(self.lanes))
            with self.builder.if_else(is_whole) as (whole, part):
                with whole:
                    self.store_all(known)
                with part:
                    self._store_parts(known, mask.count)

    def _store_parts(self, pairs: list[tuple[Any, Any]], count: Any) -> None:
        """Halves, quarters and so on: AMD's processors take twelve cycles and more for a store by
        AVX2's masks, and other processors have none."""
        builder, lanes, passed = self.builder, self.lanes, SIZE(0)
        nothing = builder.icmp_signed("<", count, SIZE(0))
        count = builder.select(nothing, SIZE(0), count)
        while (lanes := lanes // 2) > 0:
            own = builder.and_(count, SIZE(lanes))
            is_used = builder.icmp_signed("!=", own, SIZE(0))
            halves = [(_half(builder, v, 0), _half(builder, v, lanes), p) for v, p in pairs]
            with builder.if_then(is_used):
                for low, _, place in halves:
                    self._store(low, builder.gep(place, [passed]))
            pairs = [(builder.select(is_used, high, low), place) for low, high, place in halves]
            passed = builder.add(passed, own)

    def _store(self, value: Any, place: Any) -> None:
        place = self.builder.bitcast(place, value.type.as_pointer())
        self.builder.store(value, place, align=self.itemsize)

    def prefetch(self, place: Any, *, is_written: bool = True) -> None:
        """Ask for the line of the cache at ``place``, which will be written soon, or only read:
        then other cores may keep it."""
        byte, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        function = cgutils.get_or_insert_function(self.builder.module, kind, "llvm.prefetch.p0")
        place = self.builder.bitcast(place, byte)
        self.builder.call(function, [place, flag(int(is_written)), flag(3), flag(1)])

    def splat(self, scalar: Any, vector_type: Any = None) -> Any:
        """``scalar`` in every lane (a broadcast)."""
        undefined = ir.Constant(vector_type or self.vector_type, ir.Undefined)
        first = ir.Constant(ir.VectorType(INDEX, self.lanes), None)
        only = self.builder.insert_element(undefined, scalar, INDEX(0))
        return self.builder.shuffle_vector(only, undefined, first)

    def shuffle(self, a: Any, b: Any, lanes: list[int]) -> Any:
        """The vector of these lanes, numbered through ``a`` and then ``b``."""
        order = ir.Constant(ir.VectorType(INDEX, self.lanes), [INDEX(lane) for lane in lanes])
        return self.builder.shuffle_vector(a, b, order)

    def transpose(self, square: list[Any]) -> list[Any]:
        """Rows for columns of ``lanes`` vectors: blocks of 1, 2, 4 and more change places.

        Of fewer vectors, a power of two: of each square that stands side by side in them.
        """
        vectors, distance = list(square), 1
        while distance < len(vectors):
            for i in (i for i in range(len(vectors)) if not i & distance):
                pair = self.exchanged(vectors[i], vectors[i + distance], distance)
                vectors[i], vectors[i + distance] = pair
            distance *= 2
        return vectors

    def exchanged(self, a: Any, b: Any, distance: int) -> tuple[Any, Any]:
        """Blocks of ``distance`` lanes, every second one of ``a`` for one of ``b``."""
        lanes = range(self.lanes)
        low = [j if not j & distance else self.lanes + j - distance for j in lanes]
        high = [j + distance if not j & distance else self.lanes + j for j in lanes]
        return self.shuffle(a, b, low), self.shuffle(a, b, high)

    def constant(self, value: float) -> Any:
        return ir.Constant(self.vector_type, [value] * self.lanes)

    def add(self, a: Any, b: Any) -> Any:
        """``a + b``, spelled as ``multiply_add``."""
        return self.multiply_add(a, self.constant(1), b)

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        """``a * b + c``, rounded once where the processor can."""
        return self.call_intrinsic("fmuladd", self.vector_type, [a, b, c])

    def mask(self, count: Any) -> Mask:
        """On in the first ``count`` lanes.

        Compared as integers as wide as a scalar: of others LLVM would make a mask of this width
        again and again within a loop, which took longer than the products there.
        """
        builder, lanes = self.builder, SIZE(self.lanes)
        integer = ir.IntType(8 * self.itemsize)
        inside = builder.select(builder.icmp_signed("<", count, lanes), count, lanes)
        if self.itemsize < SIZE.width // 8:
            inside = builder.trunc(inside, integer)
        indices = ir.VectorType(integer, self.lanes)
        order = ir.Constant(indices, list(range(self.lanes)))
        return Mask(builder.icmp_signed("<", order, self.splat(inside, indices)), count)

    def for_each_vector(self, count: Any, body: Callable[[Any, Any], None]) -> None:
        """A loop over ``count`` scalars: ``body(first, mask)`` adds the code for one vector.

        ``mask`` is None for all but the last, partial vector.
        """
        builder, lanes = self.builder, SIZE(self.lanes)
        left = builder.urem(count, lanes)
        whole = builder.sub(count, left)
        with cgutils.for_range_slice(builder, SIZE(0), whole, lanes) as (first, _):
            body(first, None)
        with builder.if_then(builder.icmp_signed(">", left, SIZE(0))):
            body(whole, self.mask(left))

    def call_intrinsic(self, name: str, result: Any, arguments: list[Any]) -> Any:
        """One of LLVM's intrinsics on vectors, by its name for this vector type."""
        suffix = f"v{self.lanes}f{8 * self.itemsize}" + (".p0" if "masked" in name else "")
        kind = ir.FunctionType(result, [argument.type for argument in arguments])
        module = self.builder.module
        function = cgutils.get_or_insert_function(module, kind, f"llvm.{name}.{suffix}")
        return self.builder.call(function, arguments)


def _half(builder: Any, vector: Any, first: int) -> Any:
    """Half of the vector's lanes, from ``first`` on; of two lanes a scalar."""
    lanes = vector.type.count // 2
    if lanes == 1:
        return builder.extract_element(vector, SIZE(first))
    order = ir.Constant(ir.VectorType(INDEX, lanes), [INDEX(first + lane) for lane in range(lanes)])
    return builder.shuffle_vector(vector, vector, order)
