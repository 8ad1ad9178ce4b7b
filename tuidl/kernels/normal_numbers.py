"""What makes normal numbers of even ones (Box and Muller, 1958): float64 as vector instructions.

Logarithm and cosine are series, exact to the last digits: the C library's take one number after the
other, some 30 ns for each normal number; these take 3. Each operation is rounded by itself, as a
number of a vector must have the bits of one behind the last whole vector.
"""

import math

from tuidl.kernels.jit import rounded_function
from tuidl.kernels.simd.intrinsics import bits_of, float_bits

MANTISSA = 52
HALF_ROOT = bits_of(math.sqrt(0.5))
LN2 = math.log(2.0)
L3, L5, L7, L9, L11, L13, L15, L17, L19 = (1.0 / n for n in range(3, 20, 2))
S3, S5, S7, S9, S11, S13, S15, S17, S19, S21 = (
    (-1) ** (n // 2) / math.factorial(n) for n in range(3, 22, 2)
)
WHOLE_TURN = 2.0 * math.pi


@rounded_function
def log_of(x):
    """The natural logarithm of a normal number above 0."""
    bits = bits_of(x)
    power = (bits - HALF_ROOT) >> MANTISSA
    m = float_bits(bits - (power << MANTISSA))  # from the root of a half to that of 2
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    tail = (((L19 * z + L17) * z + L15) * z + L13) * z + L11
    tail = (((tail * z + L9) * z + L7) * z + L5) * z + L3
    return power * LN2 + 2.0 * (s + s * z * tail)


@rounded_function
def cosine_of_turn(share):
    """cos(2 pi share) for a share of a turn in 0..1, as a sine of at most a quarter."""
    x = WHOLE_TURN * (abs(share - 0.5) - 0.25)
    z = x * x
    tail = (((S21 * z + S19) * z + S17) * z + S15) * z + S13
    tail = ((((tail * z + S11) * z + S9) * z + S7) * z + S5) * z + S3
    return x + x * z * tail
