"""Moving values from buffer to buffer: copies, and the time axis to the front and back."""

from tuidl.kernels.elementary import ZERO
from tuidl.kernels.jit import kernel
from tuidl.kernels.vectors import copy_values


@kernel("e -> e")
def copy(x, y):
    copy_values(y, x)


@kernel("ntk -> tnk")
def swap_time(x, y):
    """Examples and time change places: recurrent kernels walk through time, and want one step's
    examples side by side as a matrix. Undone by doing it again."""
    for i in range(x.shape[0]):
        for t in range(x.shape[1]):
            copy_values(y[t, i], x[i, t])


@kernel("nd -> tnd")
def last_step_gradient(dy, dh):
    """The gradient of a sequence of which only the last step was used."""
    last = dh.shape[0] - 1
    for t in range(dh.shape[0]):
        for i in range(dh.shape[1]):
            for j in range(dh.shape[2]):
                dh[t, i, j] = dy[i, j] if t == last else ZERO
