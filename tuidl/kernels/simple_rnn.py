"""The simple recurrent network (Elman, 1990): h_t = tanh(x_t W + b + h_(t-1) U).

All arrays have time in front; ``inputs`` is x W + b of all steps, made by a ``dense`` instruction.
"""

from tuidl.kernels.blas import gemm
from tuidl.kernels.elementary import ONE, tanh
from tuidl.kernels.jit import kernel


@kernel("dd tnd -> und", cost="2tndd")
def simple_rnn(recurrent, inputs, states):
    """Walk the steps; the first state is set to zeros."""
    states[0] = 0
    for t in range(inputs.shape[0]):
        after = states[t + 1]
        after[:] = inputs[t]
        gemm(states[t], 0, recurrent, 0, after, 1)
        state = after.reshape(after.size)
        for i in range(state.shape[0]):
            state[i] = tanh(state[i])


@kernel("dd und tnd -> tnd nd", cost="2tndd")
def simple_rnn_gradient(recurrent, states, d_states, d_inputs, carry):
    """Walk back through time, from dL/dh_t of every step; ``carry`` is scratch between steps."""
    carry[:] = 0
    for t in range(d_states.shape[0] - 1, -1, -1):
        state, above = states[t + 1].reshape(carry.size), d_states[t].reshape(carry.size)
        passed, out = carry.reshape(carry.size), d_inputs[t].reshape(carry.size)
        for i in range(state.shape[0]):
            out[i] = (above[i] + passed[i]) * (ONE - state[i] * state[i])
        gemm(d_inputs[t], 0, recurrent, 1, carry, 0)
