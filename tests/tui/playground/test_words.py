"""Lines of words of the playground: whole numbers in any room."""

import re

import msgspec
import pytest

from tests.tui.answers import neurons
from tuidl.data.plane import SHAPES
from tuidl.plane.state import PlaneState
from tuidl.tui.playground import words
from tuidl.tui.playground.scene import Look, Scene
from tuidl.tui.playground.words import at_setting, short_line, whole

LINE = (
    "2d:spiral:points=500:noise=0.25:validation=0.4:put=A+1.5-2B-3+4:in=x,y,x2,y2,sinx:net=8-7-6"
    ":act=relu:rate=0.03:batch=32:seed=7"
)


@pytest.mark.parametrize("room", range(30, 140))
def test_a_line_that_is_too_long_leaves_out_whole_settings(room: int) -> None:
    state = PlaneState.parse(LINE)
    short = short_line(state, room)
    assert len(short) <= room or room < len("2d:spiral:…:net=8-7-6:…:seed=7")
    parts = set(state.line().split(":"))
    assert set(short.split(":")) - {"…"} <= parts
    assert {"2d", "spiral", "net=8-7-6", "seed=7"} <= set(short.split(":"))
    assert (short == state.line()) == (len(state.line()) <= room)


@pytest.mark.parametrize("room", range(26, 90))
def test_lists_of_numbers_end_with_a_whole_one(room: int) -> None:
    text = "layer 3, neuron 1: weights n1 +0.80, n2 -0.70, n3 +0.26, bias +1.25   w: change one"
    said = whole(text, room)
    assert len(said) <= room
    assert said == text or re.search(r"(n\d [+-]\d\.\d\d|layer 3), …$", said)


@pytest.mark.parametrize("room", [78, 118])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_data_setting_names_all_data_there_are(shape: str, room: int) -> None:
    said = at_setting(Scene(PlaneState.parse(f"2d:{shape}")), room)
    assert len(said) <= room
    assert said.startswith("data: ")
    assert f"[{shape}]" in said
    assert all(one in said for one in SHAPES)


def test_a_number_says_what_it_does_and_what_a_change_kept() -> None:
    scene = Scene(PlaneState(), setting=1, note="layer 2 is new")
    assert at_setting(scene, 118) == (
        "noise: how far points stray from their shape   what it learned is kept; layer 2 is new"
    )
    scene.note = ""
    assert at_setting(scene, 118) == "noise: how far points stray from their shape"


@pytest.mark.parametrize(
    ("losses", "bars"),
    [([0.8, 0.4, 0.2, 0.1], "█▄▂▁"), ([1.0, 0.1, 0.01, 0.001], "█▆▃▁"), ([1.0, 0.0], "█ ")],
    ids=["linear", "logarithm", "zero"],
)
def test_losses_that_span_much_are_drawn_by_their_logarithm(losses: list[float], bars: str) -> None:
    scores = {"training": {"loss": losses[-1], "accuracy": None}}
    scene = Scene(PlaneState(), look=Look(msgspec.structs.replace(neurons(), scores=scores)))
    scene.history.extend((i, loss, None) for i, loss in enumerate(losses))
    (said,) = (text for text, _ in words.scores(scene, 118, unicode=True))
    assert said == f"training loss {losses[-1]:.3f} {bars}"


@pytest.mark.parametrize(
    ("loss", "said"),
    [(0.0, "loss 0.000"), (0.00021, "loss 0.0002"), (3e-7, "loss 3e-07"), (0.0306, "loss 0.031")],
)
def test_a_small_loss_is_not_called_zero(loss: float, said: str) -> None:
    assert words._score({"loss": loss, "accuracy": 1.0}) == f"{said}, 100.0% right"


def test_a_change_to_no_points_at_all_is_not_said_to_be_on_its_way() -> None:
    """It waits for points: nothing can be trained on none."""
    look = Look(neurons())
    for line, comes in (("2d:own", False), ("2d:own:put=A+1+1", True), ("2d:spiral", True)):
        said = [text for text, _ in words.standing(Scene(PlaneState.parse(line), look=look), 120)]
        assert ("the change is on its way" in said) is comes, line
