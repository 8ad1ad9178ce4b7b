"""After which epochs a training's alerts are looked for, so that it hardly takes longer for them.

Which epochs those are follows from the network and the data alone, so that the same training raises
the same alerts at the same places, however fast it runs and wherever it was interrupted.
"""

import math
from dataclasses import dataclass

from tuidl.training.state import TrainState

EPOCH, STEP = 100.0, 0.3
"""Microseconds that an epoch and a step of the smallest networks take at least."""
PASSES, FLOPS = 3, 1e5
"""Of a step beside a forward pass, and how many operations are done in a microsecond at most. A
processor that is slower looks less often than it might."""
CHECK, LOOK, STEPS_LOOKED = 40.0, 400.0, 4
"""Microseconds that the rules on an epoch's numbers take, and a look inside the network, which does
as much as so many steps besides."""
APART = 400
"""How many times as long as a look takes is trained between two of them."""


@dataclass(frozen=True)
class WatchTimes:
    """Epochs between two ``checks`` of the numbers and between two ``looks`` inside; both are done
    after the last epoch as well, and after the first one where ``is_long``. A look always comes
    with a check. All is well below a hundredth of what the training takes."""

    checks: int
    looks: int
    is_long: bool

    @classmethod
    def of(cls, state: TrainState) -> "WatchTimes":
        step = STEP + PASSES * state.program.graph.flops * state.batches.batch / FLOPS
        epoch = EPOCH + state.steps * step
        checks = math.ceil(APART * CHECK / epoch)
        look = LOOK + STEPS_LOOKED * step
        looks = checks * math.ceil(APART * look / epoch / checks)
        return cls(checks, looks, is_long=looks <= state.epochs)

    def has_check(self, epoch: int) -> bool:
        """Whether the rules are asked after an epoch amid the training."""
        return epoch % self.checks == 0 or (epoch == 1 and self.is_long)

    def next_check(self, epoch: int) -> int:
        """The first one behind an epoch."""
        return (epoch // self.checks + 1) * self.checks

    def has_look(self, epoch: int) -> bool:
        """Whether that is one after which they look inside, too."""
        return epoch % self.looks == 0 or (epoch == 1 and self.is_long)
