"""The gated recurrent unit (Cho et al., 2014), with the reset gate behind the product.

All arrays have time in front. The inputs' part of the gates, for all steps at once, comes in
through ``gates`` (a ``dense`` instruction made it); each step adds the recurrent part:

    r_t = h_(t-1) U + b          three parts, for the gates z, r and the candidate
    z = sigmoid(x_z + r_z)       r = sigmoid(x_r + r_r)       c = tanh(x_c + r * r_c)
    h_t = z * h_(t-1) + (1 - z) * c
"""

import numpy as np

from tuidl.kernels.elementary import ONE, sigmoid, tanh
from tuidl.kernels.oracles import logistic, oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.recurrent import add_product, pack_transposed, pack_weights, pass_back


@kernel("dg g -> tng und tnd ng m", cost="2tndg")
def gru(recurrent, bias, gates, states, candidates, workspace, packed):
    """Forward through time. ``states[0]`` is set to zeros; ``gates`` ends as z, r, c of each step.

    ``candidates`` keeps r_c, the recurrent part of the candidate, which the gradient needs.
    ``packed``: workspace, see ``simd/recurrent.py``.
    """
    units = states.shape[2]
    states[0] = 0
    pack_weights(recurrent, packed)
    for t in range(gates.shape[0]):
        before, after = states[t], states[t + 1]
        for n in range(workspace.shape[0]):
            for j in range(workspace.shape[1]):
                workspace[n, j] = bias[j]
        add_product(before, recurrent, packed, workspace)
        for n in range(before.shape[0]):
            gate, part, kept = gates[t, n], workspace[n], candidates[t, n]
            old, new = before[n], after[n]
            z, r, c = gate[:units], gate[units : 2 * units], gate[2 * units :]
            part_z, part_r, part_c = part[:units], part[units : 2 * units], part[2 * units :]
            for j in range(units):
                z[j] = sigmoid(z[j] + part_z[j])
                r[j] = sigmoid(r[j] + part_r[j])
                kept[j] = part_c[j]
                c[j] = tanh(c[j] + r[j] * part_c[j])
                new[j] = z[j] * old[j] + (ONE - z[j]) * c[j]


@kernel("dg und tnd tnd -> tng tng nd m", cost="2tndg")
def gru_gradient(recurrent, states, candidates, d_states, gates, d_recurrent, carry, packed):
    """Backward through time, from dL/dh_t of every step in ``d_states``.

    ``gates`` (z, r, c) turns into the gradient of the inputs' part, ``d_recurrent`` is the
    gradient of the recurrent part; ``carry`` is workspace for the gradient between two steps,
    ``packed`` for U'.
    """
    units = states.shape[2]
    carry[:] = 0
    pack_transposed(recurrent, packed)
    for t in range(gates.shape[0] - 1, -1, -1):
        before = states[t]
        for n in range(before.shape[0]):
            gate, d_part, old, kept = gates[t, n], d_recurrent[t, n], before[n], candidates[t, n]
            d, passed = d_states[t, n], carry[n]
            z, r, c = gate[:units], gate[units : 2 * units], gate[2 * units :]
            d_z, d_r, d_c = d_part[:units], d_part[units : 2 * units], d_part[2 * units :]
            for j in range(units):
                dh = d[j] + passed[j]
                d_candidate = dh * (ONE - z[j]) * (ONE - c[j] * c[j])
                d_update = dh * (old[j] - c[j]) * z[j] * (ONE - z[j])
                d_reset = d_candidate * kept[j] * r[j] * (ONE - r[j])
                passed[j] = dh * z[j]
                d_z[j] = d_update
                d_r[j] = d_reset
                d_c[j] = d_candidate * r[j]
                z[j] = d_update
                r[j] = d_reset
                c[j] = d_candidate
        pass_back(d_recurrent[t], packed, carry, 1)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(gru)
def gru_oracle(recurrent, bias, gates, states, candidates, workspace, packed):
    units = states.shape[2]
    states[0] = 0
    for t in range(len(gates)):
        part = states[t] @ recurrent + bias
        z = logistic(gates[t, :, :units] + part[:, :units])
        r = logistic(gates[t, :, units : 2 * units] + part[:, units : 2 * units])
        candidates[t] = part[:, 2 * units :]
        c = np.tanh(gates[t, :, 2 * units :] + r * candidates[t])
        gates[t] = np.concatenate([z, r, c], axis=1)
        states[t + 1] = z * states[t] + (1 - z) * c


@oracle(gru_gradient)
def gru_gradient_oracle(recurrent, states, candidates, d_states, gates, d_recurrent, carry, packed):
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
