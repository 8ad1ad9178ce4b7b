"""Long short-term memory (Hochreiter and Schmidhuber, 1997, with the forget gate of 1999).

All arrays have time in front. The inputs' part of the gates, bias included, comes in through
``gates`` (a ``dense`` instruction made it), in Keras's order:

    i, f, o = sigmoid(x_i + h U_i) ...       c~ = tanh(x_c + h U_c)
    c_t = f * c_(t-1) + i * c~               h_t = o * tanh(c_t)
"""

import numpy as np

from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import logistic, oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.gemm import START_C
from tuidl.kernels.simd.intrinsics import data_of, pointer_at
from tuidl.kernels.simd.lstm_units import advance_lstm, retreat_lstm
from tuidl.kernels.simd.recurrent import (
    PACK,
    START,
    add_product,
    add_units,
    pack_transposed,
    pack_units,
    pack_units_transposed,
    pack_weights,
    pass_back,
    pass_back_units,
    units_of,
)


@device_function
def _gates_of(gate, units, first):
    """Where the gates i, f, c~ and o of an example are, from the unit ``first`` on."""
    i = pointer_at(data_of(gate), first)
    return i, pointer_at(i, units), pointer_at(i, 2 * units), pointer_at(i, 3 * units)


@device_function
def _advance(gate, old, cell, state, first, end):
    """A step of some units of an example: gates are open, cell and state are new."""
    i, f, c, o = _gates_of(gate, state.shape[0], first)
    old = pointer_at(data_of(old), first)
    cell, state = pointer_at(data_of(cell), first), pointer_at(data_of(state), first)
    advance_lstm(old, i, f, c, o, cell, state, end - first)


@device_function
def _go_back(gate, old, cell, above, passed, d_cell, first, end):
    """The same step backward: ``gate`` turns into its gradient."""
    i, f, c, o = _gates_of(gate, cell.shape[0], first)
    old, cell = pointer_at(data_of(old), first), pointer_at(data_of(cell), first)
    above, passed = pointer_at(data_of(above), first), pointer_at(data_of(passed), first)
    d_cell = pointer_at(data_of(d_cell), first)
    retreat_lstm(old, cell, above, passed, i, f, c, o, d_cell, end - first)


@kernel("dg -> tng und und m", cost="2tndg")
def lstm(recurrent, gates, states, cells, packed):
    """Forward through time; the first state and cell are zeros. ``gates`` ends as i, f, c~, o.

    ``packed``: workspace, see ``simd/recurrent.py``.
    """
    units = states.shape[2]
    states[0] = 0
    cells[0] = 0
    pack_weights(recurrent, packed)
    for t in range(gates.shape[0]):
        if t > 0:
            add_product(states[t], recurrent, packed, gates[t])
        for n in range(states.shape[1]):
            _advance(gates[t, n], cells[t, n], cells[t + 1, n], states[t + 1, n], 0, units)


@kernel("dg und tnd -> tng nd nd m", cost="2tndg")
def lstm_gradient(recurrent, cells, d_states, gates, carry, cell_carry, packed):
    """Backward through time, from dL/dh_t of every step in ``d_states``.

    ``gates`` (i, f, c~, o) turns into its gradient; the carries are workspace for what passes
    from one step to the one before, ``packed`` for U'.
    """
    units = cells.shape[2]
    carry[:] = 0
    cell_carry[:] = 0
    pack_transposed(recurrent, packed)
    for t in range(gates.shape[0] - 1, -1, -1):
        for n in range(cells.shape[1]):
            above, passed, d_cell = d_states[t, n], carry[n], cell_carry[n]
            _go_back(gates[t, n], cells[t, n], cells[t + 1, n], above, passed, d_cell, 0, units)
        if t > 0:
            pass_back(gates[t], packed, carry, 0)


@kernel("dg -> nd nd ng nd nd m", cost="2ndg")
def lstm_step(recurrent, before, old, gates, state, cell, packed, part, parts, moment):
    """One step of ``lstm`` for the units of a part: from the state ``before`` and the ``old`` cell.

    ``moment``: see ``simd/recurrent.py``. Each part has its own room in ``packed``.
    """
    first, end = units_of(part, parts, state.shape[1])
    if first == end:
        return
    if moment == START:
        before[:, first:end] = 0
        old[:, first:end] = 0
    else:
        if moment == PACK:
            pack_units(recurrent, packed, first, end)
        add_units(before, packed, data_of(gates), START_C, gates, first, end)
    for n in range(state.shape[0]):
        _advance(gates[n], old[n], cell[n], state[n], first, end)


@kernel("dg ng nd nd nd -> ng nd nd m", cost="2ndg")
def lstm_step_gradient(
    recurrent, after, old, cell, d_state, gates, carry, cell_carry, packed, part, parts, moment
):
    """One step of ``lstm_gradient`` for the units of a part.

    ``after``: the gates' gradient of the step after this one; ``moment`` is START in the last step.
    """
    first, end = units_of(part, parts, cell.shape[1])
    if first == end:
        return
    if moment == START:
        carry[:, first:end] = 0
        cell_carry[:, first:end] = 0
    else:
        if moment == PACK:
            pack_units_transposed(recurrent, packed, first, end)
        pass_back_units(after, packed, carry, 0, first, end)
    for n in range(cell.shape[0]):
        _go_back(gates[n], old[n], cell[n], d_state[n], carry[n], cell_carry[n], first, end)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(lstm)
def lstm_oracle(recurrent, gates, states, cells, packed):
    states[0], cells[0] = 0, 0
    for t in range(len(gates)):
        i, f, c, o = np.split(gates[t] + states[t] @ recurrent, 4, axis=1)
        i, f, c, o = logistic(i), logistic(f), np.tanh(c), logistic(o)
        gates[t] = np.concatenate([i, f, c, o], axis=1)
        cells[t + 1] = f * cells[t] + i * c
        states[t + 1] = o * np.tanh(cells[t + 1])


@oracle(lstm_gradient)
def lstm_gradient_oracle(recurrent, cells, d_states, gates, carry, cell_carry, packed):
    carry[...], cell_carry[...] = 0, 0
    for t in reversed(range(len(gates))):
        i, f, c, o = np.split(gates[t], 4, axis=1)
        dh, squashed = d_states[t] + carry, np.tanh(cells[t + 1])
        dc = cell_carry + dh * o * (1 - squashed**2)
        d_i, d_f = dc * c * i * (1 - i), dc * cells[t] * f * (1 - f)
        d_c, d_o = dc * i * (1 - c**2), dh * squashed * o * (1 - o)
        cell_carry[...] = dc * f
        gates[t] = np.concatenate([d_i, d_f, d_c, d_o], axis=1)
        carry[...] = gates[t] @ recurrent.T


@oracle(lstm_step)
def lstm_step_oracle(recurrent, before, old, gates, state, cell, packed, part, parts, moment):
    mine = slice(*units_of(part, parts, state.shape[1]))
    parts_of_gates, share = np.split(gates, 4, axis=1), np.zeros_like(gates)
    if moment == START:
        before[:, mine], old[:, mine] = 0, 0
    else:
        share = before @ recurrent
    shares = np.split(share, 4, axis=1)
    i, f, c, o = (x[:, mine] + h[:, mine] for x, h in zip(parts_of_gates, shares, strict=True))
    i, f, c, o = logistic(i), logistic(f), np.tanh(c), logistic(o)
    cell[:, mine] = f * old[:, mine] + i * c
    state[:, mine] = o * np.tanh(cell[:, mine])
    for kept, values in zip(parts_of_gates, (i, f, c, o), strict=True):
        kept[:, mine] = values


@oracle(lstm_step_gradient)
def lstm_step_gradient_oracle(
    recurrent, after, old, cell, d_state, gates, carry, cell_carry, packed, part, parts, moment
):
    mine = slice(*units_of(part, parts, cell.shape[1]))
    if moment == START:
        carry[:, mine], cell_carry[:, mine] = 0, 0
    else:
        carry[:, mine] = (after @ recurrent.T)[:, mine]
    i, f, c, o = (kept[:, mine] for kept in np.split(gates, 4, axis=1))
    dh, squashed = d_state[:, mine] + carry[:, mine], np.tanh(cell[:, mine])
    dc = cell_carry[:, mine] + dh * o * (1 - squashed**2)
    cell_carry[:, mine] = dc * f
    d_i, d_f = dc * c * i * (1 - i), dc * old[:, mine] * f * (1 - f)
    d_c, d_o = dc * i * (1 - c**2), dh * squashed * o * (1 - o)
    i[...], f[...], c[...], o[...] = d_i, d_f, d_c, d_o
