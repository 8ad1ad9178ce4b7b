"""The simple recurrent network (Elman, 1990): h_t = tanh(x_t W + b + h_(t-1) U).

All arrays have time in front; ``inputs`` is x W + b of all steps, made by a ``dense`` instruction.
"""

import numpy as np

from tuidl.kernels.elementary import ONE, ZERO, tanh
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.gemm import START_C
from tuidl.kernels.simd.intrinsics import data_of, flat, pointer_at
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
from tuidl.kernels.simd.simple_units import advance_simple, retreat_simple


@device_function
def _one_unit(factor, inputs, states):
    """A product with a single number needs no BLAS."""
    for t in range(inputs.shape[0]):
        x = flat(inputs[t])
        before, after = flat(states[t]), flat(states[t + 1])
        for i in range(x.size):
            after[i] = tanh(x[i] + factor * before[i])


@kernel("dd tnd -> und m", cost="2tndd")
def simple_rnn(recurrent, inputs, states, packed):
    """Forward through time; the first state is set to zeros.

    ``packed``: workspace, see ``simd/recurrent.py``.
    """
    first = flat(states[0])
    for i in range(first.shape[0]):
        first[i] = ZERO
    if recurrent.size == 1:
        _one_unit(recurrent[0, 0], inputs, states)
        return
    pack_weights(recurrent, packed)
    for t in range(inputs.shape[0]):
        after = states[t + 1]
        state = flat(after)
        copy_values(state, flat(inputs[t]))
        if t > 0:
            add_product(states[t], recurrent, packed, after)
        advance_simple(data_of(after), state.shape[0])


@kernel("dd und tnd -> tnd nd m", cost="2tndd")
def simple_rnn_gradient(recurrent, states, d_states, d_inputs, carry, packed):
    """Backward through time, from dL/dh_t of every step.

    ``carry`` is workspace between steps, ``packed`` for U'.
    """
    passed = flat(carry)
    for i in range(passed.shape[0]):
        passed[i] = ZERO
    if recurrent.size > 1:
        pack_transposed(recurrent, packed)
    for t in range(d_states.shape[0] - 1, -1, -1):
        state, above = flat(states[t + 1]), flat(d_states[t])
        out = flat(d_inputs[t])
        # LLVM's loop: with whole vectors here the step of a single unit took 1.08 times as long
        for i in range(state.shape[0]):
            out[i] = (above[i] + passed[i]) * (ONE - state[i] * state[i])
        if recurrent.size == 1:
            for i in range(out.shape[0]):
                passed[i] = recurrent[0, 0] * out[i]
        elif t > 0:
            pass_back(d_inputs[t], packed, carry, 0)


@kernel("dd nd -> nd nd m", cost="2ndd")
def simple_rnn_step(recurrent, inputs, before, state, packed, part, parts, moment):
    """One step of ``simple_rnn`` for the units of a part, from the state ``before``.

    ``moment``: see ``simd/recurrent.py``. Each part has its own room in ``packed``.
    """
    first, end = units_of(part, parts, state.shape[1])
    if first == end:
        return
    for n in range(state.shape[0]):
        copy_values(state[n, first:end], inputs[n, first:end])
    if moment == START:
        before[:, first:end] = ZERO
    else:
        if moment == PACK:
            pack_units(recurrent, packed, first, end)
        add_units(before, packed, data_of(state), START_C, state, first, end)
    for n in range(state.shape[0]):
        advance_simple(pointer_at(data_of(state[n]), first), end - first)


@kernel("dd nd nd nd -> nd nd m", cost="2ndd")
def simple_rnn_step_gradient(
    recurrent, after, state, d_state, d_inputs, carry, packed, part, parts, moment
):
    """One step of ``simple_rnn_gradient`` for the units of a part.

    ``after``: ``d_inputs`` of the step after this one; ``moment`` is START in the last step.
    """
    first, end = units_of(part, parts, state.shape[1])
    if first == end:
        return
    if moment == START:
        carry[:, first:end] = ZERO
    else:
        if moment == PACK:
            pack_units_transposed(recurrent, packed, first, end)
        pass_back_units(after, packed, carry, 0, first, end)
    for n in range(state.shape[0]):
        here, above = pointer_at(data_of(state[n]), first), pointer_at(data_of(d_state[n]), first)
        passed, out = pointer_at(data_of(carry[n]), first), pointer_at(data_of(d_inputs[n]), first)
        retreat_simple(here, above, passed, out, end - first)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(simple_rnn)
def simple_rnn_oracle(recurrent, inputs, states, packed):
    states[0] = 0
    for t in range(len(inputs)):
        states[t + 1] = np.tanh(inputs[t] + states[t] @ recurrent)


@oracle(simple_rnn_gradient)
def simple_rnn_gradient_oracle(recurrent, states, d_states, d_inputs, carry, packed):
    carry[...] = 0
    for t in reversed(range(len(d_states))):
        d_inputs[t] = (d_states[t] + carry) * (1 - states[t + 1] ** 2)
        carry[...] = d_inputs[t] @ recurrent.T


@oracle(simple_rnn_step)
def simple_rnn_step_oracle(recurrent, inputs, before, state, packed, part, parts, moment):
    mine = slice(*units_of(part, parts, state.shape[1]))
    if moment == START:
        before[:, mine] = 0
    product = (before @ recurrent)[:, mine] if moment != START else 0
    state[:, mine] = np.tanh(inputs[:, mine] + product)


@oracle(simple_rnn_step_gradient)
def simple_rnn_step_gradient_oracle(
    recurrent, after, state, d_state, d_inputs, carry, packed, part, parts, moment
):
    mine = slice(*units_of(part, parts, state.shape[1]))
    carry[:, mine] = (after @ recurrent.T)[:, mine] if moment != START else 0
    d_inputs[:, mine] = (d_state + carry)[:, mine] * (1 - state[:, mine] ** 2)
