"""The gated recurrent unit on the GPU, with the reset gate behind the product."""

from math import tanh

from numba import cuda, float32

from tuidl.backends.cuda.arithmetic import sigmoid
from tuidl.backends.cuda.kernels.recurrence import group_size, pass_back, seat, shares
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import THREADS, device
from tuidl.kernels.elementary import ONE, ZERO

_shares = shares(3)


@device
def _step(gate, old, part, kept, j, units):
    """Unit j's new state; ``gate`` keeps its z, r and c."""
    z = sigmoid(gate[j] + part[0])
    r = sigmoid(gate[units + j] + part[1])
    c = tanh(gate[2 * units + j] + r * kept)
    gate[j], gate[units + j], gate[2 * units + j] = z, r, c
    return z * old + (ONE - z) * c


@cuda_kernel
def gru(recurrent, bias, gates, states, candidates, workspace, packed, block_group):
    """z, r = sigmoid(x + h U + b), c = tanh(x + r (h U + b)); h = z h + (1 - z) c, from zeros.

    ``workspace`` is the CPU's.
    """
    examples, units = states.shape[1], states.shape[2]
    group = group_size(examples, units, block_group.blocks)
    part = cuda.local.array(3, float32)
    for first in range(block_group.block * group, examples, block_group.blocks * group):
        n, unit = seat(first, examples, units, group)
        for j in range(unit, units, THREADS):
            states[0, n, j] = ZERO
        for t in range(gates.shape[0]):
            cuda.syncthreads()
            for j in range(unit, units, THREADS):
                _shares(states[t, n], recurrent, j, part)
                for g in range(3):
                    part[g] += bias[g * units + j]
                candidates[t, n, j] = part[2]
                states[t + 1, n, j] = _step(gates[t, n], states[t, n, j], part, part[2], j, units)


@device
def _step_back(gate, d_part, old, kept, dh, j, units):
    """Unit j's gradients: of the inputs' share to ``gate``, of the recurrent one to ``d_part``.

    Returns what passes to the state before besides the product.
    """
    z, r, c = gate[j], gate[units + j], gate[2 * units + j]
    d_candidate = dh * (ONE - z) * (ONE - c * c)
    d_update = dh * (old - c) * z * (ONE - z)
    d_reset = d_candidate * kept * r * (ONE - r)
    gate[j], gate[units + j], gate[2 * units + j] = d_update, d_reset, d_candidate
    d_part[j], d_part[units + j], d_part[2 * units + j] = d_update, d_reset, d_candidate * r
    return dh * z


@cuda_kernel
def gru_gradient(
    recurrent, states, candidates, d_states, gates, d_recurrent, carry, packed, block_group
):
    """Back through time: carry = dh z + d_recurrent U'."""
    steps, examples, units = d_states.shape
    group = group_size(examples, units, block_group.blocks)
    for first in range(block_group.block * group, examples, block_group.blocks * group):
        n, unit = seat(first, examples, units, group)
        for j in range(unit, units, THREADS):
            carry[n, j] = ZERO
        for t in range(steps - 1, -1, -1):
            for j in range(unit, units, THREADS):
                dh, old, kept = (
                    d_states[t, n, j] + carry[n, j],
                    states[t, n, j],
                    candidates[t, n, j],
                )
                carry[n, j] = _step_back(gates[t, n], d_recurrent[t, n], old, kept, dh, j, units)
            pass_back(d_recurrent[t], recurrent, n, unit, carry, block_group)
