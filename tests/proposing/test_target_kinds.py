"""Each kind of target says all that a proposal needs of it."""

import pytest

from tuidl.nn.losses import LOSSES
from tuidl.nn.metrics import METRICS
from tuidl.proposing.ratings import RatingTarget
from tuidl.proposing.target_kinds import ClassTarget, LabelTarget, NumberTarget, Target

KINDS: list[Target] = [
    ClassTarget(("cat", "dog"), (90, 10)),
    NumberTarget(),
    NumberTarget(3),
    LabelTarget(4),
    RatingTarget(),
]
LABELS = "4 labels, yes or no each,"


def kinds_below(kind: type[Target]) -> set[type[Target]]:
    return {kind}.union(*map(kinds_below, kind.__subclasses__())) - {Target}


def test_every_kind_is_tried_here() -> None:
    assert {type(target) for target in KINDS} == kinds_below(Target)


@pytest.mark.parametrize("target", KINDS, ids=lambda target: target.phrase)
def test_what_it_proposes_exists(target: Target) -> None:
    assert target.loss["type"].value in LOSSES
    for setting in target.metrics.values():
        assert set(setting.value) <= set(METRICS)


@pytest.mark.parametrize(
    ("target", "question", "sentence"),
    [
        (KINDS[0], "2 classes", "2 classes from 5 inputs"),
        (KINDS[1], "a number to predict", "A number from 5 inputs"),
        (KINDS[2], "3 numbers to predict", "3 numbers from 5 inputs"),
        (KINDS[3], f"{LABELS} to predict", f"{LABELS} from 5 inputs"),
        (KINDS[4], "a number to predict", "Ratings of items by users"),
    ],
)  # fmt: skip
def test_it_is_said_in_words(target: Target, question: str, sentence: str) -> None:
    assert (target.question, target.sentence("5 inputs")) == (question, sentence)


def test_inputs_of_tokens_alone_are_not_scaled() -> None:
    assert "normalize" in NumberTarget().scaling(has_numbers=True)
    assert "normalize" not in NumberTarget().scaling(has_numbers=False)
    assert ClassTarget(("a", "b"), (1, 1)).scaling(has_numbers=False) == {}


def test_a_class_of_one_example_and_a_lopsided_one_are_said() -> None:
    first, second = ClassTarget(("cat", "dog"), (99, 1)).notes
    assert "99.0% are 'cat'" in first
    assert "'dog' has a single example" in second
    assert ClassTarget(("cat", "dog"), (5, 4)).notes == ()
