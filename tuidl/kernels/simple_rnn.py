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
        for n in range(after.shape[0]):
            state = after[n]
            for j in range(state.shape[0]):
                state[j] = tanh(state[j])


@kernel("dd und tnd -> tnd nd", cost="2tndd")
def simple_rnn_gradient(recurrent, states, d_states, d_inputs, carry):
    """Walk back through time, from dL/dh_t of every step; ``carry`` is scratch between steps."""
    carry[:] = 0
    for t in range(d_states.shape[0] - 1, -1, -1):
        for n in range(carry.shape[0]):
            state, above, passed, out = states[t + 1, n], d_states[t, n], carry[n], d_inputs[t, n]
            for j in range(state.shape[0]):
                out[j] = (above[j] + passed[j]) * (ONE - state[j] * state[j])
        gemm(d_inputs[t], 0, recurrent, 1, carry, 0)
