"""A block of a Transformer: attention and a small network for each step, with ways round them."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from tuidl.core.config import Count, Fraction
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.attention import Heads, MultiHeadAttention, Number, Pair
from tuidl.nn.layers.base import (
    ActivationName,
    Layer,
    LayerName,
    Shape,
    WeightedLayer,
    require_rank,
)
from tuidl.nn.layers.dense import Dense
from tuidl.nn.layers.dropout import Dropout
from tuidl.nn.layers.merging import Add
from tuidl.nn.layers.normalization import LayerNormalization, RmsNormalization

Epsilon = Annotated[float, Meta(gt=0, le=1)]
WIDER = 4
"""How many times as wide as the steps the small network's inner layer is, if it is unsaid."""


class TransformerBlock(WeightedLayer, frozen=True, kw_only=True, tag="transformer_block"):
    """Attention, and two dense layers applied to each step, both normalised and with a way round.

    ``normalize_first``: normalisation before each of the two (pre-norm), else behind each sum, as
    first published. With two ``inputs`` the block also looks at the steps of the second one, which
    is what the decoder of a translator does. ``intermediate_dim``: width of the inner dense layer.
    ``dropout``: of attention's weights, and of what each of the two adds. The parts are layers of
    the network, ``transformer_block_1_attention`` and so on.
    """

    formula = "x + attention(norm x), then that + dense(dense(norm that))"
    backward_formula = "dy passes on unchanged, and through each of the parts"
    ports: ClassVar[tuple[str, ...]] = ("x", "memory")

    inputs: Pair | None = None
    num_heads: Heads
    intermediate_dim: Count | None = None
    activation: ActivationName = "gelu"
    normalize_first: bool = True
    normalization: Literal["layer_normalization", "rms_normalization"] = "layer_normalization"
    epsilon: Epsilon = 1e-5
    dropout: Fraction = 0.0
    causal: bool = False
    mask: LayerName | None = None
    padding: Number = 0
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"

    def other_inputs(self) -> dict[str, LayerName]:
        return {} if self.mask is None else {"mask": self.mask}

    def parts(self, shapes: tuple[Shape, ...]) -> tuple[Layer, ...]:
        require_rank(shapes[0], 2, "a sequence (time, features)")
        writer = _Writer(self, shapes[0][-1])
        is_decoder = len(self.inputs or ()) > 1
        writer.branch("attention", [writer.attention("attention", causal=self.causal)])
        if is_decoder:
            writer.branch("cross", [writer.attention("cross_attention", ("memory",))])
        writer.branch("dense", writer.steps())
        return tuple(writer.layers)


class _Writer:
    """The layers so far; ``last``: the name of what comes out of them."""

    def __init__(self, block: TransformerBlock, features: int) -> None:
        self.block, self.features = block, features
        self.layers: list[Layer] = []
        self.last = "x"

    def attention(
        self, name: str, others: tuple[str, ...] = (), *, causal: bool = False
    ) -> MultiHeadAttention:
        """Of a sequence to itself, or to the ``others``. What hides steps hides those of the
        second input where there is one."""
        block = self.block
        hides = block.mask is not None and bool(others) == (len(block.inputs or ()) > 1)
        return MultiHeadAttention(
            name=name,
            inputs=(self.last, *others) if others else None,
            num_heads=block.num_heads,
            causal=causal,
            mask="mask" if hides else None,
            padding=block.padding,
            dropout=block.dropout,
            use_bias=block.use_bias,
            kernel_initializer=block.kernel_initializer,
            l1=block.l1,
            l2=block.l2,
        )

    def steps(self) -> list[Layer]:
        """The two dense layers of the small network."""
        block = self.block

        def dense(name: str, units: int, activation: ActivationName) -> Dense:
            return Dense(
                name=name, units=units, activation=activation, use_bias=block.use_bias,
                kernel_initializer=block.kernel_initializer, l1=block.l1, l2=block.l2,
            )  # fmt: skip

        width = block.intermediate_dim or WIDER * self.features
        inner = dense("dense_1", width, block.activation)
        return [inner, dense("dense_2", self.features, "linear")]

    def branch(self, name: str, layers: list[Layer]) -> None:
        """What is added to ``last``, with normalisation before it or behind the sum."""
        first, *others = layers
        came, reads = self.last, self.last
        if self.block.normalize_first:
            reads = self._normalize(name, came)
        memory = (first.inputs or ())[1:]
        self._write(first, inputs=(reads, *memory))
        self.layers += others
        if self.block.dropout:
            self.layers.append(Dropout(name=f"{name}_dropout", rate=self.block.dropout))
        total = Add(name=f"{name}_sum", inputs=(came, str(self.layers[-1].name)))
        self.layers.append(total)
        self.last = str(total.name)
        if not self.block.normalize_first:
            self.last = self._normalize(name, self.last)

    def _normalize(self, name: str, reads: str) -> str:
        kinds = {kind.kind(): kind for kind in (LayerNormalization, RmsNormalization)}
        own = f"{name}_normalization"
        kind = kinds[self.block.normalization]
        self.layers.append(kind(name=own, inputs=(reads,), epsilon=self.block.epsilon))
        return own

    def _write(self, layer: Layer, inputs: tuple[str, ...]) -> None:
        from msgspec.structs import replace

        self.layers.append(replace(layer, inputs=inputs))
