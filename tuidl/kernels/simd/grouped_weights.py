"""How the weights of a convolution with groups are packed, for the windows of each phase."""

from tuidl.core import grouped_room
from tuidl.core.grouped_room import Phase
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.grouped_frames import packed_of
from tuidl.kernels.simd.intrinsics import clear_elements, data_of, pointer_at
from tuidl.kernels.simd.lanes import vectors_for
from tuidl.kernels.simd.memory import transpose_apart
from tuidl.kernels.simd.slivers import pack_columns, pack_lines
from tuidl.kernels.simd.tile_shapes import slivers_in, vectors_in
from tuidl.kernels.simd.vectors import VECTOR_BYTES

phases_of = inline_ir(grouped_room.phases_of)
_phase_back = device_function(grouped_room.phase_back)


@device_function
def phase_of(axis, number):
    """The phase of windows; ``base``: from a window's number to what its first place sees."""
    if not axis.is_back:
        return Phase(0, 1, axis.size, 0, axis.dilation)
    found = _phase_back(axis.size, axis.stride, axis.dilation, axis.padding, number)
    base = found.base - (found.size - 1) * found.distance + axis.low
    return Phase(found.first, found.step, found.size, base, found.distance)


@device_function
def pack_part(w, axes, part, parts, groups, target):
    """The weights of a part, phase by phase: lines of what it writes."""
    lanes = VECTOR_BYTES // w.itemsize
    column = part * parts.columns
    if not axes[0].is_back:
        here, filters = pointer_at(data_of(w), column), w.shape[3]
        terms = w.shape[0] * w.shape[1] * parts.channels
        if parts.is_beside:
            used = min(lanes, filters - column)
            pack_lines(here, filters, terms, used, lanes, target)
        else:
            pack_columns(here, filters, terms, parts.columns, lanes, target)
        return
    by_x = phases_of(axes[1])
    for number in range(phases_of(axes[0]) * by_x):
        phase = (phase_of(axes[0], number // by_x), phase_of(axes[1], number % by_x))
        if parts.is_beside:
            _pack_beside(w, phase, column, parts, groups, lanes, target)
        else:
            _pack_turned(w, phase, part, parts, lanes, target)
        k = phase[0].size * phase[1].size * parts.channels
        target = pointer_at(target, packed_of(parts, k))


@device_function
def _pack_beside(w, phase, column, parts, groups, lanes, target):
    """Of one vector of channels from ``column`` on, the last place first."""
    y, x = phase
    used = min(lanes, groups * parts.filters - column)
    clear_elements(target, y.size * x.size * parts.channels * lanes)
    for number in range(y.size * x.size):
        i = y.first + y.step * (y.size - 1 - number // x.size)
        j = x.first + x.step * (x.size - 1 - number % x.size)
        for f in range(parts.channels):
            line = (number * parts.channels + f) * lanes
            for lane in range(used):
                group, own = (column + lane) // parts.filters, (column + lane) % parts.filters
                target[line + lane] = w[i, j, own, group * parts.channels + f]


@device_function
def _pack_turned(w, phase, group, parts, lanes, target):
    """Of one group, in slivers, the last place first."""
    y, x = phase
    filters, taps = w.shape[3], y.size * x.size
    vectors = vectors_for(parts.columns, lanes)
    column = 0
    for sliver in range(slivers_in(vectors)):
        width = vectors_in(sliver, vectors) * lanes
        used = min(width, parts.columns - column)
        if used < width:
            clear_elements(target, taps * parts.channels * width)
        for number in range(taps):
            i = y.first + y.step * (y.size - 1 - number // x.size)
            j = x.first + x.step * (x.size - 1 - number % x.size)
            there = pointer_at(target, number * parts.channels * width)
            if parts.count == 1:
                place = ((i * w.shape[1] + j) * parts.columns + column) * filters
                transpose_apart(pointer_at(data_of(w), place), there, used, filters, width)
            else:
                for c in range(used):
                    for f in range(parts.channels):
                        value = w[i, j, column + c, group * parts.channels + f]
                        there[f * width + c] = value
        column += width
        target = pointer_at(target, taps * parts.channels * width)
