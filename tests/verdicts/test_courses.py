"""Verdicts on courses that end behind their lowest point, and on scores of lopsided classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tuidl.protocol.baseline import Baseline
from tuidl.verdicts.courses import GUESSING, STILL_FALLING
from tuidl.verdicts.evidence import Evidence


@dataclass(frozen=True)
class Measure:
    values: Sequence[float]

    def pairs(self) -> list[tuple[float, float]]:
        return [(float(epoch), value) for epoch, value in enumerate(self.values, 1)]

    @property
    def last(self) -> float:
        return self.values[-1]


FALLS = [1 / epoch for epoch in range(1, 21)]
LOW_FIRST = [0.5, 0.3, 0.2, 0.25, *[0.3] * 12, 0.4, 0.4, 0.35, 0.3]


@pytest.mark.parametrize(
    ("losses", "kept", "is_said"),
    [(FALLS, None, True), (FALLS, 20, True), (LOW_FIRST, None, True), (LOW_FIRST, 3, False)],
)
def test_a_loss_above_the_one_that_was_kept_does_not_ask_for_more_epochs(
    losses: list[float], kept: int | None, is_said: bool
) -> None:
    evidence = Evidence({"validation loss": Measure(losses)}, kept=kept)
    assert bool(STILL_FALLING.find(evidence)) == is_said


@pytest.mark.parametrize(
    ("scores", "is_said"),
    [
        ({"accuracy": 0.84}, True),
        ({"accuracy": 0.84, "f1": 0.25}, False),
        ({"accuracy": 0.84, "f1": 0.08}, True),
        ({"accuracy": 0.84, "f1": float("nan")}, True),
        ({"accuracy": 0.98, "f1": 0.7}, False),
    ],
)
def test_class_weights_that_cost_accuracy_are_no_guessing(
    scores: dict[str, float], is_said: bool
) -> None:
    level = Baseline(says="no", score="accuracy", accuracy={"validation": 0.967})
    series = {f"validation {name}": Measure([0.5, value]) for name, value in scores.items()}
    evidence = Evidence({"validation loss": Measure([1, 1]), **series}, baseline=level)
    assert bool(GUESSING.find(evidence)) == is_said
