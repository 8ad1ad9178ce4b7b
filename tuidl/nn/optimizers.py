"""How gradients change parameters."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from msgspec import Meta

from tuidl.core.config import Config, Fraction, NotNegative, Positive, by_kind
from tuidl.ir.buffers import Symbol, View
from tuidl.ir.instructions import MOST_LANES, Instruction, InstructionBuilder, Options, Phase
from tuidl.nn.schedules import Constant, Schedule

Rate = Annotated[float, Meta(gt=0, le=1e12)]
Epsilon = Annotated[float, Meta(ge=1e-37, le=1e12)]
"""What a float32 can hold without being 0: it stands where a step is divided by nothing else."""

SLICE: Options = {"start": Symbol.SLICE_START, "stop": Symbol.SLICE_STOP}


@dataclass(frozen=True)
class RowKernels:
    """``update``: of the rows that have a gradient. Where others change as well, ``refresh`` does
    what those missed that are read next, ``settle`` what all missed. ``options``: of all three."""

    update: str
    options: dict[str, float]
    refresh: str = ""
    settle: str = ""
    update_options: dict[str, float] = field(default_factory=dict)


class Optimizer(Config, frozen=True, tag_field="type"):
    """Base of all optimizers: one kernel over the flat vector of all parameters.

    ``clip_value`` cuts each number of the gradient off at plus and minus itself;
    ``global_clip_norm`` then scales the whole gradient down to that length if it is longer.
    """

    learning_rate: Rate
    clip_value: Positive | None = None
    global_clip_norm: Positive | None = None
    schedule: Schedule = Constant()

    def state(self) -> dict[str, float]:
        """The vectors, as long as the parameters, that it keeps between steps: name and first
        value."""
        return {}

    def kernel(self) -> tuple[str, dict[str, float]]:
        """The kernel of one step, by default the optimizer's own name, and its options."""
        return self.kind(), {}

    def row_kernels(self) -> RowKernels | None:
        """The kernels that update a table of which few rows have a gradient, to the same bits; None
        where every step must go through all rows."""
        return None

    @property
    def clips(self) -> bool:
        """Whether every number of the gradient is looked at before the step."""
        return bool(self.clip_value or self.global_clip_norm)

    def emit(
        self, builder: InstructionBuilder, gradients: View, parameters: View, state: list[View]
    ) -> None:
        """Write the update, which each lane does for a slice of the vector."""
        if self.clips:
            gradients = self._emit_clipping(builder, gradients)
        name, own = self.kernel()
        _write(builder, name, (gradients, parameters, *state), {**SLICE, **own})

    def _emit_clipping(self, builder: InstructionBuilder, gradients: View) -> View:
        """Add the shards' gradients up and clip them; returns where the sum lies, as one shard."""
        _, length = gradients.shape
        lengths = builder.shared("optimizer.lengths", MOST_LANES).view
        options: Options = {"lane": Symbol.LANE, "limit": self.clip_value or 0.0}
        _write(builder, "sum_shards", (gradients, lengths), {**SLICE, **options})
        total = gradients.part(0, 1, length)
        if self.global_clip_norm:
            options = {"lanes": Symbol.LANES, "limit": self.global_clip_norm}
            operands = (lengths, total.flat)
            _write(builder, "clip_norm", operands, {**SLICE, **options}, barrier=True)
        return total


def _write(
    builder: InstructionBuilder,
    kernel: str,
    operands: tuple[View, ...],
    options: Options,
    barrier: bool = False,
) -> None:
    phase = Phase.UPDATE
    builder.write(Instruction(kernel, operands, options, "optimizer", phase, True, barrier))


class Sgd(Optimizer, frozen=True, tag="sgd"):
    """Gradient descent, as Keras has it: stochastic by the batch size, with momentum if wanted."""

    learning_rate: Rate = 0.01
    momentum: Fraction = 0.0
    nesterov: bool = False

    def state(self) -> dict[str, float]:
        return {"velocity": 0.0} if self.momentum else {}

    def kernel(self) -> tuple[str, dict[str, float]]:
        if not self.momentum:
            return "sgd", {}
        return "sgd_momentum", {"momentum": self.momentum, "nesterov": int(self.nesterov)}

    def row_kernels(self) -> RowKernels | None:
        return None if self.momentum else RowKernels("sgd_rows", {})


class Adam(Optimizer, frozen=True, tag="adam"):
    """Kingma and Ba's Adam: a step size of its own for each parameter."""

    learning_rate: Rate = 1e-3
    beta_1: Fraction = 0.9
    beta_2: Fraction = 0.999
    epsilon: Epsilon = 1e-8

    def state(self) -> dict[str, float]:
        return {"first_moment": 0.0, "second_moment": 0.0}

    def kernel(self) -> tuple[str, dict[str, float]]:
        constants = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return "adam", {**constants, "weight_decay": 0.0}

    def row_kernels(self) -> RowKernels:
        options = self.kernel()[1]
        own = {"weight_decay": options.pop("weight_decay")}
        return RowKernels("adam_rows", options, "adam_refresh", "adam_settle", own)


class AdamW(Adam, frozen=True, tag="adamw"):
    """Adam with weight decay beside the gradient (Loshchilov and Hutter, 2019), biases included."""

    weight_decay: NotNegative = 0.004

    def kernel(self) -> tuple[str, dict[str, float]]:
        _, constants = super().kernel()
        return "adam", {**constants, "weight_decay": self.weight_decay}


class RmsProp(Optimizer, frozen=True, tag="rmsprop"):
    """Divides by a running root mean square of the gradient (Tieleman and Hinton, 2012), as Keras
    has it: ``epsilon`` stands under the root."""

    learning_rate: Rate = 1e-3
    rho: Fraction = 0.9
    momentum: Fraction = 0.0
    epsilon: Epsilon = 1e-7
    centered: bool = False

    def state(self) -> dict[str, float]:
        return {"mean_square": 0.0, "mean": 0.0, "velocity": 0.0}

    def kernel(self) -> tuple[str, dict[str, float]]:
        constants = {"rho": self.rho, "momentum": self.momentum, "epsilon": self.epsilon}
        return "rmsprop", {**constants, "centered": int(self.centered)}


class Adagrad(Optimizer, frozen=True, tag="adagrad"):
    """Divides by the root of all squares so far (Duchi et al., 2011): rates only ever fall."""

    learning_rate: Rate = 1e-3
    initial_accumulator_value: NotNegative = 0.1
    epsilon: Epsilon = 1e-7

    def state(self) -> dict[str, float]:
        return {"accumulator": self.initial_accumulator_value}

    def kernel(self) -> tuple[str, dict[str, float]]:
        return "adagrad", {"epsilon": self.epsilon}

    def row_kernels(self) -> RowKernels:
        return RowKernels("adagrad_rows", {"epsilon": self.epsilon})


OPTIMIZERS: dict[str, type[Any]] = by_kind([Sgd, Adam, AdamW, RmsProp, Adagrad])
"""Every optimizer by the ``type`` that names it in a preset."""
