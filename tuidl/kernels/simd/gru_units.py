"""A step of some units of a gated recurrent unit, forward and backward (``gru.py``)."""

import numpy as np
from numba import types

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.oracles import logistic
from tuidl.kernels.simd.gates import Gates, Part, for_units


def advance_gru(share_z, share_r, share_c, old, z, r, c, kept, new, count):
    """A step of ``count`` units: gates open, of their inputs' part and the recurrent shares, and
    ``new`` is the state after ``old``; ``kept`` is the candidate's share. Pointers.
    """
    share_z, share_r, share_c, old = (x[:count] for x in (share_z, share_r, share_c, old))
    z, r, c, kept, new = (x[:count] for x in (z, r, c, kept, new))
    z[:], r[:], kept[:] = logistic(z + share_z), logistic(r + share_r), share_c
    c[:] = np.tanh(c + r * share_c)
    new[:] = z * old + (1 - z) * c


@intrinsic_for(advance_gru)
def _advance_gru(typing_context, share_z, share_r, share_c, old, z, r, c, kept, new, count):
    def opened(gates: Gates, share_z, share_r, z, r):
        return gates.sigmoid(gates.plus(z, share_z)), gates.sigmoid(gates.plus(r, share_r))

    def used(gates: Gates, share_c, old, z, r, c):
        c = gates.tanh(gates.simd.multiply_add(r, share_c, c))
        return c, share_c, gates.mixed(z, old, c)

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        parts = (Part(opened, (0, 1, 4, 5), (4, 5)), Part(used, range(2, 7), (6, 7, 8)))
        for_units(builder, scalar, arguments, *parts)
        return context.get_dummy_value()

    kinds = (share_z, share_r, share_c, old, z, r, c, kept, new, types.int64)
    return types.void(*kinds), codegen


def retreat_gru(old, kept, above, passed, z, r, c, d_z, d_r, d_c, count):
    """The same step backward: gates turn into their gradients, which ``d_z`` and ``d_r`` hold as
    well; ``d_c`` is that of the candidate's recurrent share.

    ``above``, ``passed``: dL/dh by the layer above and by the step after this one; ``passed`` ends
    as what reaches the state before by the update gate.
    """
    old, kept, above, passed = (x[:count] for x in (old, kept, above, passed))
    z, r, c, d_z, d_r, d_c = (x[:count] for x in (z, r, c, d_z, d_r, d_c))
    dh = above + passed
    d_candidate = dh * (1 - z) * (1 - c * c)
    d_z[:] = dh * (old - c) * z * (1 - z)
    d_r[:] = d_candidate * kept * r * (1 - r)
    d_c[:] = d_candidate * r
    passed[:] = dh * z
    z[:], r[:], c[:] = d_z, d_r, d_candidate


@intrinsic_for(retreat_gru)
def _retreat_gru(typing_context, old, kept, above, passed, z, r, c, d_z, d_r, d_c, count):
    def gradients(gates: Gates, old, kept, above, passed, z, r, c):
        times, slope = gates.times, gates.slope
        dh = gates.plus(above, passed)
        d_c = times(times(dh, gates.less(gates.one, z)), gates.slope_of_tanh(c))
        d_z = times(times(dh, gates.less(old, c)), slope(z))
        d_r = times(times(d_c, kept), slope(r))
        return times(dh, z), d_z, d_r, d_c, d_z, d_r, times(d_c, r)

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        for_units(builder, scalar, arguments, Part(gradients, range(7), range(3, 10)))
        return context.get_dummy_value()

    kinds = (old, kept, above, passed, z, r, c, d_z, d_r, d_c, types.int64)
    return types.void(*kinds), codegen
