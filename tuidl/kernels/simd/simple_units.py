"""A step of some units of a simple recurrent network, forward and backward (``simple_rnn.py``)."""

import numpy as np
from numba import types

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.simd.gates import Gates, Part, for_units


def advance_simple(state, count):
    """``count`` units go through tanh, where they lie. A pointer."""
    state[:count] = np.tanh(state[:count])


@intrinsic_for(advance_simple)
def _advance_simple(typing_context, state, count):
    def squashed(gates: Gates, x):
        return (gates.tanh(x),)

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        for_units(builder, scalar, arguments, Part(squashed, (0,), (0,)))
        return context.get_dummy_value()

    return types.void(state, types.int64), codegen


def retreat_simple(state, above, passed, d_input, count):
    """The same step backward, to what the units read; dL/dh is ``above`` + ``passed``."""
    state, above, passed = (x[:count] for x in (state, above, passed))
    d_input[:count] = (above + passed) * (1 - state * state)


@intrinsic_for(retreat_simple)
def _retreat_simple(typing_context, state, above, passed, d_input, count):
    def gradient(gates: Gates, state, above, passed):
        return (gates.times(gates.plus(above, passed), gates.slope_of_tanh(state)),)

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        for_units(builder, scalar, arguments, Part(gradient, range(3), (3,)))
        return context.get_dummy_value()

    return types.void(state, above, passed, d_input, types.int64), codegen
