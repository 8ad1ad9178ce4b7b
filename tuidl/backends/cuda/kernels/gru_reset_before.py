"""The gated recurrent unit on the GPU, with the reset gate in front of the product."""

from math import tanh

from numba import cuda, float32

from tuidl.backends.cuda.arithmetic import sigmoid
from tuidl.backends.cuda.kernels.recurrence import group_size, pass_back, seat, shares
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import THREADS, device
from tuidl.kernels.elementary import ONE, ZERO

_gate_shares = shares(2)
_share = shares(1)


@device
def _open(gate, part, old, j, units):
    """Unit j's z and r, which ``gate`` keeps; returns r * h."""
    gate[j] = sigmoid(gate[j] + part[0])
    r = sigmoid(gate[units + j] + part[1])
    gate[units + j] = r
    return r * old


@device
def _renew(gate, part, old, j, units):
    """Unit j's candidate, which ``gate`` keeps; returns the new state."""
    z, c = gate[j], tanh(gate[2 * units + j] + part[0])
    gate[2 * units + j] = c
    return z * old + (ONE - z) * c


@cuda_kernel
def gru_reset_before(
    gate_weights, weights, gates, states, resets, part, product, packed_gates, packed, block_group
):
    """z, r = sigmoid(x + h U), c = tanh(x + (r h) U_c); h = z h + (1 - z) c, from zeros.

    ``part``, ``product`` and the packed weights are the CPU's.
    """
    examples, units = states.shape[1], states.shape[2]
    group = group_size(examples, units, block_group.blocks)
    sums = cuda.local.array(2, float32)
    for first in range(block_group.block * group, examples, block_group.blocks * group):
        n, unit = seat(first, examples, units, group)
        for j in range(unit, units, THREADS):
            states[0, n, j] = ZERO
        for t in range(gates.shape[0]):
            cuda.syncthreads()
            for j in range(unit, units, THREADS):
                _gate_shares(states[t, n], gate_weights, j, sums)
                resets[t, n, j] = _open(gates[t, n], sums, states[t, n, j], j, units)
            cuda.syncthreads()
            for j in range(unit, units, THREADS):
                _share(resets[t, n], weights, j, sums)
                states[t + 1, n, j] = _renew(gates[t, n], sums, states[t, n, j], j, units)


@device
def _candidate_back(gate, d_gate, old, dh, j, units):
    """Unit j's gradient of z goes to ``d_gate``; returns the candidate's."""
    z, c = gate[j], gate[2 * units + j]
    d_gate[j] = dh * (old - c) * z * (ONE - z)
    return dh * (ONE - z) * (ONE - c * c)


@device
def _reset_back(gate, d_gate, old, d_candidate, d, j, units):
    """Unit j's gradient of r, from d of r * h; ``gate`` turns into all three gradients.

    Returns what passes to the state before through r * h.
    """
    r = gate[units + j]
    d_r = d * old * r * (ONE - r)
    d_gate[units + j] = d_r
    gate[j], gate[units + j], gate[2 * units + j] = d_gate[j], d_r, d_candidate
    return d * r


@cuda_kernel
def gru_reset_before_gradient(
    gate_weights, weights, states, d_states, gates, d_gates, d_candidates, carry, d_reset,
    packed_gates, packed, block_group,
):  # fmt: skip
    """Back through time: d_reset = d_candidates U_c', carry = dh z + d_reset r + d_gates U'."""
    steps, examples, units = d_states.shape
    group = group_size(examples, units, block_group.blocks)
    for first in range(block_group.block * group, examples, block_group.blocks * group):
        n, unit = seat(first, examples, units, group)
        for j in range(unit, units, THREADS):
            carry[n, j] = ZERO
        for t in range(steps - 1, -1, -1):
            for j in range(unit, units, THREADS):
                dh, old = d_states[t, n, j] + carry[n, j], states[t, n, j]
                carry[n, j] = dh * gates[t, n, j]
                d_candidates[t, n, j] = _candidate_back(
                    gates[t, n], d_gates[t, n], old, dh, j, units
                )
                d_reset[n, j] = ZERO
            pass_back(d_candidates[t], weights, n, unit, d_reset, block_group)
            for j in range(unit, units, THREADS):
                d, old, d_candidate = d_reset[n, j], states[t, n, j], d_candidates[t, n, j]
                carry[n, j] += _reset_back(
                    gates[t, n], d_gates[t, n], old, d_candidate, d, j, units
                )
            pass_back(d_gates[t], gate_weights, n, unit, carry, block_group)
