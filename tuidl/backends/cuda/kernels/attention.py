"""Scaled dot-product attention on the GPU: a thread for each query of a head, backward also one for
each key."""

import math
from typing import NamedTuple

import numpy as np
from numba import float32

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.dropout import U, drawn_bits, key_of
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device

LOWEST = np.float32(-np.inf)


class Head(NamedTuple):
    """One head of one example: its columns, and what hides keys from queries."""

    example: int
    query: int
    key: int
    value: int
    width: int
    scale: float
    causal: int
    masked: int
    padding: float


class Dropping(NamedTuple):
    """Dropout of weights: ``place`` of the head's first."""

    rate: float
    key: int
    place: int


@device
def _head(number, heads, width, key_start, causal, masked, padding):
    own = width // heads
    at = number % heads * own
    scale = float32(1.0 / math.sqrt(own))
    key = key_start + at
    return Head(number // heads, at, key, key + width, own, scale, causal, masked, padding)


@device
def _is_seen(mask, head, i, j):
    if head.causal and j > i:
        return False
    if not head.masked:
        return True
    return not head.padding - 0.5 <= mask[head.example, j] < head.padding + 0.5


@device
def _score(queries, keys, head, i, j):
    total = float32(0)
    for d in range(head.width):
        total += queries[head.example, i, head.query + d] * keys[head.example, j, head.key + d]
    return total * head.scale


@device
def _kept(dropping, i, j, seen):
    """By what dropout multiplies a weight."""
    if dropping.rate <= 0:
        return float32(1)
    bits = drawn_bits(dropping.place + i * seen + j, dropping.key)
    if bits < U(dropping.rate * 4294967296.0):
        return float32(0)
    return float32(1.0 / (1.0 - dropping.rate))


@device
def _top(queries, keys, mask, head, i):
    top = LOWEST
    for j in range(keys.shape[1]):
        if _is_seen(mask, head, i, j):
            score = _score(queries, keys, head, i, j)
            top = score if score > top else top
    return top


@device
def _attend(queries, keys, mask, y, head, i, dropping):
    """y of a step; returns the logarithm of the sum of e**score."""
    top, total = _top(queries, keys, mask, head, i), float32(0)
    for d in range(head.width):
        y[head.example, i, head.query + d] = float32(0)
    for j in range(keys.shape[1]):
        if _is_seen(mask, head, i, j):
            power = math.exp(_score(queries, keys, head, i, j) - top)
            total += power
            power *= _kept(dropping, i, j, keys.shape[1])
            for d in range(head.width):
                y[head.example, i, head.query + d] += power * keys[head.example, j, head.value + d]
    if total == float32(0):
        return float32(0)
    for d in range(head.width):
        y[head.example, i, head.query + d] /= total
    return top + math.log(total)


@cuda_kernel
def attention(
    queries, keys, mask, y, log_sums, heads, key_start, causal, masked, padding, rate, layer, first,
    step_state, block_group,
):  # fmt: skip
    """y = softmax(queries keys' / sqrt(width of a head)) values."""
    steps, seen = queries.shape[1], keys.shape[1]
    key = key_of(step_state, layer)
    for e in range(start(block_group), queries.shape[0] * heads * steps, stride(block_group)):
        number, i = e // steps, e % steps
        head = _head(number, heads, y.shape[2], key_start, causal, masked, padding)
        dropping = Dropping(rate, key, (first * heads + number) * steps * seen)
        logarithm = _attend(queries, keys, mask, y, head, i, dropping)
        log_sums[head.example, number % heads * steps + i] = logarithm


@device
def _slope(known, head, i, j, log_sum, inner, kept):
    """The weight of a key for a query, and the gradient of their product."""
    queries, keys, dy = known
    weight = math.exp(_score(queries, keys, head, i, j) - log_sum)
    change = float32(0)
    for d in range(head.width):
        change += dy[head.example, i, head.query + d] * keys[head.example, j, head.value + d]
    return weight, weight * (change * kept - inner) * head.scale


@device
def _inner(y, dy, head, i):
    total = float32(0)
    for d in range(head.query, head.query + head.width):
        total += y[head.example, i, d] * dy[head.example, i, d]
    return total


@device
def _query_gradient(known, mask, y, log_sum, d_queries, head, i, dropping):
    keys, inner = known[1], _inner(y, known[2], head, i)
    for d in range(head.width):
        d_queries[head.example, i, head.query + d] = float32(0)
    for j in range(keys.shape[1]):
        if _is_seen(mask, head, i, j):
            kept = _kept(dropping, i, j, keys.shape[1])
            _, slope = _slope(known, head, i, j, log_sum, inner, kept)
            for d in range(head.width):
                value = slope * keys[head.example, j, head.key + d]
                d_queries[head.example, i, head.query + d] += value


@device
def _key_gradients(known, mask, y, log_sums, d_keys, head, base, j, dropping):
    queries, keys, dy = known
    for d in range(head.width):
        d_keys[head.example, j, head.key + d] = float32(0)
        d_keys[head.example, j, head.value + d] = float32(0)
    for i in range(queries.shape[1]):
        if _is_seen(mask, head, i, j):
            kept, inner = _kept(dropping, i, j, keys.shape[1]), _inner(y, dy, head, i)
            log_sum = log_sums[head.example, base + i]
            weight, slope = _slope(known, head, i, j, log_sum, inner, kept)
            for d in range(head.width):
                at = head.query + d
                d_keys[head.example, j, head.key + d] += slope * queries[head.example, i, at]
                d_keys[head.example, j, head.value + d] += weight * kept * dy[head.example, i, at]


@cuda_kernel
def attention_gradient(
    queries, keys, mask, y, log_sums, dy, d_queries, d_keys, heads, key_start, causal, masked,
    padding, rate, layer, first, step_state, block_group,
):  # fmt: skip
    """Gradients of queries, keys and values, which lie as these do."""
    steps, seen, known = queries.shape[1], keys.shape[1], (queries, keys, dy)
    count, key = queries.shape[0] * heads, key_of(step_state, layer)
    for e in range(start(block_group), count * (steps + seen), stride(block_group)):
        number, place = e // (steps + seen), e % (steps + seen)
        head = _head(number, heads, y.shape[2], key_start, causal, masked, padding)
        dropping = Dropping(rate, key, (first * heads + number) * steps * seen)
        base = number % heads * steps
        if place < steps:
            log_sum = log_sums[head.example, base + place]
            _query_gradient(known, mask, y, log_sum, d_queries, head, place, dropping)
        else:
            j = place - steps
            _key_gradients(known, mask, y, log_sums, d_keys, head, base, j, dropping)
