"""Scaled dot-product attention of several heads (Vaswani et al., 2017); ``simd/heads.py`` has one
head's.

Queries lie in the first columns of ``queries``, all heads side by side; keys and values in those of
``keys`` from ``key_start`` on, so that a sequence that attends to itself has all three in one
array. Where ``masked``, keys whose number in ``mask`` is ``padding``, rounded to the nearest whole
one, are seen by no query.
"""

import math

import numpy as np

from tuidl.kernels.dropout import U, mixed, mixed_oracle
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.heads import Dropping, Head, Hiding, Slopes, attend, pass_back
from tuidl.kernels.simd.intrinsics import data_of, pointer_at
from tuidl.kernels.simd.tiles import boundary
from tuidl.kernels.step_state import SEED, STEP


@inline_ir
def _head(queries, keys, width, number, heads, key_start):
    """The head that is the ``number``th of all examples'; ``width``: of all heads together."""
    example, steps, seen = number // heads, queries.shape[1], keys.shape[1]
    own, at = width // heads, number % heads * (width // heads)
    q_row, k_row = queries.shape[2], keys.shape[2]
    q = pointer_at(data_of(queries), example * steps * q_row + at)
    k = pointer_at(data_of(keys), example * seen * k_row + key_start + at)
    scale = queries.dtype.type(1.0 / math.sqrt(own))
    return Head(q, k, pointer_at(k, width), q_row, k_row, steps, seen, own, scale)


@inline_ir
def _hiding(mask, number, heads, causal, masked, padding):
    numbers = pointer_at(data_of(mask), number // heads * mask.shape[1])
    lowest, end = mask.dtype.type(padding - 0.5), mask.dtype.type(padding + 0.5)
    return Hiding(causal, masked, numbers, lowest, end)


@inline_ir
def _dropping(kind, rate, layer, place, step_state):
    key = mixed(mixed(mixed(U(step_state[SEED])) ^ U(step_state[STEP])) ^ U(layer))
    return Dropping(rate, key, U(rate * 4294967296.0), kind(1.0 / (1.0 - rate)), place)


@inline_ir
def _slopes(d_head, dy, y, number, heads):
    """The gradients of a head, as ``simd/heads.py`` has them."""
    steps, width = y.shape[1], y.shape[2]
    at = number // heads * steps * width + number % heads * d_head.width
    out, result = pointer_at(data_of(dy), at), pointer_at(data_of(y), at)
    return Slopes(d_head.queries, d_head.keys, d_head.values, out, result, width)


@device_function
def _attend(
    queries, keys, mask, y, log_sums, heads, key_start, causal, masked, padding, rate, layer, first,
    step_state, begin, end,
):  # fmt: skip
    """The heads from ``begin`` to ``end``, of all examples'."""
    steps, seen, width = queries.shape[1], keys.shape[1], y.shape[2]
    for number in range(begin, end):
        head = _head(queries, keys, width, number, heads, key_start)
        ahead = _head(queries, keys, width, min(number + 1, end - 1), heads, key_start)
        hiding = _hiding(mask, number, heads, causal, masked, padding)
        place = (first * heads + number) * steps * seen
        dropping = _dropping(y.dtype.type, rate, layer, place, step_state)
        at = number // heads * steps * width + number % heads * head.width
        sums = pointer_at(data_of(log_sums), number * steps)
        attend(head, ahead, hiding, dropping, pointer_at(data_of(y), at), width, sums)


@device_function
def _pass_back(
    queries, keys, mask, y, log_sums, dy, d_queries, d_keys, heads, key_start, causal, masked,
    padding, rate, layer, first, step_state, begin, end,
):  # fmt: skip
    steps, seen, width = queries.shape[1], keys.shape[1], y.shape[2]
    for number in range(begin, end):
        head = _head(queries, keys, width, number, heads, key_start)
        ahead = _head(queries, keys, width, min(number + 1, end - 1), heads, key_start)
        hiding = _hiding(mask, number, heads, causal, masked, padding)
        place = (first * heads + number) * steps * seen
        dropping = _dropping(y.dtype.type, rate, layer, place, step_state)
        d_head = _head(d_queries, d_keys, width, number, heads, key_start)
        slopes = _slopes(d_head, dy, y, number, heads)
        next_slopes = _slopes(d_head, dy, y, min(number + 1, end - 1), heads)
        sums = pointer_at(data_of(log_sums), number * steps)
        pass_back(head, slopes, ahead, next_slopes, hiding, dropping, sums)


@kernel("ntk nlj nl -> ntf nr", cost="4ntlf")
def attention(
    queries, keys, mask, y, log_sums, heads, key_start, causal, masked, padding: float, rate: float,
    layer, first, step_state,
):  # fmt: skip
    """y = softmax(queries keys' / sqrt(width of a head)) values; ``log_sums``: log of each
    softmax's sum, head by head, for the gradient."""
    _attend(
        queries, keys, mask, y, log_sums, heads, key_start, causal, masked, padding, rate, layer,
        first, step_state, 0, queries.shape[0] * heads,
    )  # fmt: skip


@kernel("ntk nlj nl ntf nr ntf -> ntk nlj", cost="10ntlf")
def attention_gradient(
    queries, keys, mask, y, log_sums, dy, d_queries, d_keys, heads, key_start, causal, masked,
    padding: float, rate: float, layer, first, step_state,
):  # fmt: skip
    """Gradients of queries, keys and values, which lie as these do."""
    _pass_back(
        queries, keys, mask, y, log_sums, dy, d_queries, d_keys, heads, key_start, causal, masked,
        padding, rate, layer, first, step_state, 0, queries.shape[0] * heads,
    )  # fmt: skip


@kernel("ntk nlj nl -> ntf nr", cost="4ntlf")
def attention_tile(
    queries, keys, mask, y, log_sums, part, parts, heads, key_start, causal, masked, padding: float,
    rate: float, layer, first, step_state,
):  # fmt: skip
    """Some heads of ``attention``."""
    count = queries.shape[0] * heads
    _attend(
        queries, keys, mask, y, log_sums, heads, key_start, causal, masked, padding, rate, layer,
        first, step_state, boundary(part, parts, count, 1), boundary(part + 1, parts, count, 1),
    )  # fmt: skip


@kernel("ntk nlj nl ntf nr ntf -> ntk nlj", cost="10ntlf")
def attention_gradient_tile(
    queries, keys, mask, y, log_sums, dy, d_queries, d_keys, part, parts, heads, key_start, causal,
    masked, padding: float, rate: float, layer, first, step_state,
):  # fmt: skip
    """Some heads of ``attention_gradient``."""
    count = queries.shape[0] * heads
    _pass_back(
        queries, keys, mask, y, log_sums, dy, d_queries, d_keys, heads, key_start, causal, masked,
        padding, rate, layer, first, step_state,
        boundary(part, parts, count, 1), boundary(part + 1, parts, count, 1),
    )  # fmt: skip


# --- the definition in plain NumPy ----------------------------------------------------------------


def _heads_of(array, start, width, heads):
    """(examples, heads, steps, numbers): a view of the columns from ``start`` on."""
    part = array[..., start : start + width]
    return part.reshape(*part.shape[:2], heads, width // heads).swapaxes(1, 2)


def _kept(shape, rate, layer, first, step_state):
    """By what dropout multiplies each weight."""
    key = np.zeros(1, np.uint32)
    for part in (step_state[SEED], step_state[STEP], layer):
        key = mixed_oracle(key ^ np.uint32(part))
    place = np.arange(np.prod(shape), dtype=np.uint32)
    place += np.uint32(first * np.prod(shape[1:]) % 2**32)
    drawn = mixed_oracle(mixed_oracle(place * np.uint32(0x9E3779B9) + key) ^ key)
    return np.where(drawn < np.uint32(rate * 2**32), 0, 1 / (1 - rate)).reshape(shape)


def _weights(queries, keys, mask, width, heads, key_start, causal, masked, padding):
    """Weights (examples, heads, steps, seen) and the logarithms of their sums."""
    q, k = _heads_of(queries, 0, width, heads), _heads_of(keys, key_start, width, heads)
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(width // heads)
    if masked:
        scores = np.where((np.floor(mask + 0.5) == padding)[:, None, None], -np.inf, scores)
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    top = np.maximum(scores.max(axis=-1, keepdims=True), -1e30)
    powers = np.exp(scores - top)
    sums = powers.sum(axis=-1, keepdims=True)
    known = np.where(sums == 0, 1, sums)
    return powers / known, np.where(sums == 0, 0, top + np.log(known))[..., 0]


@oracle(attention)
def attention_oracle(
    queries, keys, mask, y, log_sums, heads, key_start, causal, masked, padding, rate, layer, first,
    step_state,
):  # fmt: skip
    width = y.shape[2]
    hidden = (causal, masked, padding)
    weights, logs = _weights(queries, keys, mask, width, heads, key_start, *hidden)
    if rate > 0:
        weights = weights * _kept(weights.shape, rate, layer, first, step_state)
    values = _heads_of(keys, key_start + width, width, heads)
    y[...] = (weights @ values).swapaxes(1, 2).reshape(y.shape)
    log_sums[...] = logs.reshape(log_sums.shape)


@oracle(attention_gradient)
def attention_gradient_oracle(
    queries, keys, mask, y, log_sums, dy, d_queries, d_keys, heads, key_start, causal, masked,
    padding, rate, layer, first, step_state,
):  # fmt: skip
    width = y.shape[2]
    hidden = (causal, masked, padding)
    weights, _ = _weights(queries, keys, mask, width, heads, key_start, *hidden)
    kept = _kept(weights.shape, rate, layer, first, step_state) if rate > 0 else 1
    q, k = _heads_of(queries, 0, width, heads), _heads_of(keys, key_start, width, heads)
    v, d = _heads_of(keys, key_start + width, width, heads), _heads_of(dy, 0, width, heads)
    d_weights = (d @ v.swapaxes(-1, -2)) * kept
    inner = (weights * d_weights).sum(axis=-1, keepdims=True)
    d_scores = weights * (d_weights - inner) / np.sqrt(width // heads)
    for array, start, part in (
        (d_queries, 0, d_scores @ k),
        (d_keys, key_start, d_scores.swapaxes(-1, -2) @ q),
        (d_keys, key_start + width, (weights * kept).swapaxes(-1, -2) @ d),
    ):
        steps = array.shape[1]
        array[..., start : start + width] = part.swapaxes(1, 2).reshape(-1, steps, width)


def _own_heads(array, start, width, heads, part, parts):
    """The heads of one part, as a view that can be written to, and their places in it."""
    view = _heads_of(array, start, width, heads)
    count = view.shape[0] * heads
    mine = np.arange(*(boundary(n, parts, count, 1) for n in (part, part + 1)))
    return view, np.divmod(mine, heads)


@oracle(attention_tile)
def attention_tile_oracle(
    queries, keys, mask, y, log_sums, part, parts, heads, *options
):  # fmt: skip
    whole, logs = np.zeros_like(y), np.zeros_like(log_sums)
    attention_oracle(queries, keys, mask, whole, logs, heads, *options)
    width = y.shape[2]
    view, mine = _own_heads(y, 0, width, heads, part, parts)
    view[mine] = _heads_of(whole, 0, width, heads)[mine]
    shape = (len(y), heads, y.shape[1])
    log_sums.reshape(shape)[mine] = logs.reshape(shape)[mine]


@oracle(attention_gradient_tile)
def attention_gradient_tile_oracle(
    queries, keys, mask, y, log_sums, dy, d_queries, d_keys, part, parts, heads, key_start, *options
):  # fmt: skip
    found = np.zeros_like(d_queries), np.zeros_like(d_keys)
    known = (queries, keys, mask, y, log_sums, dy)
    attention_gradient_oracle(*known, *found, heads, key_start, *options)
    width = y.shape[2]
    places = ((0, d_queries, 0), (1, d_keys, key_start), (1, d_keys, key_start + width))
    for number, array, start in places:
        view, mine = _own_heads(array, start, width, heads, part, parts)
        view[mine] = _heads_of(found[number], start, width, heads)[mine]
