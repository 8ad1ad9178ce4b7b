"""The learning-rate range test: a short training whose rate rises from step to step.

Smith, "Cyclical Learning Rates for Training Neural Networks" (2017), section 3.3, with a geometric
rise as in fastai. A rate that is too small leaves the loss where it is, a good one lets it fall,
and one that is too large lets it rise or diverge.
"""

from collections.abc import Iterator

import numpy as np

from tuidl.backends.base import StepChunk
from tuidl.core.errors import PresetError, suggestion
from tuidl.core.lazy import Array
from tuidl.kernels.step_state import SEED
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import editable_rate
from tuidl.protocol.rate_curve import RateCurve, curve_of, is_blown_up
from tuidl.training import event_builders
from tuidl.training.first_centers import draw_centers
from tuidl.training.interruption import Interrupter
from tuidl.training.trainer import Trainer

STEPS, LOWEST, HIGHEST = 200, 1e-6, 10.0
STEPS_AT_ONCE = 10


class RateTest:
    """Trains a preset's network from its start for ``steps`` steps, at rates that rise evenly on a
    logarithmic scale. ``objective``: whose rate rises, where the preset has several; those of the
    others are as the preset says. Nothing is kept of the network.

    Raises PresetError, and what the reading of the data raises.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        steps: int = STEPS,
        lowest: float = LOWEST,
        highest: float = HIGHEST,
        objective: str | None = None,
        threads: int | None = None,
    ) -> None:
        self._trainer = Trainer(preset, threads=threads, interrupter=Interrupter())
        self._number = self._number_of(objective)
        self._rates = np.geomspace(lowest, highest, steps)
        self._losses: list[float] = []

    @property
    def key(self) -> str:
        """Of the preset, whose value is looked for."""
        return editable_rate(self._trainer.state.program.objectives[self._number].name)

    @property
    def curve(self) -> RateCurve:
        """What is known so far."""
        done = len(self._losses)
        own = self._trainer.state.learning_rates[self._number].base
        rates = self._rates.tolist()
        return curve_of(self.key, own, len(rates), rates[:done], self._losses)

    def run(self) -> Iterator[RateCurve]:
        """Every few steps the curve so far, until all steps are done or the loss blows up."""
        state = self._trainer.state
        with self._trainer.binding.in_training():
            with state.model.lock.hold():
                state.engine.step_state[SEED] = state.preset.training.seed
            for _ in event_builders.compiling(state.model):
                pass
            draw_centers(state)
            while len(self._losses) < len(self._rates):
                with state.model.lock.exclusive():
                    is_over = self._some_steps()
                yield (curve := self.curve)
                if is_over or is_blown_up(curve):
                    return

    def _number_of(self, objective: str | None) -> int:
        names = [known.name for known in self._trainer.state.program.objectives]
        if objective is None and len(names) > 1:
            problem = f"it has several; name one with --objective: {', '.join(names)}"
            raise PresetError("objectives", problem)
        if objective is not None and objective not in names:
            known = [name for name in names if name]
            near = suggestion(objective, known) if known else "; it has one loss, without a name"
            raise PresetError("objectives", f"it has no objective {objective!r}{near}")
        return 0 if objective is None else names.index(objective)

    def _some_steps(self) -> bool:
        """Train on; True where a loss is not finite."""
        state = self._trainer.state
        epoch, step = divmod(state.updates, state.steps)
        number, left = state.rotation.at(state.updates)
        count = min(STEPS_AT_ONCE, state.steps - step)
        if len(state.plans) > 1:
            count = min(count, left)
        if number == self._number:
            count = min(count, len(self._rates) - len(self._losses))
        chunk = StepChunk(step, self._next(number, count), self._totals(), np.zeros(count))
        with state.counting(number):
            feed = state.ordered(epoch + 1)
            done, _ = self._trainer.chunks.run(state.plans[number], feed, chunk)
        if number == self._number:
            self._losses += chunk.losses[:done].tolist()
        return done < count

    def _next(self, number: int, count: int) -> Array:
        """(count,) the rates of the next steps."""
        if number == self._number:
            return self._rates[len(self._losses) :][:count]
        return np.full(count, self._trainer.state.learning_rates[number].base)

    def _totals(self) -> Array:
        return np.zeros_like(self._trainer.state.progress.totals)
