"""Long short-term memory on the GPU. Gates are in the order i, f, c~, o."""

from math import tanh

from numba import cuda, float32

from tuidl.backends.cuda.arithmetic import sigmoid
from tuidl.backends.cuda.kernels.recurrence import group_size, pass_back, seat, shares
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import THREADS, device
from tuidl.kernels.elementary import ONE, ZERO

_shares = shares(4)


@device
def _step(gate, old, part, j, units):
    """Unit j of a step, from the cell before: its new cell and state; ``gate`` keeps its gates."""
    i = sigmoid(gate[j] + part[0])
    f = sigmoid(gate[units + j] + part[1])
    c = tanh(gate[2 * units + j] + part[2])
    o = sigmoid(gate[3 * units + j] + part[3])
    gate[j], gate[units + j], gate[2 * units + j], gate[3 * units + j] = i, f, c, o
    cell = f * old + i * c
    return cell, o * tanh(cell)


@cuda_kernel
def lstm(recurrent, gates, states, cells, packed, block_group):
    """i, f, o = sigmoid(x + h U), c~ = tanh(x + h U); c = f c + i c~, h = o tanh(c), from zeros.

    ``packed`` is the CPU's.
    """
    examples, units = states.shape[1], states.shape[2]
    group = group_size(examples, units, block_group.blocks)
    part = cuda.local.array(4, float32)
    for first in range(block_group.block * group, examples, block_group.blocks * group):
        n, unit = seat(first, examples, units, group)
        for j in range(unit, units, THREADS):
            states[0, n, j] = ZERO
            cells[0, n, j] = ZERO
        for t in range(gates.shape[0]):
            cuda.syncthreads()
            for j in range(unit, units, THREADS):
                _shares(states[t, n], recurrent, j, part)
                cell, state = _step(gates[t, n], cells[t, n, j], part, j, units)
                cells[t + 1, n, j] = cell
                states[t + 1, n, j] = state


@device
def _step_back(gate, old, cell, dh, d_cell, j, units):
    """Turns unit j's gates into their gradients; returns the gradient of the cell before."""
    i, f, c, o = gate[j], gate[units + j], gate[2 * units + j], gate[3 * units + j]
    squashed = tanh(cell)
    dc = d_cell + dh * o * (ONE - squashed * squashed)
    gate[j] = dc * c * i * (ONE - i)
    gate[units + j] = dc * old * f * (ONE - f)
    gate[2 * units + j] = dc * i * (ONE - c * c)
    gate[3 * units + j] = dh * squashed * o * (ONE - o)
    return dc * f


@cuda_kernel
def lstm_gradient(recurrent, cells, d_states, gates, carry, cell_carry, packed, block_group):
    """Back through time: ``gates`` turns into its gradient, whose product with U' is the carry."""
    steps, examples, units = d_states.shape
    group = group_size(examples, units, block_group.blocks)
    for first in range(block_group.block * group, examples, block_group.blocks * group):
        n, unit = seat(first, examples, units, group)
        for j in range(unit, units, THREADS):
            carry[n, j] = ZERO
            cell_carry[n, j] = ZERO
        for t in range(steps - 1, -1, -1):
            for j in range(unit, units, THREADS):
                dh, d_cell = d_states[t, n, j] + carry[n, j], cell_carry[n, j]
                old, cell = cells[t, n, j], cells[t + 1, n, j]
                cell_carry[n, j] = _step_back(gates[t, n], old, cell, dh, d_cell, j, units)
                carry[n, j] = ZERO
            pass_back(gates[t], recurrent, n, unit, carry, block_group)
