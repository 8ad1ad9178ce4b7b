"""Cases of kernels that the simulator, in which every thread is one of Python's, gets through."""

from tests.kernels.kernel_cases import CASES
from tuidl.kernels import KERNELS

MOST_OPERATIONS = 20_000
"""Floating-point operations that a case may take."""

SMALL = [
    case for case in CASES if KERNELS[case.kernel].signature.flops(case.sizes) <= MOST_OPERATIONS
]
