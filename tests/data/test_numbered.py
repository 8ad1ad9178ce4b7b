"""Names that are made when they are asked for are those that would stand in a tuple."""

from typing import Any

import numpy as np
import pytest

from tuidl.data.numbered import Numbered


@pytest.mark.parametrize("kind", [range, np.arange])
def test_it_is_the_sequence_of_its_names(kind: Any) -> None:
    names, wanted = Numbered(kind(3, 9), "line "), tuple(f"line {n}" for n in range(3, 9))
    assert names == wanted
    assert tuple(names) == wanted
    assert names[1:5:2] == wanted[1:5:2]
    assert names[-1] == "line 8"
    assert len(names) == 6
    with pytest.raises(IndexError):
        names[6]


def test_equal_are_those_with_the_same_names_whatever_holds_the_numbers() -> None:
    names = Numbered.up_to(3)
    assert tuple(names) == ("1", "2", "3")
    assert names == Numbered(np.arange(1, 4))
    assert names != Numbered(range(1, 4), "line ")
    assert names != Numbered(range(1, 5))
    assert names != ["1", "2", "3"]


def test_some_of_them_are_chosen_by_their_places() -> None:
    lines = Numbered(np.array([2, 5, 9]), "line ")
    assert lines[np.array([2, 0])] == ("line 9", "line 2")
