"""A block of one head's queries and keys: where its numbers lie, and its scores.

Keys are read by every block of queries, transposed: they are packed once for all of them.
"""

from typing import Any, NamedTuple

import numpy as np

from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.gemm import START_ZERO, Sizes
from tuidl.kernels.simd.intrinsics import array_at, pointer_at
from tuidl.kernels.simd.lanes import in_vectors, lanes_of
from tuidl.kernels.simd.memory import prefetch_elements
from tuidl.kernels.simd.micro_kernel import NR_VECTORS
from tuidl.kernels.simd.packed_gemm import KC, Strides, gemm_block, gemm_prepacked, pack_b
from tuidl.kernels.simd.vectors import VECTOR_BYTES

ROWS, CAUSAL_ROWS, KEYS = 32, 24, 128
"""Steps of a block: of queries, of queries that do not see what is behind them (fewer, as a block
has keys that only its last ones see), and of keys."""
PACKED = 1 << 15
"""Bytes for packed keys, and for values."""
LOWEST = np.float32(-np.inf)
DOUBLE = 8
"""Bytes of the larger kind of numbers."""


class Head(NamedTuple):
    """Where its numbers lie: pointers to the first step's, and how far apart steps are.

    ``steps``, ``seen``: of queries, and of keys and values. ``width``: numbers of a step.
    """

    queries: Any
    keys: Any
    values: Any
    query_stride: Any
    key_stride: Any
    steps: Any
    seen: Any
    width: Any
    scale: Any


class Block(NamedTuple):
    """``rows`` queries from ``first`` on, with ``columns`` keys from ``start`` on. Rows of its
    scores are ``stride`` numbers apart: whole vectors, of which what is behind the last key is
    LOWEST, and then 0."""

    first: Any
    rows: Any
    start: Any
    columns: Any
    stride: Any


class Hiding(NamedTuple):
    """Which keys a query does not see: those behind it (``causal``), and where ``is_masked`` those
    whose number, behind the pointer ``numbers``, lies from ``lowest`` on and below ``end``."""

    causal: Any
    is_masked: Any
    numbers: Any
    lowest: Any
    end: Any


class Dropping(NamedTuple):
    """Which weights dropout takes: see ``kernels/dropout.py``; ``place``: of the head's first."""

    rate: Any
    key: Any
    limit: Any
    scale: Any
    place: Any


class Factors(NamedTuple):
    """What a head's products read, where they read it often: ``keys`` (transposed) and ``values``
    packed as ``gemm_prepacked`` wants them, or copied to rows ``stride`` numbers apart.

    ``is_packed``: whether there was room for it; if not, pointers and stride are the head's own.
    """

    keys: Any
    values: Any
    stride: Any
    is_packed: Any


@inline_ir
def block_of(scores, hiding, first, rows, start, seen):
    """The block of these queries with the keys from ``start`` on, of which they see ``seen``.

    Its rows are whole panels of the packed keys, as far as these go: of a part of one, the keys
    would lie elsewhere.
    """
    end, lanes = min(first + rows, seen) if hiding.causal else seen, lanes_of(scores)
    columns = min(KEYS, end - start)
    stride = min(in_vectors(columns, NR_VECTORS * lanes), in_vectors(seen - start, lanes))
    return Block(first, rows, start, columns, stride)


@inline_ir
def has_room(head, count, pointer):
    """Whether so many keys fit in ``PACKED`` bytes, in one block of terms."""
    lanes = lanes_of(pointer)
    room = lanes * (PACKED // VECTOR_BYTES)
    return head.width <= KC and in_vectors(count, lanes) * head.width <= room


@inline_ir
def row_of(block_numbers, block, i):
    """A row of a block's numbers."""
    return array_at(pointer_at(block_numbers, i * block.stride), (block.stride,))


@inline_ir
def used_of(block, hiding, block_numbers, i):
    """How many numbers of a row count: whole vectors of the keys that are not behind its query."""
    visible = max(block.first + i + 1 - block.start, 0)
    used = in_vectors(visible, lanes_of(block_numbers))
    return min(used, block.stride) if hiding.causal else block.stride


@device_function
def score(head, block, hiding, factors, scores):
    """scores = the block's products of queries and keys, LOWEST where a key is not seen."""
    q, across = pointer_at(head.queries, block.first * head.query_stride), head.query_stride
    multiply_by_keys(q, across, head, block, factors.is_packed, factors.keys, scores)
    if hiding.is_masked:
        numbers = array_at(pointer_at(hiding.numbers, block.start), (block.columns,))
        for i in range(block.rows):
            row = row_of(scores, block, i)
            for j in range(numbers.shape[0]):
                is_hidden = numbers[j] >= hiding.lowest and numbers[j] < hiding.end
                row[j] = LOWEST if is_hidden else row[j]
    for i in range(block.rows):
        seen, used = block.columns, used_of(block, hiding, scores, i)
        if hiding.causal:
            seen = min(seen, max(block.first + i + 1 - block.start, 0))
        row = row_of(scores, block, i)
        for j in range(seen, used):
            row[j] = LOWEST


@device_function
def multiply_by_keys(rows, stride, head, block, is_packed, factor, to):
    """to = the block's ``rows`` times keys (or values), transposed, of which ``factor`` is where
    they lie or are packed."""
    lying = Strides(stride, 1)
    if is_packed:
        sizes = Sizes(block.rows, head.width, block.stride)
        gemm_prepacked(rows, lying, factor, to, START_ZERO, to, block.stride, sizes)
    else:
        sizes = Sizes(block.rows, head.width, block.columns)
        down = Strides(1, head.key_stride)
        gemm_block(rows, lying, factor, down, to, START_ZERO, to, block.stride, sizes)


@inline_ir
def ask_for_step(ahead, block, i):
    """Ask for a step of the head ``ahead`` while the row ``i`` of a block is worked on: steps of a
    head lie so far apart that the processor does not see where the next one is."""
    step = block.first + i
    if block.start == 0 and step < ahead.seen:
        prefetch_elements(pointer_at(ahead.keys, step * ahead.key_stride), ahead.width)
        prefetch_elements(pointer_at(ahead.values, step * ahead.key_stride), ahead.width)
    if block.start == 0:
        prefetch_elements(pointer_at(ahead.queries, step * ahead.query_stride), ahead.width)


@device_function
def _copy_rows(source, source_stride, rows, width, target):
    for row in range(rows):
        here = array_at(pointer_at(source, row * source_stride), (width,))
        there = array_at(pointer_at(target, row * width), (width,))
        for d in range(width):
            there[d] = here[d]


@device_function
def factors_of(head, keys, values):
    """All keys packed, and all values copied, to this room."""
    if not has_room(head, head.seen, keys):
        return Factors(head.keys, head.values, head.key_stride, False)
    pack_b(head.keys, Strides(1, head.key_stride), keys, head.width, head.seen)
    _copy_rows(head.values, head.key_stride, head.seen, head.width, values)
    return Factors(keys, values, head.width, True)


@inline_ir
def from_key(factors, start):
    """The same from the key ``start`` on."""
    return Factors(
        pointer_at(factors.keys, start * factors.stride), factors.values, factors.stride,
        factors.is_packed,
    )  # fmt: skip


@device_function
def block_factors(head, start, columns, keys, values):
    """Some keys and values, both packed transposed."""
    k = pointer_at(head.keys, start * head.key_stride)
    v = pointer_at(head.values, start * head.key_stride)
    if not has_room(head, columns, keys):
        return Factors(k, v, head.key_stride, False)
    down = Strides(1, head.key_stride)
    pack_b(k, down, keys, head.width, columns)
    pack_b(v, down, values, head.width, columns)
    return Factors(keys, values, head.width, True)
