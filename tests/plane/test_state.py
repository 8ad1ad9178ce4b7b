"""A playground's line of text: strict, short, and the same bits wherever it is opened."""

import subprocess
import sys

import pytest

from tests import helpers
from tests.plane.drawn import drawn_state
from tuidl.core.errors import PresetError
from tuidl.plane.presets import START, opened_as, preset_of, state_of
from tuidl.plane.state import PlaneState
from tuidl.preset.schema import Preset
from tuidl.training.interruption import StopsAfter
from tuidl.training.trainer import Trainer

STEPS = 500
CHILD = """
import sys
from tests.plane.test_state import trained
for line in sys.argv[1:]:
    print(trained(line))
"""


def trained(line: str) -> str:
    """SHA-256 of the weights after STEPS steps, or at the step at which they are not finite."""
    trainer = Trainer(preset_of(PlaneState.parse(line)), interrupter=StopsAfter(STEPS))
    list(trainer.run())
    assert trainer.state.updates <= STEPS
    return f"{trainer.state.updates}:{trainer.model.weights_sha256}"


@pytest.mark.parametrize("seed", range(200))
@pytest.mark.sample(20)
def test_a_line_opens_the_same_state(seed: int) -> None:
    state = drawn_state(seed)
    line = state.line()
    assert PlaneState.parse(line) == state
    assert PlaneState.parse(line).line() == line
    assert len(line) < 250
    preset = preset_of(state)
    assert state_of(Preset.parse(preset.to_toml())) == state


def _same_in_another_process(seeds: range) -> None:
    lines = [drawn_state(seed).line() for seed in seeds]
    command = [sys.executable, "-c", CHILD, *lines]
    other = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert other == [trained(line) for line in lines]


def test_the_same_weights_in_another_process() -> None:
    _same_in_another_process(range(2))


@pytest.mark.slow
@pytest.mark.parametrize("tens", range(10))
def test_a_hundred_states_give_the_same_weights_in_another_process(tens: int) -> None:
    _same_in_another_process(range(10 * tens, 10 * tens + 10))


def test_the_file_that_opens_first_is_the_default_state() -> None:
    assert Preset.load(START) == preset_of(PlaneState())
    assert opened_as(Preset.load(START)) == PlaneState()
    assert opened_as(Preset.load(START, ("training.seed=3",))) is None
    assert opened_as(helpers.preset(helpers.LINE)) is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("2d:spirl", "2d: data: no 'spirl'; did you mean 'spiral'?"),
        ("2d", "playground: expected 2d:SHAPE, got '2d'"),
        ("3d:spiral", "playground: expected 2d:SHAPE"),
        ("2d:spiral:nois=1", "no setting 'nois=1'; did you mean 'noise'?"),
        ("2d:spiral:noise", "2d: not KEY=VALUE: 'noise'"),
        ("2d:spiral:noise=1:noise=2", "noise: given twice"),
        ("2d:spiral:l1=0.1:l2=0.1", "l2: given twice"),
        ("2d:spiral:act=tanhh", "act: no 'tanhh'; did you mean 'tanh'?"),
        ("2d:spiral:in=x,z", "in: no 'z'"),
        ("2d:spiral:in=x,x", "in: an input is named twice"),
        ("2d:spiral:in=", "in: no ''"),
        ("2d:spiral:net=9", "net: expected a whole number <= 8, got 9"),
        ("2d:spiral:net=8-x", "net: expected 1 to 6 layers of 1 to 8 units"),
        ("2d:spiral:net=1-1-1-1-1-1-1", "net: expected a list of length <= 6"),
        ("2d:spiral:rate=0", "rate: expected a number > 0.0"),
        ("2d:spiral:rate=nan", "rate: expected a number, got 'nan'"),
        ("2d:spiral:rate=0.12345678", "rate: expected at most 6 digits"),
        ("2d:spiral:seed=-1", "seed: expected a whole number, got '-1'"),
        ("2d:spiral:seed=4294967296", "seed: expected a whole number <= 4294967295"),
        ("2d:spiral:validation=1", "validation: expected a number < 1.0"),
        ("2d:spiral:put=A1", "put: expected at most 500 points like"),
        ("2d:spiral:put=A+7+0", "put: expected at most 500 points like"),
        ("2d:spiral:put=A+1+0:seed=\u0663", "seed: expected a whole number"),
        ("2d:" + "x" * 20_000, "2d: longer than 10,000 characters"),
    ],
)
def test_a_wrong_line_says_what_was_expected(line: str, problem: str) -> None:
    with pytest.raises(PresetError) as error:
        PlaneState.parse(line)
    assert problem in str(error.value)
