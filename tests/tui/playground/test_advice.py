"""What is said where a small network learns no more, and where nothing is said."""

import msgspec
import pytest

from tests.tui.answers import neurons
from tuidl.plane.state import PlaneState
from tuidl.tui.playground.advice import TOO_SMALL, advice
from tuidl.tui.playground.scene import Look, Scene


def scene(losses: list[float], accuracy: float | None, net: tuple[int, ...] = (4, 2)) -> Scene:
    """After a look every 100 steps."""
    scores = {"training": {"loss": losses[-1], "accuracy": accuracy}}
    answer = msgspec.structs.replace(neurons(), scores=scores)
    made = Scene(PlaneState(hidden=net), look=Look(answer))
    made.history.extend((100 * i, loss, None) for i, loss in enumerate(losses))
    return made


LEVEL = [0.69, *[0.55] * 60]
FALLING = [0.69 * 0.98**i for i in range(60)]


@pytest.mark.parametrize(
    ("losses", "accuracy", "net", "said"),
    [
        (LEVEL, 0.7, (4, 2), TOO_SMALL),
        (LEVEL, 0.95, (4, 2), ""),
        (LEVEL, 0.7, (8, 8), ""),
        (FALLING, 0.7, (4, 2), ""),
        (LEVEL[:20], 0.7, (4, 2), ""),
        (LEVEL, None, (4, 2), TOO_SMALL),
        ([0.69, *[0.01] * 60], None, (4, 2), ""),
        (
            [0.69, *[0.05] * 30, *[0.3] * 20],
            0.85,
            (8, 8),
            "the loss was 0.05 and is 0.3: a lower rate lets it settle",
        ),
        ([0.69, *[0.05] * 30, *[0.3] * 20], 0.95, (8, 8), ""),
        ([0.69, *[0.05] * 60, 0.3], 0.85, (8, 8), ""),
        ([0.69, *[0.15] * 30, *[0.3] * 20], 0.85, (8, 8), ""),
    ],
    ids=[
        "level",
        "good",
        "large",
        "falling",
        "early",
        "numbers",
        "good numbers",
        "risen",
        "risen, but good",
        "a jump",
        "a little",
    ],
)
def test_a_small_network_that_learns_no_more(
    losses: list[float], accuracy: float | None, net: tuple[int, ...], said: str
) -> None:
    assert advice(scene(losses, accuracy, net)) == said


def test_nothing_is_said_before_anything_is_known() -> None:
    assert advice(Scene(PlaneState())) == ""


SPIRAL = PlaneState.parse("2d:spiral")


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (SPIRAL, True),
        (SPIRAL.with_(rate=0.1), True),
        (SPIRAL.with_(batch=20, optimizer="sgd"), True),
        (SPIRAL.with_(shape="xor"), False),
        (SPIRAL.with_(noise=0.5), False),
        (SPIRAL.with_(put="A+1.5-2"), False),
        (SPIRAL.with_(hidden=(8, 8)), False),
        (SPIRAL.with_(features=("x", "y", "xy")), False),
    ],
    ids=["nothing", "rate", "batch", "data", "noise", "a point", "network", "inputs"],
)
def test_a_loss_that_rose_with_other_data_or_layers_says_nothing_of_the_rate(
    then: PlaneState, said: bool
) -> None:
    made = Scene(SPIRAL)
    for number in range(60):
        loss, state = (0.05, SPIRAL) if number < 30 else (0.6, then)
        scores = {"training": {"loss": loss, "accuracy": 0.7}}
        answer = msgspec.structs.replace(
            neurons(), scores=scores, about=state.line(), updates=100 * number
        )
        made.show(Look(answer))
    assert ("a lower rate" in advice(made)) == said
    assert len(made.history) == 60, "the bars show all of it"
