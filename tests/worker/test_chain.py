"""The probe of the chain rule: of which numbers it is, what it says of zeros and kinks, what it
refuses."""

from typing import Any

import numpy as np
import pytest

from tests import helpers
from tuidl.kernels.step_state import STEP
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol.chain import Chain
from tuidl.protocol.commands import Probe
from tuidl.protocol.events import EpochEnded
from tuidl.protocol.probes import StepTrace
from tuidl.training.interruption import StopsAfter
from tuidl.training.state import TrainState
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.answer import answer

NET = """
name = "net"
data = {source = "moons", points = 60, validation = 0.2}
layers = [{type = "dense", units = 6, activation = "relu"},
          {type = "dense", units = 1, activation = "sigmoid"}]
loss = {type = "binary_cross_entropy"}
optimizer = {type = "sgd", learning_rate = 0.1}
training = {epochs = 2, batch_size = 8}
"""


def state_of(preset: Preset, steps: int = 3) -> TrainState:
    """After some steps, on the backend that compiles nothing."""
    trainer = Trainer(preset, backend="numpy", interrupter=StopsAfter(steps))
    assert [*trainer.run()]
    return trainer.state


def ask(state: TrainState, **options: Any) -> Chain:
    found = answer(state, Probe(id=1, kind="chain", options=options))
    assert isinstance(found.answer, Chain), found.error
    return found.answer


def refusal(state: TrainState, **options: Any) -> str:
    found = answer(state, Probe(id=1, kind="chain", options=options))
    assert found.answer is None
    return str(found.error)


def product(x: float | None, y: float | None) -> float:
    assert x is not None
    assert y is not None
    return x * y


@pytest.mark.parametrize("name", ["mlp_xor", "linear_regression", "gru_sine"])
def test_the_numbers_on_the_screen_multiply_and_add_up(name: str) -> None:
    state = state_of(load_preset(name))
    before = state.model.weights_sha256
    clock = state.engine.step_state.copy()
    found = ask(state, terms=12)
    assert state.model.weights_sha256 == before
    np.testing.assert_array_equal(state.engine.step_state, clock)
    assert found.last is not None
    for link in (*found.links, found.last):
        for term in link.terms:
            assert product(term.upstream, term.local) == pytest.approx(term.value, rel=2e-5)
        if link.terms:
            parts = sum(term.value or 0.0 for term in link.terms)
            total = parts + (link.rest_sum or 0.0) + (link.from_loss or 0.0)
            assert total == pytest.approx(link.total, rel=1e-4, abs=1e-9)
    assert found.analytic == pytest.approx(found.engine, rel=1e-3)
    assert found.numeric == pytest.approx(found.analytic, rel=1e-5)
    assert found.agrees


DROPS = NET.replace("layers = [", 'layers = [{type = "dense", units = 8, activation = "tanh"}, '
                    '{type = "dropout", rate = 0.5}, ')  # fmt: skip


@pytest.mark.parametrize("preset", [helpers.preset(NET), helpers.preset(DROPS), "diffusion_points"])
def test_the_way_through_an_example_draws_what_the_batch_drew(preset: Preset | str) -> None:
    """What comes back to the weight by the way is what the sum over the batch begins with."""
    state = state_of(load_preset(preset) if isinstance(preset, str) else preset)
    for _ in range(4):  # as many steps, each with other noise
        found = ask(state)
        assert found.last is not None
        assert found.links[-1].total == pytest.approx(found.last.terms[0].upstream, rel=1e-5)
        state.engine.step_state[STEP] += 1


def test_a_mean_is_of_the_batch_that_comes_next_and_an_example_of_one() -> None:
    state = state_of(helpers.preset(NET))
    mean = ask(state)
    assert mean.of == "mean over the batch that comes next, 8 examples"
    assert (mean.example, mean.examples) == (None, len(state.train_feed))
    index = list(mean.index)
    _, epoch, step = state.next_place
    order = state.ordered(max(epoch, 1)).order[step * 8 : step * 8 + 8]
    each = [ask(state, index=index, example=int(n)).analytic or 0.0 for n in order]
    assert np.mean(each) == pytest.approx(mean.analytic, rel=1e-5, abs=1e-9)
    assert mean.followed in order


@pytest.mark.parametrize("is_evaluated", [False, True])
def test_after_the_last_step_of_an_epoch_the_first_of_the_next_comes(is_evaluated: bool) -> None:
    """Not the last one once more, whether the epoch has been evaluated or not."""
    decaying = helpers.preset(NET, "optimizer.schedule={type='exponential', multiplier=0.5}")
    steps = state_of(decaying, 1).steps
    trainer = Trainer(decaying, backend="numpy", interrupter=StopsAfter(steps + is_evaluated))
    for event in trainer.run():
        if isinstance(event, EpochEnded):
            break
    state = trainer.state
    assert state.place == (1, steps)
    assert state.progress.epochs == is_evaluated
    walked = answer(state, Probe(id=1, kind="walk", options={"examples": 8})).answer
    assert isinstance(walked, StepTrace)
    assert walked.examples == tuple(state.ordered(2).order[:8].tolist())
    assert walked.learning_rate == pytest.approx(state.learning_rate(2, 0))
    assert ask(state).followed in walked.examples


def test_the_first_entry_shown_has_the_largest_gradient() -> None:
    state = state_of(helpers.preset(NET))
    found = ask(state, name="dense_1.kernel")
    others = [ask(state, name="dense_1.kernel", index=[i, j]) for i in range(2) for j in range(6)]
    assert abs(found.analytic or 0) == max(abs(other.analytic or 0) for other in others)


def test_of_a_neuron() -> None:
    state = state_of(helpers.preset(NET))
    found = ask(state, name="dense_1", neurons=True, example=3)
    assert found.title.startswith("dense_1[")
    assert found.last is None
    assert found.links[-1].total == found.analytic
    assert found.agrees
    assert found.analytic == pytest.approx(found.engine, rel=1e-4)


def test_a_zero_says_why() -> None:
    state = state_of(helpers.preset(NET))
    parameters = state.model.parameters
    parameters["dense_1.bias"][0] = -100.0
    assert "ReLU is off" in ask(state, name="dense_1.kernel", index=[0, 0]).reason
    parameters["dense_2.kernel"][1] = 0.0
    assert "weights of dense_2" in ask(state, name="dense_1.kernel", index=[0, 1]).reason
    assert (
        "input that it is multiplied by is 0"
        in ask(state, name="dense_2.kernel", index=[0, 0]).reason
    )
    assert ask(state, name="dense_2.kernel", index=[2, 0]).reason == ""


def test_a_kink_is_no_error() -> None:
    """A unit whose sum is exactly 0 has a slope of 0 on one side alone."""
    state = state_of(helpers.preset(NET))
    parameters = state.model.parameters
    parameters["dense_1.kernel"][:, 0] = 0.0
    parameters["dense_1.bias"][0] = 0.0
    parameters["dense_2.kernel"][0] = 1.0
    found = ask(state, name="dense_1.bias", index=[0])
    assert found.is_kink
    assert not found.agrees
    sides = sorted(abs(side or 0.0) for side in (found.left, found.right))
    assert sides[0] < 1e-6 < 1e-3 < sides[1]


def test_batch_normalisation_ties_examples_and_takes_a_bias_away() -> None:
    preset = helpers.preset(helpers.RESIDUAL.replace("use_bias = false, l2 = 0.01", "l2 = 0.01"))
    state = state_of(preset)
    found = ask(state, name="conv2d_1.bias", example=5)
    assert found.tied == "batch_normalization_1"
    assert (found.example, found.examples) == (None, 0)
    assert found.reason.startswith("batch normalisation takes the mean off")
    kernel = ask(state, name="conv2d_1.kernel")
    weight = kernel.value or 0.0
    assert kernel.penalty == pytest.approx(0.02 * weight, rel=1e-5)
    assert kernel.last is not None
    parts = (kernel.last.total or 0.0) + (kernel.penalty or 0.0)
    assert parts == pytest.approx(kernel.analytic, rel=1e-4, abs=1e-8)


def test_what_cannot_be_asked_says_what_can() -> None:
    state = state_of(helpers.preset(NET))
    assert "did you mean 'dense_1.kernel'" in refusal(state, name="dense_1.kernle")
    assert "no entry [9, 0] in the shape [2, 6]" in refusal(state, index=[9, 0])
    assert "no entry [1]" in refusal(state, index=[1])
    assert "example 999: the training part has 0 to 47" in refusal(state, example=999)
    assert "no layer with neurons" in refusal(state, name="dense_9", neurons=True)
    assert "index" in refusal(state, index=[-1, 0])
    frozen = helpers.preset(helpers.RESIDUAL)
    moving = "batch_normalization_1.moving_mean"
    assert "is not trained" in refusal(state_of(frozen), name=moving)
