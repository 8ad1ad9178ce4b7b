"""What the heading of a run says of an error."""

import pytest

from tuidl.tui.widgets.status import error_rows

LACKING = (
    "MNIST is not here: train-images missing in /data\n  get it with: tuidl download x\nor else"
)


@pytest.mark.parametrize("width", [20, 80, 200])
def test_the_lines_of_an_error_stay_apart(width: int) -> None:
    first, second = error_rows(LACKING, width, 2)
    assert first == "MNIST is not here: train-images missing in /data", "cut by who shows it"
    assert second == "get it with: tuidl download x or else"
    assert error_rows(LACKING, width, 1) == [f"{first} {second}"]


def test_one_line_is_wrapped() -> None:
    assert error_rows("the loss is not finite", 12, 2) == ["the loss is", "not finite"]
    assert error_rows("the loss is not finite", 5, 2) == ["the loss", "is not finite"], (
        "at least 10"
    )


def test_nothing_that_moves_the_cursor_is_left() -> None:
    assert error_rows("a\x1b[2J\nb\n", 80, 2) == ["a\\x1b[2J", "b"]
    assert error_rows("", 80, 2) == []
