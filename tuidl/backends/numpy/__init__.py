"""The NumPy backend: the plain definition of every kernel, slow and readable."""

from tuidl.backends.numpy.engine import NumpyEngine
from tuidl.backends.numpy.oracles import ORACLES

__all__ = ["ORACLES", "NumpyEngine"]
