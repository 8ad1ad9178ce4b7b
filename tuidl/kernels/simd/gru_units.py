"""A step of some units of a gated recurrent unit, forward and backward (``gru.py``); and with the
reset gate in front of the product, which parts a step in two (``gru_reset_before.py``)."""

import numpy as np
from numba import types

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.oracles import logistic
from tuidl.kernels.simd.gates import Gates, Part, for_units


def _opened(gates: Gates, share_z, share_r, z, r):
    """The update and the reset gate, of their inputs' part and the recurrent shares."""
    return gates.sigmoid(gates.plus(z, share_z)), gates.sigmoid(gates.plus(r, share_r))


def _divided(gates: Gates, old, above, passed, z, c):
    """dL/dh, above and passed together: of the candidate, of the update gate, and what it lets
    through to the state before."""
    dh = gates.plus(above, passed)
    d_c = gates.times(gates.times(dh, gates.less(gates.one, z)), gates.slope_of_tanh(c))
    d_z = gates.times(gates.times(dh, gates.less(old, c)), gates.slope(z))
    return d_c, d_z, gates.times(dh, z)


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
    def used(gates: Gates, share_c, old, z, r, c):
        c = gates.tanh(gates.simd.multiply_add(r, share_c, c))
        return c, share_c, gates.mixed(z, old, c)

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        parts = (Part(_opened, (0, 1, 4, 5), (4, 5)), Part(used, range(2, 7), (6, 7, 8)))
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
        d_c, d_z, through = _divided(gates, old, above, passed, z, c)
        d_r = gates.times(gates.times(d_c, kept), gates.slope(r))
        return through, d_z, d_r, d_c, d_z, d_r, gates.times(d_c, r)

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        for_units(builder, scalar, arguments, Part(gradients, range(7), range(3, 10)))
        return context.get_dummy_value()

    kinds = (old, kept, above, passed, z, r, c, d_z, d_r, d_c, types.int64)
    return types.void(*kinds), codegen


# --- with the reset gate in front of the product --------------------------------------------------


def open_gates(share_z, share_r, old, z, r, reset, count):
    """What comes before the candidate's product: gates open, and ``reset`` is what the reset gate
    leaves of the ``old`` state. Pointers.
    """
    share_z, share_r, old, z, r, reset = (x[:count] for x in (share_z, share_r, old, z, r, reset))
    z[:], r[:] = logistic(z + share_z), logistic(r + share_r)
    reset[:] = r * old


@intrinsic_for(open_gates)
def _open_gates(typing_context, share_z, share_r, old, z, r, reset, count):
    def opened(gates: Gates, share_z, share_r, old, z, r):
        z, r = _opened(gates, share_z, share_r, z, r)
        return z, r, gates.times(r, old)

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        for_units(builder, scalar, arguments, Part(opened, range(5), (3, 4, 5)))
        return context.get_dummy_value()

    return types.void(share_z, share_r, old, z, r, reset, types.int64), codegen


def use_candidate(share, old, z, c, new, count):
    """What comes behind it: ``new`` is the state after ``old``; ``share``: the product."""
    share, old, z, c, new = (x[:count] for x in (share, old, z, c, new))
    c[:] = np.tanh(c + share)
    new[:] = z * old + (1 - z) * c


@intrinsic_for(use_candidate)
def _use_candidate(typing_context, share, old, z, c, new, count):
    def used(gates: Gates, share, old, z, c):
        c = gates.tanh(gates.plus(c, share))
        return c, gates.mixed(z, old, c)

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        for_units(builder, scalar, arguments, Part(used, range(4), (3, 4)))
        return context.get_dummy_value()

    return types.void(share, old, z, c, new, types.int64), codegen


def divide_gradient(old, above, passed, z, c, d_candidate, d_z, count):
    """Backward, before the product with U_c': ``d_candidate`` and ``d_z``, and ``passed`` ends as
    what reaches the state before by the update gate.
    """
    old, above, passed, z, c = (x[:count] for x in (old, above, passed, z, c))
    dh = above + passed
    d_candidate[:count] = dh * (1 - z) * (1 - c * c)
    d_z[:count] = dh * (old - c) * z * (1 - z)
    passed[:] = dh * z


@intrinsic_for(divide_gradient)
def _divide_gradient(typing_context, old, above, passed, z, c, d_candidate, d_z, count):
    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        for_units(builder, scalar, arguments, Part(_divided, range(5), (5, 6, 2)))
        return context.get_dummy_value()

    return types.void(old, above, passed, z, c, d_candidate, d_z, types.int64), codegen


def close_gates(d_reset, old, d_z, d_candidate, passed, z, r, c, d_r, count):
    """And behind it: gates turn into their gradients; ``d_reset``: that of what the reset gate left
    of the ``old`` state, which ``passed`` gets its part of.
    """
    d_reset, old, passed, r = (x[:count] for x in (d_reset, old, passed, r))
    d_r[:count] = d_reset * old * r * (1 - r)
    passed[:] = passed + d_reset * r
    z[:count], r[:], c[:count] = d_z[:count], d_r[:count], d_candidate[:count]


@intrinsic_for(close_gates)
def _close_gates(typing_context, d_reset, old, d_z, d_candidate, passed, z, r, c, d_r, count):
    def closed(gates: Gates, d_reset, old, d_z, d_candidate, passed, r):
        d_r = gates.times(gates.times(d_reset, old), gates.slope(r))
        passed = gates.simd.multiply_add(d_reset, r, passed)
        return passed, d_z, d_r, d_candidate, d_r

    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        reads = (0, 1, 2, 3, 4, 6)
        for_units(builder, scalar, arguments, Part(closed, reads, range(4, 9)))
        return context.get_dummy_value()

    kinds = (d_reset, old, d_z, d_candidate, passed, z, r, c, d_r, types.int64)
    return types.void(*kinds), codegen
