"""Examples that are no images: their confusion matrix, and those that fit below it."""

import pytest

from tests.tui import answers
from tuidl.charts.palette import DEFAULT
from tuidl.tui.renderers.examples import matrix_and_rows


@pytest.mark.parametrize(("height", "below"), [(1, 0), (4, 0), (7, 0), (8, 3), (12, 6)])
def test_examples_stand_below_the_matrix_where_there_is_room(height: int, below: int) -> None:
    drawn = matrix_and_rows(answers.table(), DEFAULT, 60, height, selected=0, unicode=True)
    texts = [line.plain.rstrip() for line in drawn]
    assert len(texts) == height
    marks = [text for text in texts if text[:1] in {"✓", "✗"}]
    assert len(marks) == below
    if height > 3:
        assert texts[1].split() == ["malignant", "3", "1", "75%"]
        assert texts[3] == "5 of 6 right (83.3%)"
    if below:
        assert not texts[4], "a line between them"
