"""One head of attention on one example, a block of queries and keys at a time.

Scores of all steps with all steps are never in memory: those of a block lie on the stack, and each
row's softmax goes on from block to block with the largest score and the sum so far (Milakov and
Gimelshein, 2018; Dao et al., 2022). Backward computes a block's scores anew, and their softmax from
the logarithm of the whole sum. A score that does not count is LOWEST, its weight exactly 0.
"""

import math
from typing import Any, NamedTuple

from tuidl.kernels.dropout import GOLDEN, U, mixed
from tuidl.kernels.elementary import ONE, ZERO, exp
from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.exponentials import exponentials
from tuidl.kernels.simd.gemm import START_C, START_ZERO, Sizes
from tuidl.kernels.simd.head_blocks import (
    CAUSAL_ROWS,
    DOUBLE,
    KEYS,
    LOWEST,
    PACKED,
    ROWS,
    Dropping,
    Head,
    Hiding,
    ask_for_step,
    block_factors,
    block_of,
    factors_of,
    from_key,
    multiply_by_keys,
    row_of,
    score,
    used_of,
)
from tuidl.kernels.simd.intrinsics import array_at, pointer_at, stack_of
from tuidl.kernels.simd.maxima import highest_of
from tuidl.kernels.simd.memory import clear_run, prefetch_elements
from tuidl.kernels.simd.packed_gemm import Strides, gemm_block

__all__ = ["Dropping", "Head", "Hiding", "Slopes", "attend", "pass_back"]

scores_on_stack = stack_of(ROWS * KEYS * DOUBLE)
slopes_on_stack = stack_of(ROWS * KEYS * DOUBLE)
keys_on_stack = stack_of(PACKED)
values_on_stack = stack_of(PACKED)
row_numbers_on_stack = stack_of(2 * ROWS * DOUBLE)


@device_function
def _drop(row, dropping, first):
    """Dropout of weights (or of their gradients), ``first`` being the place of the first."""
    start = U(dropping.place + first)
    for j in range(row.shape[0]):
        drawn = mixed(mixed(U(start + U(j)) * GOLDEN + dropping.key) ^ dropping.key)
        row[j] = ZERO if drawn < dropping.limit else row[j] * dropping.scale


@device_function
def soften(head, ahead, block, hiding, dropping, scores, y, y_stride, tops, totals):
    """Scores to weights, of each row as e**(score - tops[i]); ``tops`` and ``totals`` go on from
    the keys before, and what these have left in y is brought to the new top."""
    for i in range(block.rows):
        ask_for_step(ahead, block, i)
        used = used_of(block, hiding, scores, i)
        row = row_of(scores, block, i)[:used]
        old = tops[i]
        highest = highest_of(row) * head.scale
        top = highest if block.start == 0 or highest > old else old
        total = exponentials(row, top, head.scale, row.dtype.type(LOWEST))
        if block.start > 0:
            factor = exp(old - top) if old > LOWEST else ZERO
            total += totals[i] * factor
            place = pointer_at(y, (block.first + i) * y_stride)
            sums = array_at(place, (head.width,))
            for d in range(sums.shape[0]):
                sums[d] *= factor
        tops[i], totals[i] = top, total
        if dropping.rate > 0:
            _drop(row, dropping, (block.first + i) * head.seen + block.start)
        clear_run(pointer_at(scores, i * block.stride + used), block.stride - used)


@device_function
def weigh(head, block, factors, weights, y, y_stride):
    """y = weights values, added to what the keys before have left there."""
    v = pointer_at(factors.values, block.start * factors.stride)
    to = pointer_at(y, block.first * y_stride)
    start_with = START_C if block.start > 0 else START_ZERO
    gemm_block(
        weights, Strides(block.stride, 1), v, Strides(factors.stride, 1), to, start_with, to,
        y_stride, Sizes(block.rows, block.columns, head.width),
    )  # fmt: skip


@device_function
def attend(head, ahead, hiding, dropping, y, y_stride, log_sums):
    """y = softmax(queries keys') values; ``log_sums`` keeps log of the sum of e**score of each
    step. One that sees no key gets 0. ``ahead``: the head that is next."""
    scores, numbers = scores_on_stack(y), row_numbers_on_stack(y)
    tops, totals = numbers, pointer_at(numbers, ROWS)
    factors = factors_of(head, keys_on_stack(y), values_on_stack(y))
    most = CAUSAL_ROWS if hiding.causal else ROWS
    for first in range(0, head.steps, most):
        rows = min(most, head.steps - first)
        end = min(first + rows, head.seen) if hiding.causal else head.seen
        for start in range(0, end, KEYS):
            block = block_of(scores, hiding, first, rows, start, head.seen)
            score(head, block, hiding, from_key(factors, start), scores)
            soften(head, ahead, block, hiding, dropping, scores, y, y_stride, tops, totals)
            weigh(head, block, factors, scores, y, y_stride)
        for i in range(rows):
            total = totals[i]
            share = ZERO if total == ZERO else ONE / total
            sums = array_at(pointer_at(y, (first + i) * y_stride), (head.width,))
            for d in range(sums.shape[0]):
                sums[d] *= share
            log_sums[first + i] = ZERO if total == ZERO else tops[i] + math.log(total)


class Slopes(NamedTuple):
    """Gradients: pointers and strides as in ``Head``; ``out`` is that of y."""

    queries: Any
    keys: Any
    values: Any
    out: Any
    y: Any
    y_stride: Any


@device_function
def _weight_slopes(
    head, ahead, next_slopes, block, hiding, dropping, slopes, weights, changes, log_sums
):
    """weights and changes = dropped weights, and the gradient of the scores.

    ``weights`` holds scores, ``changes`` the gradient of the dropped weights.
    """
    for i in range(block.rows):
        used, step = used_of(block, hiding, weights, i), block.first + i
        ask_for_step(ahead, block, i)
        if block.start == 0:
            place = step * next_slopes.y_stride
            prefetch_elements(pointer_at(next_slopes.out, place), head.width)
            prefetch_elements(pointer_at(next_slopes.y, place), head.width)
        row, change = row_of(weights, block, i)[:used], row_of(changes, block, i)[:used]
        out = array_at(pointer_at(slopes.out, step * slopes.y_stride), (head.width,))
        y = array_at(pointer_at(slopes.y, step * slopes.y_stride), (head.width,))
        inner = ZERO
        for d in range(out.shape[0]):
            inner += out[d] * y[d]
        exponentials(row, log_sums[step], head.scale, row.dtype.type(LOWEST))
        place = step * head.seen + block.start
        if dropping.rate > 0:
            _drop(change, dropping, place)
        for j in range(row.shape[0]):
            change[j] = row[j] * (change[j] - inner) * head.scale
        if dropping.rate > 0:
            _drop(row, dropping, place)
        clear_run(pointer_at(weights, i * block.stride + used), block.stride - used)
        clear_run(pointer_at(changes, i * block.stride + used), block.stride - used)


@device_function
def _add_slopes(head, block, slopes, keys, keys_stride, weights, changes):
    """The block's part of the gradients of queries, keys and values."""
    q_at, k_at = block.first * head.query_stride, block.start * head.key_stride
    lying, down = Strides(block.stride, 1), Strides(1, block.stride)
    out = pointer_at(slopes.out, block.first * slopes.y_stride)
    across = Strides(head.query_stride, 1)
    sizes = Sizes(block.columns, block.rows, head.width)
    dv, dk = pointer_at(slopes.values, k_at), pointer_at(slopes.keys, k_at)
    q = pointer_at(head.queries, q_at)
    rows = Strides(slopes.y_stride, 1)
    gemm_block(weights, down, out, rows, dv, START_C, dv, head.key_stride, sizes)
    gemm_block(changes, down, q, across, dk, START_C, dk, head.key_stride, sizes)
    dq = pointer_at(slopes.queries, q_at)
    start_with = START_C if block.start > 0 else START_ZERO
    sizes = Sizes(block.rows, block.columns, head.width)
    there = Strides(keys_stride, 1)
    gemm_block(changes, lying, keys, there, dq, start_with, dq, head.query_stride, sizes)


@device_function
def pass_back(head, slopes, ahead, next_slopes, hiding, dropping, log_sums):
    """Gradients of queries, keys and values from that of y. ``ahead``, ``next_slopes``: of the head
    that is next."""
    weights, changes = scores_on_stack(slopes.out), slopes_on_stack(slopes.out)
    packed_keys, packed_values = keys_on_stack(slopes.out), values_on_stack(slopes.out)
    for step in range(head.seen):
        clear_run(pointer_at(slopes.keys, step * head.key_stride), head.width)
        clear_run(pointer_at(slopes.values, step * head.key_stride), head.width)
    most = CAUSAL_ROWS if hiding.causal else ROWS
    for start in range(0, head.seen, KEYS):
        columns = min(KEYS, head.seen - start)
        factors = block_factors(head, start, columns, packed_keys, packed_values)
        begin = start // most * most if hiding.causal else 0
        for first in range(begin, head.steps, most):
            block = block_of(
                weights, hiding, first, min(most, head.steps - first), start, head.seen
            )
            if block.columns <= 0:
                continue
            score(head, block, hiding, factors, weights)
            out = pointer_at(slopes.out, first * slopes.y_stride)
            multiply_by_keys(
                out, slopes.y_stride, head, block, factors.is_packed, factors.values, changes
            )
            _weight_slopes(
                head, ahead, next_slopes, block, hiding, dropping, slopes, weights, changes,
                log_sums,
            )  # fmt: skip
            keys = pointer_at(head.keys, start * head.key_stride)
            _add_slopes(head, block, slopes, keys, head.key_stride, weights, changes)
