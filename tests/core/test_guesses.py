"""The nearest name for one that is not there."""

import pytest

from tests import helpers
from tuidl.core.errors import PresetError, guess

NAMES = ["batch_size", "beta_1", "beta_2", "learning_rate", "type"]


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("learning_rat", "learning_rate"),
        ("batchsize", "batch_size"),
        ("lr", "learning_rate"),
        ("bs", "batch_size"),
        ("b1", "beta_1"),
        ("b", ""),
        ("q", ""),
        ("momentum", ""),
    ],
)
def test_the_nearest_name_or_the_only_one_of_these_initials(wrong: str, near: str) -> None:
    assert guess(wrong, NAMES) == (f"; did you mean {near!r}?" if near else "")


def test_an_abbreviation_in_a_preset_is_answered_with_the_name() -> None:
    with pytest.raises(
        PresetError, match=r"optimizer\.lr: unknown key; did you mean 'learning_rate'"
    ):
        helpers.preset(helpers.CONV, "optimizer.lr=0.1")
