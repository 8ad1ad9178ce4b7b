"""A step of some units of a long short-term memory, forward and backward (``lstm.py``)."""

import numpy as np
from numba import types

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.oracles import logistic
from tuidl.kernels.simd.gates import Gates, Part, for_units


def advance_lstm(old, i, f, c, o, cell, state, count):
    """A step of ``count`` units: gates open, ``cell`` and ``state`` follow from the ``old`` cell.

    Pointers.
    """
    old, i, f, c, o, cell, state = (x[:count] for x in (old, i, f, c, o, cell, state))
    i[:], f[:], c[:], o[:] = logistic(i), logistic(f), np.tanh(c), logistic(o)
    cell[:] = f * old + i * c
    state[:] = o * np.tanh(cell)


@intrinsic_for(advance_lstm)
def _advance_lstm(typing_context, old, i, f, c, o, cell, state, count):
    def opened(gates: Gates, i, f, c, o):
        return gates.sigmoid(i), gates.sigmoid(f), gates.tanh(c), gates.sigmoid(o)

    def used(gates: Gates, old, i, f, c, o):
        cell = gates.simd.multiply_add(f, old, gates.times(i, c))
        return cell, gates.times(o, gates.tanh(cell))

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        of_gates = range(1, 5)
        parts = (Part(opened, of_gates, of_gates), Part(used, range(5), (5, 6)))
        for_units(builder, scalar, arguments, *parts)
        return context.get_dummy_value()

    return types.void(old, i, f, c, o, cell, state, types.int64), codegen


def retreat_lstm(old, cell, above, passed, i, f, c, o, d_cell, count):
    """The same step backward: gates turn into their gradients.

    ``above``, ``passed``: dL/dh by the layer above and by the step after this one; ``d_cell``:
    dL/dcell by that step, and then for the step before.
    """
    old, cell, above, passed = (x[:count] for x in (old, cell, above, passed))
    i, f, c, o, d_cell = (x[:count] for x in (i, f, c, o, d_cell))
    dh, squashed = above + passed, np.tanh(cell)
    dc = d_cell + dh * o * (1 - squashed * squashed)
    d_i, d_f = dc * c * i * (1 - i), dc * old * f * (1 - f)
    d_c, d_o = dc * i * (1 - c * c), dh * squashed * o * (1 - o)
    d_cell[:] = dc * f
    i[:], f[:], c[:], o[:] = d_i, d_f, d_c, d_o


@intrinsic_for(retreat_lstm)
def _retreat_lstm(typing_context, old, cell, above, passed, i, f, c, o, d_cell, count):
    def gradients(gates: Gates, old, cell, above, passed, i, f, c, o, d_cell):
        times, slope, steep = gates.times, gates.slope, gates.slope_of_tanh
        dh, squashed = gates.plus(above, passed), gates.tanh(cell)
        dc = gates.simd.multiply_add(times(dh, o), steep(squashed), d_cell)
        return (
            times(times(dc, c), slope(i)),
            times(times(dc, old), slope(f)),
            times(times(dc, i), steep(c)),
            times(times(dh, squashed), slope(o)),
            times(dc, f),
        )

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        for_units(builder, scalar, arguments, Part(gradients, range(9), range(4, 9)))
        return context.get_dummy_value()

    return types.void(old, cell, above, passed, i, f, c, o, d_cell, types.int64), codegen
