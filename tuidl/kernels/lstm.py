"""Long short-term memory (Hochreiter and Schmidhuber, 1997, with the forget gate of 1999).

All arrays have time in front. The inputs' part of the gates, bias included, comes in through
``gates`` (a ``dense`` instruction made it), in Keras's order:

    i, f, o = sigmoid(x_i + h U_i) ...       c~ = tanh(x_c + h U_c)
    c_t = f * c_(t-1) + i * c~               h_t = o * tanh(c_t)
"""

import numpy as np

from tuidl.kernels.elementary import ONE, sigmoid, tanh
from tuidl.kernels.oracles import logistic, oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.recurrent import add_product, pack_transposed, pack_weights, pass_back


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
        add_product(states[t], recurrent, packed, gates[t])
        for n in range(states.shape[1]):
            gate, old, cell, state = gates[t, n], cells[t, n], cells[t + 1, n], states[t + 1, n]
            i, f = gate[:units], gate[units : 2 * units]
            c, o = gate[2 * units : 3 * units], gate[3 * units :]
            for j in range(units):
                i[j] = sigmoid(i[j])
                f[j] = sigmoid(f[j])
                c[j] = tanh(c[j])
                o[j] = sigmoid(o[j])
                cell[j] = f[j] * old[j] + i[j] * c[j]
                state[j] = o[j] * tanh(cell[j])


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
            gate, old, cell, above = gates[t, n], cells[t, n], cells[t + 1, n], d_states[t, n]
            passed, d_cell = carry[n], cell_carry[n]
            i, f = gate[:units], gate[units : 2 * units]
            c, o = gate[2 * units : 3 * units], gate[3 * units :]
            for j in range(units):
                dh = above[j] + passed[j]
                squashed = tanh(cell[j])
                dc = d_cell[j] + dh * o[j] * (ONE - squashed * squashed)
                d_input = dc * c[j] * i[j] * (ONE - i[j])
                d_candidate = dc * i[j] * (ONE - c[j] * c[j])
                d_cell[j] = dc * f[j]
                o[j] = dh * squashed * o[j] * (ONE - o[j])
                f[j] = dc * old[j] * f[j] * (ONE - f[j])
                i[j] = d_input
                c[j] = d_candidate
        pass_back(gates[t], packed, carry, 0)


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
