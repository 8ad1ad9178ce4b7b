"""The NumPy backend: runs the plain definition of every kernel, slow and readable."""

from tuidl.backends.numpy.engine import NumpyEngine
from tuidl.kernels.oracles import ORACLES

__all__ = ["ORACLES", "NumpyEngine"]
