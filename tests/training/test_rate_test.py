"""The range test of the learning rate: steps like those of any training, at rates that rise."""

import numpy as np
import pytest

from tests import helpers
from tuidl.core.errors import PresetError
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import LEARNING_RATE
from tuidl.training.interruption import Interrupter
from tuidl.training.rate_test import RateTest
from tuidl.training.trainer import Trainer


class RisingRate(Interrupter):
    """Changes the rate before every step, as a user would, and notes the losses."""

    def __init__(self, rates: list[float]) -> None:
        super().__init__()
        self.rates, self.losses = rates, []

    def attach(self, state) -> None:  # type: ignore[no-untyped-def]
        self.state = state

    def allowed(self, left: int) -> int:
        if len(self.losses) == len(self.rates):
            self.stop("interrupted")
            return 0
        self.state.edit(LEARNING_RATE, self.rates[len(self.losses)])
        return 1

    def did(self, steps: int, loss: float) -> None:
        self.losses.append(loss)


def losses_of(preset: Preset, **options: float) -> tuple[list[float], list[float]]:
    test = RateTest(preset, steps=60, **options)  # type: ignore[arg-type]
    for _ in test.run():
        pass
    return test.curve.rates, test.curve.losses


@pytest.mark.parametrize("text", [helpers.CONV, helpers.LINE])
def test_losses_are_those_of_a_training_whose_rate_is_edited_at_every_step(text: str) -> None:
    preset = helpers.preset(text, "training.epochs=100")
    rates, losses = losses_of(preset, lowest=1e-5, highest=0.01)
    assert len(losses) == 60
    assert rates == np.geomspace(1e-5, 0.01, 60).tolist()
    rising = RisingRate(rates)
    for _ in Trainer(preset, interrupter=rising).run():
        pass
    assert rising.losses == losses


def test_it_ends_where_the_loss_blows_up() -> None:
    preset = helpers.preset(helpers.CONV)
    _rates, losses = losses_of(preset, lowest=1e-3, highest=1e6)
    assert len(losses) < 60
    assert all(np.isfinite(losses))


def test_an_objective_that_is_not_there() -> None:
    problem = "no objective 'critic'; it has one loss, without a name"
    with pytest.raises(PresetError, match=problem):
        RateTest(helpers.preset(helpers.CONV), objective="critic")
