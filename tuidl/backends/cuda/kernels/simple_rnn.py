"""The simple recurrent network on the GPU."""

from math import tanh

from numba import cuda, float32

from tuidl.backends.cuda.kernels.recurrence import group_size, pass_back, seat, shares
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import THREADS
from tuidl.kernels.elementary import ONE, ZERO

_share = shares(1)


@cuda_kernel
def simple_rnn(recurrent, inputs, states, packed, block_group):
    """h_t = tanh(x_t + h_(t-1) U), from zeros."""
    steps, examples, units = inputs.shape
    group = group_size(examples, units, block_group.blocks)
    total = cuda.local.array(1, float32)
    for first in range(block_group.block * group, examples, block_group.blocks * group):
        n, unit = seat(first, examples, units, group)
        for j in range(unit, units, THREADS):
            states[0, n, j] = ZERO
        for t in range(steps):
            cuda.syncthreads()
            for j in range(unit, units, THREADS):
                _share(states[t, n], recurrent, j, total)
                states[t + 1, n, j] = tanh(inputs[t, n, j] + total[0])


@cuda_kernel
def simple_rnn_gradient(recurrent, states, d_states, d_inputs, carry, packed, block_group):
    """dx_t = (dL/dh_t + carry) (1 - h_t^2); carry = dx_t U'."""
    steps, examples, units = d_states.shape
    group = group_size(examples, units, block_group.blocks)
    for first in range(block_group.block * group, examples, block_group.blocks * group):
        n, unit = seat(first, examples, units, group)
        for j in range(unit, units, THREADS):
            carry[n, j] = ZERO
        for t in range(steps - 1, -1, -1):
            for j in range(unit, units, THREADS):
                state = states[t + 1, n, j]
                d_inputs[t, n, j] = (d_states[t, n, j] + carry[n, j]) * (ONE - state * state)
                carry[n, j] = ZERO
            pass_back(d_inputs[t], recurrent, n, unit, carry, block_group)
