"""Attention: each step of a sequence looks at steps of this or another one, and mixes what it sees.

"Attention Is All You Need" (Vaswani et al., 2017), section 3.2.
"""

import math
import zlib
from collections.abc import Sequence
from math import prod
from typing import Annotated

from msgspec import Meta

from tuidl.core.config import Fraction
from tuidl.core.lazy import np
from tuidl.ir.buffers import Batch, Symbol, View
from tuidl.ir.instructions import Division, EmitContext, Options, Phase
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import (
    LayerName,
    Parameter,
    Shape,
    ShapeError,
    WeightedLayer,
    describe,
    require_rank,
)
from tuidl.nn.layers.dense import emit_input_gradient, emit_product, emit_product_gradients

Heads = Annotated[int, Meta(ge=1, le=1024)]
HeadWidth = Annotated[int, Meta(ge=1, le=4096)]
Pair = Annotated[tuple[LayerName, ...], Meta(min_length=1, max_length=2)]
Number = Annotated[int, Meta(ge=0, le=10_000_000)]


def attention_weights(queries, keys, num_heads, causal, mask=None, padding=0):
    """Softmax of queries keys' / sqrt(width of a head): (n, heads, steps, seen), each row adds up
    to 1, or is 0 where no key is seen."""
    q, k = (x.reshape(*x.shape[:2], num_heads, -1).swapaxes(1, 2) for x in (queries, keys))
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=np.bool_), scores, -np.inf)
    if mask is not None:
        hidden = np.floor(mask.reshape(len(mask), -1) + 0.5) == padding
        scores = np.where(hidden[:, None, None], -np.inf, scores)
    top = np.maximum(scores.max(axis=-1, keepdims=True), -1e30)
    powers = np.exp(scores - top)
    sums = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(sums == 0, 1, sums)


def projections(x, kernel, bias=0, query_kernel=None, query_bias=0, memory=None, **others):
    """Queries, keys and values: all of x, or keys and values of another sequence."""
    if memory is None:
        return np.split(x @ kernel + bias, 3, axis=-1)
    return [x @ query_kernel + query_bias, *np.split(memory @ kernel + bias, 2, axis=-1)]


def multi_head_attention(
    x, output_kernel, output_bias=0, num_heads=1, causal=False, mask=None, padding=0, **weights
):
    queries, keys, values = projections(x, **weights)
    shares = attention_weights(queries, keys, num_heads, causal, mask, padding)
    heads = values.reshape(*values.shape[:2], num_heads, -1).swapaxes(1, 2)
    mixed = (shares @ heads).swapaxes(1, 2).reshape(queries.shape)
    return mixed @ output_kernel + output_bias


class MultiHeadAttention(WeightedLayer, frozen=True, kw_only=True, tag="multi_head_attention"):
    """Each step asks all steps, with several heads side by side: softmax(Q K' / sqrt d) V.

    With two ``inputs``, steps of the first look at those of the second. ``causal``: none looks at
    later ones. ``mask`` names an input or layer of one number for each step looked at, such as the
    tokens: steps whose number (the nearest whole one) is ``padding`` are not seen. ``key_dim``: the
    width of a head, unsaid the input's width by ``num_heads``. ``dropout`` is of the weights.
    """

    formula = "y = softmax(Q · Kᵀ / √d) · V · W,  Q, K, V = x · W + b, in each head"
    backward_formula = "dV = Aᵀ · dy   dA = dy · Vᵀ   dQ, dK through the softmax"
    reference = staticmethod(multi_head_attention)
    divisions = tuple(Division)

    inputs: Pair | None = None
    num_heads: Heads
    key_dim: HeadWidth | None = None
    causal: bool = False
    mask: LayerName | None = None
    padding: Number = 0
    dropout: Fraction = 0.0
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"

    @property
    def is_cross(self) -> bool:
        """Whether keys and values come from another sequence."""
        return len(self.inputs or ()) > 1

    @property
    def penalized(self) -> tuple[str, ...]:  # type: ignore[override]  # a field decides
        own = ("kernel", "output_kernel")
        return ("query_kernel", *own) if self.is_cross else own

    def other_inputs(self) -> dict[str, LayerName]:
        return {} if self.mask is None else {"mask": self.mask}

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        sequences = shapes[:2] if self.is_cross else shapes[:1]
        for shape in sequences:
            require_rank(shape, 2, "sequences (time, features)")
        steps, width = sequences[0]
        if self.causal and self.is_cross:
            raise ShapeError("'causal' is for one sequence that looks at itself, got two inputs")
        if self.key_dim is None and width % self.num_heads:
            problem = f"num_heads: {self.num_heads} heads do not divide the width {width}"
            raise ShapeError(f"{problem}; say key_dim, the width of a head")
        seen = sequences[-1][0]
        if self.mask is not None and shapes[-1] not in ((seen,), (seen, 1)):
            got = describe(shapes[-1])
            raise ShapeError(f"mask: needs one number for each step ({seen}), got {got}")
        return (steps, width)

    def width(self, features: int) -> int:
        """Of all heads together."""
        return self.num_heads * (self.key_dim or features // self.num_heads)

    def merged_parameters(self, shapes: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        features = shapes[0][-1]
        width = self.width(features)
        if self.is_cross:
            sizes = {"query_": (features, width), "": (shapes[1][-1], 2 * width)}
        else:
            sizes = {"": (features, 3 * width)}
        found: list[Parameter] = []
        for name, size in (sizes | {"output_": (width, features)}).items():
            found.append(Parameter(f"{name}kernel", size, self.kernel_initializer))
            if self.use_bias:
                found.append(Parameter(f"{name}bias", size[1:], "zeros"))
        return tuple(found)

    def merged_flops(self, shapes: tuple[Shape, ...], parameters: tuple[Parameter, ...]) -> int:
        width = self.width(shapes[0][-1])
        steps, seen = shapes[0][0], shapes[1 if self.is_cross else 0][0]
        products = sum(
            2 * rows * prod(p.shape)
            for p in parameters
            if len(p.shape) > 1
            for rows in [seen if p.name == "kernel" else steps]
        )
        return products + 4 * steps * seen * width

    def emit(self, context: EmitContext) -> None:
        parts = _Parts(self, context)
        parts.project()
        parts.attend()
        if context.dy is not None:
            parts.attend_back(context.dy)
            parts.project_back()


class _Parts:
    """The instructions of one layer; ``queries`` and ``keys`` are one buffer where a sequence looks
    at itself. Each of ``products``: what it reads, the start of its weights' names, the result."""

    def __init__(self, layer: MultiHeadAttention, context: EmitContext) -> None:
        self.layer, self.context = layer, context
        self.width = layer.width(context.input_shape[-1])
        self.steps = context.input_shape[0]
        self.seen = context.input_shapes[1 if layer.is_cross else 0][0]
        self.mixed = self._buffer("mixed", self.steps, self.width)
        self.log_sums = context.buffer("log_sums", Batch(), layer.num_heads * self.steps)
        self.queries, self.keys = self._queries_and_keys("")
        self.d_queries: View | None = None

    def _buffer(self, name: str, *shape: int) -> View:
        return self.context.buffer(name, Batch(), *shape)

    def _queries_and_keys(self, start: str) -> tuple[View, View]:
        if self.layer.is_cross:
            queries = self._buffer(f"{start}queries", self.steps, self.width)
            return queries, self._buffer(f"{start}keys_values", self.seen, 2 * self.width)
        every = self._buffer(f"{start}queries_keys_values", self.steps, 3 * self.width)
        return every, every

    def _bias(self, name: str, size: int) -> View:
        return self.context.parameters.get(name) or self.context.zeros(size)

    def _products(self, queries: View, keys: View) -> Sequence[tuple[int, str, View]]:
        """Number of the input, the start of its weights' names, and its product with them."""
        if self.layer.is_cross:
            return ((0, "query_", queries), (1, "", keys))
        return ((0, "", keys),)

    def project(self) -> None:
        context = self.context
        for number, start, result in self._products(self.queries, self.keys):
            kernel, columns = context.parameters[f"{start}kernel"], result.shape[-1]
            assert isinstance(columns, int)
            bias = self._bias(f"{start}bias", columns)
            emit_product(context, context.inputs[number].rows, kernel, bias, result.rows)

    def attend(self) -> None:
        context, kernel = self.context, self.context.parameters["output_kernel"]
        self._emit("attention", Phase.FORWARD, (self.mixed, self.log_sums))
        bias = self._bias("output_bias", context.shape[-1])
        emit_product(context, self.mixed.rows, kernel, bias, context.y.rows)

    def attend_back(self, dy: View) -> None:
        context, d_mixed = self.context, self._buffer("d_mixed", self.steps, self.width)
        gradients = context.gradients
        known = (gradients["output_kernel"], gradients.get("output_bias"))
        emit_product_gradients(context, self.mixed.rows, dy.rows, *known)
        emit_input_gradient(context, dy.rows, context.parameters["output_kernel"], d_mixed.rows)
        self.d_queries, self.d_keys = self._queries_and_keys("d_")
        written = (self.d_queries, self.d_keys)
        operands = (self.mixed, self.log_sums, d_mixed, *written)
        self._emit("attention_gradient", Phase.BACKWARD, operands)

    def project_back(self) -> None:
        context, gradients = self.context, self.context.gradients
        assert self.d_queries is not None
        for number, start, d in self._products(self.d_queries, self.d_keys):
            x, dx = context.inputs[number], context.d_inputs[number]
            known = (gradients[f"{start}kernel"], gradients.get(f"{start}bias"))
            emit_product_gradients(context, x.rows, d.rows, *known)
            if dx is not None:
                kernel = context.parameters[f"{start}kernel"]
                emit_input_gradient(context, d.rows, kernel, dx.rows)
        if self.layer.mask is not None and (d_mask := context.d_inputs[-1]) is not None:
            context.backward("clear", d_mask.flat)

    def _emit(self, kernel: str, phase: Phase, others: tuple[View, ...]) -> None:
        layer, context = self.layer, self.context
        is_masked = layer.mask is not None
        mask = context.inputs[-1] if is_masked else self._buffer("unmasked", self.seen)
        mask = mask.reshape(Batch(), self.seen)
        options: Options = {
            "heads": layer.num_heads,
            "key_start": 0 if layer.is_cross else self.width,
            "causal": int(layer.causal),
            "masked": int(is_masked),
            "padding": float(layer.padding),
            "rate": layer.dropout if context.training else 0.0,
            "layer": zlib.crc32(context.node.encode()),
            "first": Symbol.FIRST_EXAMPLE,
        }
        operands = (self.queries, self.keys, mask, *others)
        if context.division is Division.TILES:
            context.tiles(phase, f"{kernel}_tile", *operands, **options)
        elif phase is Phase.FORWARD:
            context.forward(kernel, *operands, **options)
        else:
            context.backward(kernel, *operands, **options)
