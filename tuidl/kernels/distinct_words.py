"""Words of a batch that are equal have equal vectors, and so equal logits: each is done once.

``distinct_words`` lists them; the kernels behind it are those of ``dense.py`` and ``losses.py`` for
the first rows of their operands, one for each word, however many there are in this batch.
"""

import math

import numpy as np

from tuidl.kernels.dense import (
    bias_gradient_tile,
    bias_gradient_tile_oracle,
    dense_input_gradient_tile,
    dense_input_gradient_tile_oracle,
    dense_tile,
    dense_tile_oracle,
    dense_weight_gradient_tile,
    dense_weight_gradient_tile_oracle,
)
from tuidl.kernels.elementary import ZERO
from tuidl.kernels.embedding import row_number
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.rows import exp_row
from tuidl.kernels.simd.maxima import highest_of
from tuidl.kernels.simd.tiles import boundary

_dense = device_function(dense_tile)
_weight_gradient = device_function(dense_weight_gradient_tile)
_bias_gradient = device_function(bias_gradient_tile)
_input_gradient = device_function(dense_input_gradient_tile)


@device_function
def _is_listed(number, words, count, places):
    place = int(places[number])
    return 0 <= place < count and words[place] == number


@kernel("e -> a e e e k")
def distinct_words(x, count, words, ends, order, places, part, parts):
    """The rows of a table that ``x`` names, each once, in the order in which they come up first.

    ``count``: how many there are; ``words``: which, and -1 behind them, as for numbers that are no
    row's. ``order``: the places of ``x``, those of the same word together; those of word u end
    before ``ends[u]``. ``places``: workspace, which word a row was. One part does it all.
    """
    if part > 0:
        return
    found, nowhere = 0, -1
    for i in range(x.shape[0]):
        number = row_number(x[i], places.shape[0])
        if number < 0:
            known = nowhere >= 0
            nowhere = nowhere if known else found
            place = nowhere
        else:
            known = _is_listed(number, words, found, places)
            place = int(places[number]) if known else found
            places[number] = place
        if not known:
            words[found] = number
            ends[found] = ZERO
            found += 1
        ends[place] += 1
    count[0] = found
    start = 0
    for u in range(found):
        start, ends[u] = start + int(ends[u]), start
    for i in range(x.shape[0]):
        number = row_number(x[i], places.shape[0])
        place = nowhere if number < 0 else int(places[number])
        order[int(ends[place])] = i
        ends[place] += 1
    for u in range(found, x.shape[0]):
        words[u] = -1


@kernel("a nk kf f -> nf", cost="2nkf")
def dense_tile_counted(count, x, w, b, y, part, parts):
    """``dense_tile`` of the first rows."""
    rows = int(count[0])
    _dense(x[:rows], w, b, y[:rows], part, parts)


@kernel("a nk nf -> kf", cost="2nkf")
def dense_weight_gradient_tile_counted(count, x, dy, dw, part, parts):
    """``dense_weight_gradient_tile`` of the first rows."""
    rows = int(count[0])
    _weight_gradient(x[:rows], dy[:rows], dw, part, parts)


@kernel("a nf kf -> nk", cost="2nkf")
def dense_input_gradient_tile_counted(count, dy, w, dx, part, parts):
    """``dense_input_gradient_tile`` of the first rows."""
    rows = int(count[0])
    _input_gradient(dy[:rows], w, dx[:rows], part, parts)


@kernel("a nf -> f", cost="nf")
def bias_gradient_tile_counted(count, dy, db, part, parts):
    """``bias_gradient_tile`` of the first rows."""
    _bias_gradient(dy[: int(count[0])], db, part, parts)


@kernel("a nf n n n -> nf n", cost="14nf")
def softmax_cross_entropy_counted(count, logits, label, ends, order, d, losses, batch, part, parts):
    """``softmax_cross_entropy`` of the examples of each word, which have the same logits.

    ``losses``: the sum over a word's examples, 0 behind the last word. A part does some words.
    """
    rows, scale = int(count[0]), logits.dtype.type(1.0 / max(batch, 1))
    for u in range(boundary(part, parts, rows, 1), boundary(part + 1, parts, rows, 1)):
        z, g = logits[u], d[u]
        first, end = int(ends[u - 1]) if u > 0 else 0, int(ends[u])
        top = highest_of(z)
        total = exp_row(z, top, g)
        share = logits.dtype.type((end - first) * np.float64(scale) / total)
        for j in range(z.shape[0]):
            g[j] *= share
        loss = (end - first) * math.log(total)
        for i in range(first, end):
            right = int(label[int(order[i])])
            loss -= z[right] - top
            g[right] -= scale
        losses[u] = loss
    if part == parts - 1:
        losses[rows:] = ZERO


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(distinct_words)
def distinct_words_oracle(x, count, words, ends, order, places, part, parts):
    if part > 0:
        return
    number = np.floor(x + 0.5)
    number[~((number >= 0) & (number < len(places)))] = -1
    found = list(dict.fromkeys(number.tolist()))
    here = [np.flatnonzero(number == word) for word in found]
    count[0] = len(found)
    words[:] = -1
    words[: len(found)] = found
    order[:] = np.concatenate([*here, []])
    ends[: len(found)] = np.cumsum([len(own) for own in here])
    for place, word in enumerate(found):
        if word >= 0:
            places[int(word)] = place


@oracle(dense_tile_counted)
def dense_tile_counted_oracle(count, x, w, b, y, part, parts):
    rows = int(count[0])
    dense_tile_oracle(x[:rows], w, b, y[:rows], part, parts)


@oracle(dense_weight_gradient_tile_counted)
def dense_weight_gradient_tile_counted_oracle(count, x, dy, dw, part, parts):
    rows = int(count[0])
    dense_weight_gradient_tile_oracle(x[:rows], dy[:rows], dw, part, parts)


@oracle(dense_input_gradient_tile_counted)
def dense_input_gradient_tile_counted_oracle(count, dy, w, dx, part, parts):
    rows = int(count[0])
    dense_input_gradient_tile_oracle(dy[:rows], w, dx[:rows], part, parts)


@oracle(bias_gradient_tile_counted)
def bias_gradient_tile_counted_oracle(count, dy, db, part, parts):
    bias_gradient_tile_oracle(dy[: int(count[0])], db, part, parts)


@oracle(softmax_cross_entropy_counted)
def softmax_cross_entropy_counted_oracle(
    count, logits, label, ends, order, d, losses, batch, part, parts
):
    rows = int(count[0])
    first, end = (boundary(n, parts, rows, 1) for n in (part, part + 1))
    for u in range(first, end):
        own = order[int(ends[u - 1]) if u else 0 : int(ends[u])].astype(int)
        shifted = logits[u] - logits[u].max()
        log_probability = shifted - np.log(np.exp(shifted).sum())
        right = np.bincount(label[own].astype(int), minlength=logits.shape[1])
        d[u] = (len(own) * np.exp(log_probability) - right) / max(batch, 1)
        losses[u] = -(right * log_probability).sum(dtype=np.float64)
    if part == parts - 1:
        losses[rows:] = 0
