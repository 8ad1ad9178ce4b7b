"""One optimizer step over a table of which few rows have a gradient (``embedding_gradient_rows``).

Under Adam the other rows change as well: their moments fade, and move the weights meanwhile. That
is left undone until a row is read next: each lane notes what a step depends on, and a row catches
up with the steps that it missed, one after the other: to the last bit what it would be otherwise.
What is noted is short (``HISTORY``): when it is full, or a run ends, all rows catch up.
"""

import math

import numpy as np

from tuidl.kernels.elementary import ZERO
from tuidl.kernels.embedding import neighbours_of, own_row, own_rows
from tuidl.kernels.jit import device_function, rounded_function
from tuidl.kernels.optimizers import (
    adagrad_moves,
    adagrad_oracle,
    adam_moves,
    adam_oracle,
    sgd_oracle,
)
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.step_state import LEARNING_RATE, STEP

HISTORY = 64
"""Steps that a row may be behind."""
NOTES = 208
"""Numbers that a lane notes, whole cache lines: how many steps, then of each step the rate, the
correction of the second moment, and what weight decay leaves of a weight."""


@kernel("mz kd -> kd", cost="")
def sgd_rows(lists, gradient, table, part, parts, step_state):
    """w -= rate * g."""
    rows, rate = lists[part], table.dtype.type(step_state[LEARNING_RATE])
    for n in range(int(rows[0])):
        number = int(rows[1 + n])
        g, w = gradient[number], table[number]
        for i in range(w.shape[0]):
            w[i] -= rate * g[i]


@kernel("mz kd -> kd kd", cost="")
def adagrad_rows(lists, gradient, table, accumulator, part, parts, epsilon: float, step_state):
    """As ``adagrad``, which changes nothing where there is no gradient."""
    rows, rate = lists[part], table.dtype.type(step_state[LEARNING_RATE])
    eps = table.dtype.type(epsilon)
    for n in range(int(rows[0])):
        number = int(rows[1 + n])
        adagrad_moves(gradient[number], table[number], accumulator[number], rate, eps)


@rounded_function
def _adam_fades(w, m, v, rate, correction, kept, b1, b2, eps):
    """``adam_moves`` where there is no gradient."""
    for i in range(w.shape[0]):
        m[i] = b1 * m[i]
        v[i] = b2 * v[i]
        w[i] = kept * w[i] - rate * m[i] / (math.sqrt(v[i] * correction) + eps)


@device_function
def _catch_up(w, m, v, notes, first, b1, b2, eps):
    """A row does the noted steps from number ``first`` on, without a gradient."""
    movement, squares = ZERO, ZERO
    for i in range(w.shape[0]):
        movement += abs(m[i])
        squares += v[i]
    last = int(notes[0])
    if movement != ZERO:
        for k in range(first, last):
            step = notes[1 + 3 * k : 4 + 3 * k]
            _adam_fades(w, m, v, step[0], step[1], step[2], b1, b2, eps)
        return
    for k in range(first, last):
        if squares != ZERO:
            for i in range(v.shape[0]):
                v[i] = b2 * v[i]
        kept = notes[3 + 3 * k]
        if kept != notes.dtype.type(1):
            for i in range(w.shape[0]):
                w[i] = kept * w[i]


@device_function
def _settle(table, first, second, seen, notes, part, parts, b1, b2, eps):
    """All rows of a lane catch up, and what it noted is forgotten."""
    block = 1 << neighbours_of(table.shape[1])
    now = notes[0]
    for start in range(part * block, table.shape[0], parts * block):
        for number in range(start, min(start + block, table.shape[0])):
            if seen[number] < now:
                w, m, v = table[number], first[number], second[number]
                _catch_up(w, m, v, notes, int(seen[number]), b1, b2, eps)
            seen[number] = 0
    notes[0] = 0


@kernel("e -> kd kd kd k ma")
def adam_refresh(
    x, table, first, second, seen, diary, part, parts,
    beta_1: float, beta_2: float, epsilon: float,
):  # fmt: skip
    """A lane's rows that this batch reads catch up. ``seen``: of each row, the noted steps that it
    has done. ``diary``: what each lane noted."""
    notes, exponent = diary[part], neighbours_of(table.shape[1])
    kind = table.dtype.type
    b1, b2, eps = kind(beta_1), kind(beta_2), kind(epsilon)
    if notes[0] == ZERO:
        return
    for i in range(x.shape[0]):
        number = own_row(x[i], table.shape[0], exponent, part, parts)
        if number >= 0 and seen[number] < notes[0]:
            w, m, v = table[number], first[number], second[number]
            _catch_up(w, m, v, notes, int(seen[number]), b1, b2, eps)
            seen[number] = notes[0]


@kernel("mz kd -> kd kd kd k ma", cost="")
def adam_rows(
    lists, gradient, table, first, second, seen, diary, part, parts,
    beta_1: float, beta_2: float, epsilon: float, weight_decay: float, step_state,
):  # fmt: skip
    """As ``adam``, for a lane's rows that have a gradient; for the others the step is noted."""
    kind = table.dtype.type
    step = step_state[STEP]
    b1, b2, eps = kind(beta_1), kind(beta_2), kind(epsilon)
    rest1, rest2 = kind(1.0 - beta_1), kind(1.0 - beta_2)
    rate = kind(step_state[LEARNING_RATE] / (1.0 - beta_1**step))
    correction = kind(1.0 / (1.0 - beta_2**step))
    kept = kind(1.0 - step_state[LEARNING_RATE] * weight_decay)
    rows, notes = lists[part], diary[part]
    now = int(notes[0])
    for n in range(int(rows[0])):
        number = int(rows[1 + n])
        g, w, m, v = gradient[number], table[number], first[number], second[number]
        adam_moves(g, w, m, v, rate, correction, kept, b1, b2, rest1, rest2, eps)
        seen[number] = now + 1
    notes[1 + 3 * now] = rate
    notes[2 + 3 * now] = correction
    notes[3 + 3 * now] = kept
    notes[0] = now + 1
    if now + 1 == HISTORY:
        _settle(table, first, second, seen, notes, part, parts, b1, b2, eps)


@kernel("-> kd kd kd k ma")
def adam_settle(
    table, first, second, seen, diary, part, parts,
    beta_1: float, beta_2: float, epsilon: float,
):  # fmt: skip
    """All rows of a lane catch up: then nothing is left undone."""
    kind = table.dtype.type
    b1, b2, eps = kind(beta_1), kind(beta_2), kind(epsilon)
    if diary[part, 0] != ZERO:
        _settle(table, first, second, seen, diary[part], part, parts, b1, b2, eps)


# --- the definition in plain NumPy ----------------------------------------------------------------


def _listed(lists, part):
    return lists[part, 1 : 1 + int(lists[part, 0])].astype(int)


@oracle(sgd_rows)
def sgd_rows_oracle(lists, gradient, table, part, parts, step_state):
    for row in _listed(lists, part):
        sgd_oracle(gradient[row][None], table[row], 0, table.shape[1], step_state)


@oracle(adagrad_rows)
def adagrad_rows_oracle(
    lists, gradient, table, accumulator, part, parts, epsilon, step_state
):  # fmt: skip
    for row in _listed(lists, part):
        vectors = gradient[row][None], table[row], accumulator[row]
        adagrad_oracle(*vectors, 0, table.shape[1], epsilon, step_state)


def _catch_up_oracle(rows, table, first, second, seen, notes, betas, epsilon):
    for row in rows:
        for rate, correction, kept in notes[1:193].reshape(-1, 3)[int(seen[row]) : int(notes[0])]:
            first[row] *= betas[0]
            second[row] *= betas[1]
            slope = first[row] / (np.sqrt(second[row] * correction) + epsilon)
            table[row] = kept * table[row] - rate * slope
        seen[row] = notes[0]


@oracle(adam_refresh)
def adam_refresh_oracle(
    x, table, first, second, seen, diary, part, parts, beta_1, beta_2, epsilon
):  # fmt: skip
    numbers = np.floor(x + 0.5)
    own = own_rows(*table.shape, part, parts)
    rows = np.unique(numbers[np.isin(numbers, own)]).astype(int)
    own_notes = diary[part]
    _catch_up_oracle(rows, table, first, second, seen, own_notes, (beta_1, beta_2), epsilon)


@oracle(adam_rows)
def adam_rows_oracle(
    lists, gradient, table, first, second, seen, diary, part, parts,
    beta_1, beta_2, epsilon, weight_decay, step_state,
):  # fmt: skip
    notes, rate, step = diary[part], step_state[LEARNING_RATE], step_state[STEP]
    now = int(notes[0])
    for row in _listed(lists, part):
        vectors = gradient[row][None], table[row], first[row], second[row]
        ends = 0, table.shape[1]
        adam_oracle(*vectors, *ends, beta_1, beta_2, epsilon, weight_decay, step_state)
        seen[row] = now + 1
    notes[1 + 3 * now] = rate / (1 - beta_1**step)
    notes[2 + 3 * now] = 1 / (1 - beta_2**step)
    notes[3 + 3 * now] = 1 - rate * weight_decay
    notes[0] = now + 1
    if now + 1 == HISTORY:
        adam_settle_oracle(
            table, first, second, seen, diary, part, parts, beta_1, beta_2, epsilon
        )  # fmt: skip


@oracle(adam_settle)
def adam_settle_oracle(
    table, first, second, seen, diary, part, parts, beta_1, beta_2, epsilon
):  # fmt: skip
    own, notes = own_rows(*table.shape, part, parts), diary[part]
    if notes[0]:
        _catch_up_oracle(own, table, first, second, seen, notes, (beta_1, beta_2), epsilon)
        seen[own] = notes[0] = 0
