"""How gradients change parameters."""

from typing import Annotated, Any

from msgspec import Meta

from tuidl.config import Config, Fraction, Positive, by_kind
from tuidl.tape import Instruction, Phase, Symbol, Tape, View

Rate = Annotated[float, Meta(gt=0, le=1e12)]


class Optimizer(Config, frozen=True, tag_field="type"):
    """Base of all optimizers: one kernel over the flat vector of all parameters."""

    learning_rate: Rate

    def state(self) -> tuple[str, ...]:
        """Names of the vectors, as long as the parameters, that it keeps between steps."""
        return ()

    def kernel(self) -> tuple[str, dict[str, float]]:
        """The kernel of one step, by default the optimizer's own name, and its options."""
        return self.kind(), {}

    def emit(self, tape: Tape, gradients: View, parameters: View, state: list[View]) -> None:
        """Write the update, which each lane does for a slice of the vector."""
        name, own = self.kernel()
        options: dict[str, int | float | Symbol] = {
            "start": Symbol.SLICE_START,
            "stop": Symbol.SLICE_STOP,
            **own,
        }
        operands = (gradients, parameters, *state)
        tape.write(Instruction(name, operands, options, "optimizer", Phase.UPDATE, shared=True))


class Sgd(Optimizer, frozen=True, tag="sgd"):
    """Gradient descent, as Keras has it: stochastic by the batch size, with momentum if wanted."""

    learning_rate: Rate = 0.01
    momentum: Fraction = 0.0
    nesterov: bool = False

    def state(self) -> tuple[str, ...]:
        return ("velocity",) if self.momentum else ()

    def kernel(self) -> tuple[str, dict[str, float]]:
        if not self.momentum:
            return "sgd", {}
        return "sgd_momentum", {"momentum": self.momentum, "nesterov": int(self.nesterov)}


class Adam(Optimizer, frozen=True, tag="adam"):
    """Kingma and Ba's Adam: a step size of its own for each parameter."""

    learning_rate: Rate = 1e-3
    beta_1: Fraction = 0.9
    beta_2: Fraction = 0.999
    epsilon: Positive = 1e-8

    def state(self) -> tuple[str, ...]:
        return ("first_moment", "second_moment")

    def kernel(self) -> tuple[str, dict[str, float]]:
        return "adam", {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}


OPTIMIZERS: dict[str, type[Any]] = by_kind([Sgd, Adam])
"""Every optimizer by the ``type`` that names it in a preset."""
