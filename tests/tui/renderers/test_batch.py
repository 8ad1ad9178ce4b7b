"""The batch of a step: texts as texts, pictures with what is true of them."""

import msgspec
import pytest

from tests.tui.answers import step_trace, step_trace_of_images
from tuidl.charts.palette import MONOCHROME
from tuidl.protocol.probes import StepTrace
from tuidl.tui.step_trace.batch import gather, loss


def lines(answer: StepTrace, width: int = 58, height: int = 20) -> str:
    return "\n".join(line.plain for line in gather(answer, MONOCHROME, width, height, True))


@pytest.mark.parametrize("width", [36, 58, 98])
def test_texts_stand_in_place_of_the_numbers_of_their_tokens(width: int) -> None:
    answer = msgspec.structs.replace(
        step_trace(), texts=("to be or not", "be"), target_texts=("o be or not␣", "e␣")
    )
    shown = lines(answer, width)
    assert "to be or n" in shown
    assert "o be or no" in shown
    assert "0.5" not in shown
    assert all(len(line) <= width for line in shown.splitlines())


@pytest.mark.parametrize(
    ("changes", "caption"),
    [
        ({}, "is 3, #12"),
        ({"classes": (), "targets": [[0.0] * 12, [1.0] * 12]}, "#12"),
        ({"classes": (), "targets": [[0.5], [1.0]]}, "is 0.5, #12"),
        ({"classes": (), "targets": [[1.0], [1.0]], "output": "real"}, "real = 1, #12"),
    ],
    ids=["class", "mask", "number", "judged"],
)
def test_captions_say_what_is_true_where_that_can_be_said(
    changes: dict[str, object], caption: str
) -> None:
    shown = lines(msgspec.structs.replace(step_trace_of_images(), **changes))
    assert caption in shown
    assert ("is " in shown) == caption.startswith("is ")


def test_no_truth_is_shown_where_the_loss_asks_for_none() -> None:
    numbers = {"classes": (), "targets": [[0.0], [0.0]], "untaught": True, "groups": True}
    answer = msgspec.structs.replace(step_trace(), predicted=[[4.0, 0.5], [0.1, 9.0]], **numbers)
    heading, *rows = lines(answer).splitlines()
    assert not heading.rstrip().endswith("y")
    assert not any(row.rstrip().endswith(" 0") for row in rows)
    held = [line.plain for line in loss(answer, MONOCHROME, 58, 20, True)]
    assert ("nearest" in held[0], "squared distances" in held[0]) == (True, True)
    assert ("centre 2" in held[1], "centre 1" in held[2]) == (True, True)
