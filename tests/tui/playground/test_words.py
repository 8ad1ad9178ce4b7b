"""Lines of words of the playground: whole numbers in any room."""

import re

import pytest

from tuidl.plane.state import PlaneState
from tuidl.tui.playground.words import short_line, whole

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
