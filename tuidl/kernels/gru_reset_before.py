"""The gated recurrent unit as first published (Cho et al., 2014): the reset gate in front of the
product. Arrays as in ``gru.py``:

    z = sigmoid(x_z + h U_z)     r = sigmoid(x_r + h U_r)     c = tanh(x_c + (r * h) U_c)
    h_t = z * h_(t-1) + (1 - z) * c
"""

import numpy as np

from tuidl.kernels.oracles import logistic, oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.gru_units import close_gates, divide_gradient, open_gates, use_candidate
from tuidl.kernels.simd.intrinsics import data_of, pointer_at
from tuidl.kernels.simd.recurrent import add_product, pack_transposed, pack_weights, pass_back


@kernel("db dd -> tng und tnd nb nd m z", cost="2tndg")
def gru_reset_before(
    gate_weights, weights, gates, states, resets, part, product, packed_gates, packed
):
    """Forward through time. ``gate_weights`` is U_z and U_r side by side, ``weights`` is U_c.

    ``gates`` ends as z, r and c of each step, ``resets`` as r * h; ``part``, ``product`` and
    packed weights are workspace.
    """
    units = states.shape[2]
    states[0] = 0
    pack_weights(gate_weights, packed_gates)
    pack_weights(weights, packed)
    for t in range(gates.shape[0]):
        part[:] = 0
        if t > 0:
            add_product(states[t], gate_weights, packed_gates, part)
        for n in range(part.shape[0]):
            z, share, old = data_of(gates[t, n]), data_of(part[n]), data_of(states[t, n])
            r, share_r = pointer_at(z, units), pointer_at(share, units)
            open_gates(share, share_r, old, z, r, data_of(resets[t, n]), units)
        product[:] = 0
        if t > 0:
            add_product(resets[t], weights, packed, product)
        for n in range(part.shape[0]):
            z, old, new = data_of(gates[t, n]), data_of(states[t, n]), data_of(states[t + 1, n])
            use_candidate(data_of(product[n]), old, z, pointer_at(z, 2 * units), new, units)


@kernel("db dd und tnd -> tng tnb tnd nd nd m z", cost="2tndg")
def gru_reset_before_gradient(
    gate_weights, weights, states, d_states, gates, d_gates, d_candidates, carry, d_reset,
    packed_gates, packed,
):  # fmt: skip
    """Backward through time, from dL/dh_t of every step in ``d_states``.

    ``gates`` (z, r, c) turns into the gradient of the inputs' part, which ``d_gates`` (z and r)
    and ``d_candidates`` hold as matrices too; ``carry``, ``d_reset`` and packed weights are
    workspace.
    """
    units = states.shape[2]
    carry[:] = 0
    pack_transposed(gate_weights, packed_gates)
    pack_transposed(weights, packed)
    for t in range(gates.shape[0] - 1, -1, -1):
        for n in range(carry.shape[0]):
            z, old, above = data_of(gates[t, n]), data_of(states[t, n]), data_of(d_states[t, n])
            c, d_candidate = pointer_at(z, 2 * units), data_of(d_candidates[t, n])
            passed, d_z = data_of(carry[n]), data_of(d_gates[t, n])
            divide_gradient(old, above, passed, z, c, d_candidate, d_z, units)
        pass_back(d_candidates[t], packed, d_reset, 0)
        for n in range(carry.shape[0]):
            z, d_z, old = data_of(gates[t, n]), data_of(d_gates[t, n]), data_of(states[t, n])
            r, c, d_r = pointer_at(z, units), pointer_at(z, 2 * units), pointer_at(d_z, units)
            d, d_candidate = data_of(d_reset[n]), data_of(d_candidates[t, n])
            close_gates(d, old, d_z, d_candidate, data_of(carry[n]), z, r, c, d_r, units)
        if t > 0:
            pass_back(d_gates[t], packed_gates, carry, 1)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(gru_reset_before)
def gru_reset_before_oracle(
    gate_weights, weights, gates, states, resets, part, product, packed_gates, packed
):
    states[0] = 0
    for t in range(len(gates)):
        x_z, x_r, x_c = np.split(gates[t], 3, axis=1)
        h_z, h_r = np.split(states[t] @ gate_weights, 2, axis=1)
        z, r = logistic(x_z + h_z), logistic(x_r + h_r)
        resets[t] = r * states[t]
        c = np.tanh(x_c + resets[t] @ weights)
        gates[t] = np.concatenate([z, r, c], axis=1)
        states[t + 1] = z * states[t] + (1 - z) * c


@oracle(gru_reset_before_gradient)
def gru_reset_before_gradient_oracle(
    gate_weights, weights, states, d_states, gates, d_gates, d_candidates, carry, d_reset,
    packed_gates, packed,
):  # fmt: skip
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
