"""How layers are said in other formats: functions by the layer's type.

In NumPy and PyTorch a layer needs none. Its ``reference`` is called in NumPy, and in PyTorch the
class of a module that is called as the layer's record is.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from tuidl.core.errors import TuidlError

if TYPE_CHECKING:
    import numpy as np

    from tuidl.compiler.graph import Node
    from tuidl.export.code import NumpyCode
    from tuidl.export.draft import Code, Draft
    from tuidl.export.onnx_draft import OnnxDraft
    from tuidl.export.steps import Step

    Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]
    NumpyWriter = Callable[[Step], NumpyCode]
    TorchWriter = Callable[[Draft, Step], Code]
    TorchWeights = Callable[[Any, Arrays], Arrays]
    OnnxWriter = Callable[[OnnxDraft, Node, list[str]], tuple[str, bool]]

F = TypeVar("F", bound=Callable[..., Any])

NUMPY: "dict[str, NumpyWriter]" = {}
"""What is not one call of the layer's reference: (step) -> code."""
TORCH: "dict[str, TorchWriter]" = {}
"""What PyTorch has itself: (draft, step) -> code."""
TORCH_WEIGHTS: "dict[str, TorchWeights]" = {}
"""(layer, its parameters) -> the arrays of its module, where these have other names or shapes."""
ONNX: "dict[str, OnnxWriter]" = {}
"""(draft, node, names of the inputs) -> (name of the output, whether its channels come first)."""


def writer_of(known: dict[str, F], language: str, kind: str) -> F:
    """The function for a layer. Raises TuidlError where there is none."""
    if kind not in known:
        raise TuidlError(f"export to {language}: no translation of the layer {kind!r}")
    return known[kind]


def _register(known: dict[str, Any], kinds: tuple[str, ...]) -> Callable[[F], F]:
    def register(function: F) -> F:
        known.update(dict.fromkeys(kinds, function))
        return function

    return register


def numpy_layer(*kinds: str) -> Callable[[F], F]:
    return _register(NUMPY, kinds)


def torch_layer(*kinds: str) -> Callable[[F], F]:
    return _register(TORCH, kinds)


def torch_weights(*kinds: str) -> Callable[[F], F]:
    return _register(TORCH_WEIGHTS, kinds)


def onnx_layer(*kinds: str) -> Callable[[F], F]:
    return _register(ONNX, kinds)
