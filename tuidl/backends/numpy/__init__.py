"""The NumPy backend: the plain definition of every kernel, slow and readable."""

from tuidl.backends.numpy import learning, normalization, oracles, recurrent
from tuidl.backends.numpy.engine import NumpyEngine
from tuidl.backends.numpy.registry import ORACLES

__all__ = ["ORACLES", "NumpyEngine", "learning", "normalization", "oracles", "recurrent"]
