"""Layers, losses, metrics, optimizers and data sources from outside the package.

What a plugin needs is here; docs/plugins.md has an example. Importing this loads neither NumPy nor
the compiler: a plugin's kernels are compiled when a program first uses them.
"""

from tuidl.core.config import Count, Fraction, NotNegative, Positive, Size
from tuidl.core.extensions import kernel, oracle
from tuidl.core.lazy import Array, np
from tuidl.data.dataset import Examples, Source
from tuidl.data.spec import ExampleSpec, Field
from tuidl.ir.buffers import Batch, Buffer, Region, Symbol
from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import ActivatedLayer, Layer, Parameter, Shape, ShapeError, WeightedLayer
from tuidl.nn.losses import Loss
from tuidl.nn.losses.base import LossContext
from tuidl.nn.losses.regression import Regression
from tuidl.nn.metrics import Metric, Sums
from tuidl.nn.optimizers import Optimizer

__all__ = [
    "ActivatedLayer",
    "Array",
    "Batch",
    "Buffer",
    "Count",
    "EmitContext",
    "ExampleSpec",
    "Examples",
    "Field",
    "Fraction",
    "Layer",
    "Loss",
    "LossContext",
    "Metric",
    "NotNegative",
    "Optimizer",
    "Parameter",
    "Positive",
    "Region",
    "Regression",
    "Shape",
    "ShapeError",
    "Size",
    "Source",
    "Sums",
    "Symbol",
    "WeightedLayer",
    "kernel",
    "np",
    "oracle",
]
