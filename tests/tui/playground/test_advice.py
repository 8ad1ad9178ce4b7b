"""What is said where a small network learns no more, and where nothing is said."""

import msgspec
import pytest

from tests.tui.answers import neurons
from tuidl.plane.state import PlaneState
from tuidl.tui.playground import words
from tuidl.tui.playground.advice import TOO_SMALL, advice, is_by_heart
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


@pytest.mark.parametrize(
    ("training", "held", "said"),
    [
        ((0.3, 0.2, 0.1, 0.05), (0.35, 0.3, 0.5, 0.6), True),
        ((0.3, 0.2, 0.1, 0.05), (0.35, 0.3, 0.25, 0.2), False),
        ((0.3, 0.2, 0.1, 0.05), (0.35, 0.3, 0.31, 0.33), False),
        ((0.3, 0.2, 0.3, 0.5), (0.35, 0.3, 0.5, 0.7), False),
        ((0.3, 0.2, 0.1, 0.05), (None, None, None, None), False),
    ],
    ids=["by heart", "both fall", "a little", "both rise", "nothing held out"],
)
def test_what_is_learned_by_heart(
    training: tuple[float, ...], held: tuple[float | None, ...], said: bool
) -> None:
    made = scene([0.3], 0.9)
    made.history.clear()
    looks = [pair for pair in zip(training, held, strict=True) for _ in range(10)]
    made.history.extend((100 * i, *pair) for i, pair in enumerate(looks))
    assert is_by_heart(made) == said
    scores = {"training": {"loss": 0.05}, "validation": {"loss": 0.6}}
    assert made.look is not None
    made.look = Look(msgspec.structs.replace(made.look.answer, scores=scores))
    for width, room in ((118, True), (40, False)):
        line = " ".join(text for text, _ in words.scores(made, width, unicode=False))
        assert ("validation loss 0.600: learned by heart" in line) == (said and room)


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
