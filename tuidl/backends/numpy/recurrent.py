"""The definition of the recurrent kernels in plain NumPy."""

import numpy as np

from tuidl.backends.numpy.registry import Array, oracle, sigmoid


@oracle
def gru(
    recurrent: Array, bias: Array, gates: Array, states: Array, candidates: Array, scratch: Array
) -> None:
    units = states.shape[2]
    states[0] = 0
    for t in range(len(gates)):
        part = states[t] @ recurrent + bias
        z = sigmoid(gates[t, :, :units] + part[:, :units])
        r = sigmoid(gates[t, :, units : 2 * units] + part[:, units : 2 * units])
        candidates[t] = part[:, 2 * units :]
        c = np.tanh(gates[t, :, 2 * units :] + r * candidates[t])
        gates[t] = np.concatenate([z, r, c], axis=1)
        states[t + 1] = z * states[t] + (1 - z) * c


@oracle
def gru_gradient(
    recurrent: Array, states: Array, candidates: Array, d_states: Array,
    gates: Array, d_recurrent: Array, carry: Array,
) -> None:  # fmt: skip
    carry[...] = 0
    for t in reversed(range(len(gates))):
        z, r, c = np.split(gates[t], 3, axis=1)
        dh = d_states[t] + carry
        d_candidate = dh * (1 - z) * (1 - c**2)
        d_update = dh * (states[t] - c) * z * (1 - z)
        d_reset = d_candidate * candidates[t] * r * (1 - r)
        d_recurrent[t] = np.concatenate([d_update, d_reset, d_candidate * r], axis=1)
        carry[...] = dh * z + d_recurrent[t] @ recurrent.T
        gates[t] = np.concatenate([d_update, d_reset, d_candidate], axis=1)


@oracle
def lstm(recurrent: Array, gates: Array, states: Array, cells: Array) -> None:
    states[0], cells[0] = 0, 0
    for t in range(len(gates)):
        i, f, c, o = np.split(gates[t] + states[t] @ recurrent, 4, axis=1)
        i, f, c, o = sigmoid(i), sigmoid(f), np.tanh(c), sigmoid(o)
        gates[t] = np.concatenate([i, f, c, o], axis=1)
        cells[t + 1] = f * cells[t] + i * c
        states[t + 1] = o * np.tanh(cells[t + 1])


@oracle
def lstm_gradient(
    recurrent: Array, cells: Array, d_states: Array, gates: Array, carry: Array, cell_carry: Array
) -> None:
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


@oracle
def simple_rnn(recurrent: Array, inputs: Array, states: Array) -> None:
    states[0] = 0
    for t in range(len(inputs)):
        states[t + 1] = np.tanh(inputs[t] + states[t] @ recurrent)


@oracle
def simple_rnn_gradient(
    recurrent: Array, states: Array, d_states: Array, d_inputs: Array, carry: Array
) -> None:
    carry[...] = 0
    for t in reversed(range(len(d_states))):
        d_inputs[t] = (d_states[t] + carry) * (1 - states[t + 1] ** 2)
        carry[...] = d_inputs[t] @ recurrent.T


@oracle
def gru_reset_before(
    gate_weights: Array, weights: Array, gates: Array, states: Array, resets: Array,
    part: Array, product: Array,
) -> None:  # fmt: skip
    states[0] = 0
    for t in range(len(gates)):
        x_z, x_r, x_c = np.split(gates[t], 3, axis=1)
        h_z, h_r = np.split(states[t] @ gate_weights, 2, axis=1)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        resets[t] = r * states[t]
        c = np.tanh(x_c + resets[t] @ weights)
        gates[t] = np.concatenate([z, r, c], axis=1)
        states[t + 1] = z * states[t] + (1 - z) * c


@oracle
def gru_reset_before_gradient(
    gate_weights: Array, weights: Array, states: Array, d_states: Array,
    gates: Array, d_gates: Array, d_candidates: Array, carry: Array, d_reset: Array,
) -> None:  # fmt: skip
    carry[...] = 0
    for t in reversed(range(len(gates))):
        z, r, c = np.split(gates[t].copy(), 3, axis=1)
        dh = d_states[t] + carry
        d_candidates[t] = dh * (1 - z) * (1 - c**2)
        d_reset[...] = d_candidates[t] @ weights.T
        d_z = dh * (states[t] - c) * z * (1 - z)
        d_gates[t] = np.concatenate([d_z, d_reset * states[t] * r * (1 - r)], axis=1)
        carry[...] = dh * z + d_reset * r + d_gates[t] @ gate_weights.T
        gates[t] = np.concatenate([d_gates[t], d_candidates[t]], axis=1)
