"""Moving values from buffer to buffer: copies, and the time axis to the front and back."""

from tuidl.kernels.elementary import ZERO
from tuidl.kernels.jit import kernel


@kernel("e -> e")
def copy(x, y):
    for i in range(x.shape[0]):
        y[i] = x[i]


@kernel("ntk -> tnk")
def time_first(x, y):
    """Recurrent kernels walk through time: one step's examples side by side are one matrix."""
    for i in range(x.shape[0]):
        for t in range(x.shape[1]):
            source, target = x[i, t], y[t, i]
            for j in range(source.shape[0]):
                target[j] = source[j]


@kernel("tnk -> ntk")
def time_second(x, y):
    """``time_first`` undone."""
    for i in range(y.shape[0]):
        for t in range(y.shape[1]):
            source, target = x[t, i], y[i, t]
            for j in range(source.shape[0]):
                target[j] = source[j]


@kernel("nd -> tnd")
def last_step_gradient(dy, dh):
    """The gradient of a sequence of which only the last step was used."""
    last = dh.shape[0] - 1
    for t in range(dh.shape[0]):
        for i in range(dh.shape[1]):
            for j in range(dh.shape[2]):
                dh[t, i, j] = dy[i, j] if t == last else ZERO
