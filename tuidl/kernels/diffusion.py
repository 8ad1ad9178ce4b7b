"""The forward half of diffusion (Ho et al., 2020): numbers of steps, and examples with noise in.

At the share ``s`` of all steps an example keeps a(s) of itself and has b(s) of noise, and
a**2 + b**2 = 1. Schedules, by number: 0, linear: the rate at which noise comes in rises in a
straight line from FIRST to LAST; 1, cosine: a is a cosine (Nichol and Dhariwal, 2021), which
begins and ends OFFSET away from the ends, so that no step destroys everything.
"""

import math

import numpy as np

from tuidl.kernels.dropout import U
from tuidl.kernels.jit import device_function
from tuidl.kernels.noise import drawn, drawn_oracle, key_of, key_oracle
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel

FIRST, LAST = 0.1, 20.0
OFFSET = 0.008
QUARTER = 0.5 * math.pi
HIGHEST = math.cos(QUARTER * OFFSET / (1.0 + 2.0 * OFFSET))
"""The cosine where a is 1."""


@device_function
def angle_at(share):
    return QUARTER * (share + OFFSET) / (1.0 + 2.0 * OFFSET)


@device_function
def kept_at(share, schedule):
    """a(s), of 0 <= s <= 1."""
    if schedule == 1:
        return math.cos(angle_at(share)) / HIGHEST
    return math.exp(-0.5 * share * (FIRST + 0.5 * (LAST - FIRST) * share))


@device_function
def slope_at(share, kept, schedule):
    """The derivative of a by s, where a is ``kept``."""
    if schedule == 1:
        return -math.sin(angle_at(share)) * QUARTER / ((1.0 + 2.0 * OFFSET) * HIGHEST)
    return -0.5 * kept * (FIRST + (LAST - FIRST) * share)


@device_function
def noise_of(kept):
    """b(s)."""
    return math.sqrt(max(1.0 - kept * kept, 0.0))


@kernel("-> e", cost="16e")
def noise_step(y, source, first, width, steps, step_state):
    """1 / steps, 2 / steps, … 1, all alike often; operands as of ``noise_uniform``."""
    key = key_of(step_state, source)
    start = U(first * width)
    for i in range(y.shape[0]):
        place = math.floor(drawn(U(start + U(i)), key) * steps)
        y[i] = (1.0 + place) / steps


@kernel("nf nf n -> nf", cost="3nf")
def diffuse(x, noise, step, y, schedule):
    """y = a(step) x + b(step) noise; a step beyond 0 to 1 counts as the nearer of these."""
    for i in range(x.shape[0]):
        kept = kept_at(min(max(np.float64(step[i]), 0.0), 1.0), schedule)
        a, b = y.dtype.type(kept), y.dtype.type(noise_of(kept))
        for j in range(x.shape[1]):
            y[i, j] = a * x[i, j] + b * noise[i, j]


@kernel("nf nf n nf -> nf nf n", cost="6nf")
def diffuse_gradient(x, noise, step, dy, dx, d_noise, d_step, schedule):
    """dx = a dy, d noise = b dy, d step = the sum of dy (a' x + b' noise), 0 beyond 0 to 1."""
    for i in range(x.shape[0]):
        place = np.float64(step[i])
        share = min(max(place, 0.0), 1.0)
        kept = kept_at(share, schedule)
        added = noise_of(kept)
        slope, other = slope_at(share, kept, schedule), 0.0
        if added > 0.0:
            other = -kept * slope / added
        a, b = dx.dtype.type(kept), dx.dtype.type(added)
        total = 0.0
        for j in range(x.shape[1]):
            dx[i, j] = a * dy[i, j]
            d_noise[i, j] = b * dy[i, j]
            total += np.float64(dy[i, j]) * (slope * x[i, j] + other * noise[i, j])
        d_step[i] = total if share == place else 0.0


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(noise_step)
def noise_step_oracle(y, source, first, width, steps, step_state):
    share = drawn_oracle(y, key_oracle(step_state, source), first, width)
    y[...] = (1 + np.floor(share * steps)) / steps


def levels_oracle(step, schedule):
    """a, b and their derivatives by s, of s (n,): (n, 1) each, float64."""
    share = np.clip(step.astype(np.float64), 0, 1)[:, None]
    angle = QUARTER * (share + OFFSET) / (1 + 2 * OFFSET)
    if schedule == 1:
        a = np.cos(angle) / HIGHEST
        slope = -np.sin(angle) / HIGHEST * QUARTER / (1 + 2 * OFFSET)
    else:
        a = np.exp(-share * (FIRST + (LAST - FIRST) * share / 2) / 2)
        slope = -a * (FIRST + (LAST - FIRST) * share) / 2
    b = np.sqrt(np.maximum(1 - a * a, 0))
    return a, b, slope, np.divide(-a * slope, b, out=np.zeros_like(b), where=b > 0)


@oracle(diffuse)
def diffuse_oracle(x, noise, step, y, schedule):
    a, b, _, _ = levels_oracle(step, schedule)
    y[...] = a * x + b * noise


@oracle(diffuse_gradient)
def diffuse_gradient_oracle(x, noise, step, dy, dx, d_noise, d_step, schedule):
    a, b, slope, other = levels_oracle(step, schedule)
    dx[...], d_noise[...] = a * dy, b * dy
    total = (dy * (slope * x + other * noise)).sum(axis=1)
    d_step[...] = np.where((step >= 0) & (step <= 1), total, 0)
