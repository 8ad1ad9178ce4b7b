"""The gated recurrent unit (Cho et al., 2014), with the reset gate behind the product.

All arrays have time in front. The inputs' part of the gates, for all steps at once, comes in
through ``gates`` (a ``dense`` instruction made it); each step adds the recurrent part:

    r_t = h_(t-1) U + b          three parts, for the gates z, r and the candidate
    z = sigmoid(x_z + r_z)       r = sigmoid(x_r + r_r)       c = tanh(x_c + r * r_c)
    h_t = z * h_(t-1) + (1 - z) * c
"""

import numpy as np

from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import logistic, oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.gemm import START_BIAS
from tuidl.kernels.simd.gru_units import advance_gru, retreat_gru
from tuidl.kernels.simd.intrinsics import data_of, pointer_at
from tuidl.kernels.simd.memory import copy_values
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
def _parts_of(gate, units, first):
    """Where the gates z, r and c of an example are, from the unit ``first`` on."""
    z = pointer_at(data_of(gate), first)
    return z, pointer_at(z, units), pointer_at(z, 2 * units)


@device_function
def _advance(gate, share, kept, old, new, first, end):
    """A step of some units of an example, from its gates' input and recurrent ``share``."""
    z, r, c = _parts_of(gate, new.shape[0], first)
    share_z, share_r, share_c = _parts_of(share, new.shape[0], first)
    kept, old = pointer_at(data_of(kept), first), pointer_at(data_of(old), first)
    new = pointer_at(data_of(new), first)
    advance_gru(share_z, share_r, share_c, old, z, r, c, kept, new, end - first)


@device_function
def _go_back(gate, d_share, old, kept, above, passed, first, end):
    """The same step backward: ``gate`` turns into its gradient."""
    z, r, c = _parts_of(gate, old.shape[0], first)
    d_z, d_r, d_c = _parts_of(d_share, old.shape[0], first)
    old, kept = pointer_at(data_of(old), first), pointer_at(data_of(kept), first)
    above, passed = pointer_at(data_of(above), first), pointer_at(data_of(passed), first)
    retreat_gru(old, kept, above, passed, z, r, c, d_z, d_r, d_c, end - first)


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
        if t > 0:
            add_product(before, recurrent, packed, workspace)
        for n in range(before.shape[0]):
            share, kept = workspace[n], candidates[t, n]
            _advance(gates[t, n], share, kept, before[n], after[n], 0, units)


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
            old, kept, above = before[n], candidates[t, n], d_states[t, n]
            _go_back(gates[t, n], d_recurrent[t, n], old, kept, above, carry[n], 0, units)
        if t > 0:
            pass_back(d_recurrent[t], packed, carry, 1)


@kernel("dg g -> nd ng nd nd ng m", cost="2ndg")
def gru_step(
    recurrent, bias, before, gates, state, candidates, workspace, packed, part, parts, moment
):
    """One step of ``gru`` for the units of a part, from the state ``before``.

    ``moment``: see ``simd/recurrent.py``. Each part has its own room in ``packed``.
    """
    units = state.shape[1]
    first, end = units_of(part, parts, units)
    if first == end:
        return
    if moment == START:
        before[:, first:end] = 0
        for n in range(workspace.shape[0]):
            for gate in range(3):
                at, to = gate * units + first, gate * units + end
                copy_values(workspace[n, at:to], bias[at:to])
    else:
        if moment == PACK:
            pack_units(recurrent, packed, first, end)
        add_units(before, packed, data_of(bias), START_BIAS, workspace, first, end)
    for n in range(state.shape[0]):
        _advance(gates[n], workspace[n], candidates[n], before[n], state[n], first, end)


@kernel("dg ng nd nd nd -> ng ng nd m", cost="2ndg")
def gru_step_gradient(
    recurrent, after, before, candidates, d_state, gates, d_recurrent, carry, packed,
    part, parts, moment,
):  # fmt: skip
    """One step of ``gru_gradient`` for the units of a part.

    ``after``: ``d_recurrent`` of the step after this one; ``moment`` is START in the last step.
    """
    first, end = units_of(part, parts, carry.shape[1])
    if first == end:
        return
    if moment == START:
        carry[:, first:end] = 0
    else:
        if moment == PACK:
            pack_units_transposed(recurrent, packed, first, end)
        pass_back_units(after, packed, carry, 1, first, end)
    for n in range(carry.shape[0]):
        old, kept, above = before[n], candidates[n], d_state[n]
        _go_back(gates[n], d_recurrent[n], old, kept, above, carry[n], first, end)


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


@oracle(gru_step)
def gru_step_oracle(
    recurrent, bias, before, gates, state, candidates, workspace, packed, part, parts, moment
):
    mine = slice(*units_of(part, parts, state.shape[1]))
    share = np.zeros_like(gates) + bias
    if moment == START:
        before[:, mine] = 0
    else:
        share += before @ recurrent
    shares = np.split(share, 3, axis=1)
    z, r, c = (kept[:, mine] for kept in np.split(gates, 3, axis=1))
    share_z, share_r, candidates[:, mine] = (share[:, mine] for share in shares)
    z[...], r[...] = logistic(z + share_z), logistic(r + share_r)
    c[...] = np.tanh(c + r * candidates[:, mine])
    state[:, mine] = z * before[:, mine] + (1 - z) * c


@oracle(gru_step_gradient)
def gru_step_gradient_oracle(
    recurrent, after, before, candidates, d_state, gates, d_recurrent, carry, packed,
    part, parts, moment,
):  # fmt: skip
    mine = slice(*units_of(part, parts, carry.shape[1]))
    passed = carry[:, mine] + (after @ recurrent.T)[:, mine] if moment != START else 0
    z, r, c = (kept[:, mine] for kept in np.split(gates, 3, axis=1))
    dh = d_state[:, mine] + passed
    d_candidate = dh * (1 - z) * (1 - c**2)
    d_update = dh * (before[:, mine] - c) * z * (1 - z)
    d_reset = d_candidate * candidates[:, mine] * r * (1 - r)
    carry[:, mine] = dh * z
    for share, values in zip(
        np.split(d_recurrent, 3, axis=1), (d_update, d_reset, d_candidate * r), strict=True
    ):
        share[:, mine] = values
    z[...], r[...], c[...] = d_update, d_reset, d_candidate
