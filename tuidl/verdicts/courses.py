"""Verdicts on the course of a loss, and on what it comes to beside an answer that never looks."""

import math

from tuidl.protocol.formatting import is_share
from tuidl.verdicts.evidence import (
    Course,
    Evidence,
    Measured,
    course,
    last_value,
    lowest,
    value_at,
    values,
)
from tuidl.verdicts.rule import Rule, Said

RISE, MARGIN = 1.15, 1.2
"""Times its lowest that the validation loss must be, and times the training loss."""
FALL = 0.03
"""Of the loss, what a stretch of epochs must change it by to count as falling or rising."""
GAP_POINTS = 0.05
"""Of accuracy and the like, between the training and the validation part."""
NO_BETTER = 0.1
"""Of the way from an answer that never looks to one that is always right."""
STRETCH = "the last tenth of the epochs (at least one; from the fourth epoch on)"


def _when(late: Course) -> str:
    """Of which epochs a course's value is the mean."""
    return "in the last epoch" if late.epochs == 1 else f"in the mean of the last {late.epochs}"


def by_heart(evidence: Evidence, rise: float = RISE, margin: float = MARGIN) -> Said | None:
    """``rise``: times its lowest that the validation loss must be at least; ``margin``: times the
    training loss."""
    validation, train = evidence.of("validation loss"), evidence.of("train loss")
    late = course(validation)
    if evidence.objectives > 1 or evidence.kept or late is None or late.factor < 1 - FALL:
        return None
    learned, low = course(train), lowest(values(validation))
    if learned is None or low is None or low[0] > values(validation)[-1][0] - late.epochs:
        return None
    epoch, best = low
    before = value_at(train, epoch)
    is_worse = late.now >= rise * best and late.now >= margin * learned.now
    if not is_worse or before is None or learned.now > before:
        return None
    return Said(
        f"learned by heart since epoch {epoch:g}",
        f"Validation loss was lowest at epoch {epoch:g} ({best:.3g}) and is {late.now:.3g} "
        f"{_when(late)}, while training loss fell from {before:.3g} to {learned.now:.3g}: it "
        "learns the training examples by heart.",
    )


def _still_falling(evidence: Evidence) -> Said | None:
    part = evidence.judged
    late = course(evidence.of(f"{part} loss"))
    if evidence.objectives > 1 or late is None or late.factor >= 1 - FALL:
        return None
    if evidence.kept is not None and not _is_lowest(evidence.of(f"{part} loss"), late):
        return None
    return Said(
        "still falling",
        f"{_named(part)} loss is still falling: {1 - late.factor:.0%} lower in "
        f"{_epochs(late.epochs)}.",
    )


def _is_lowest(series: Measured | None, late: Course) -> bool:
    """Whether no value was below the mean of the last stretch before it began."""
    known = values(series)
    before = lowest(pair for pair in known if pair[0] <= known[-1][0] - late.epochs)
    return before is None or late.now <= before[1]


def _plateau(evidence: Evidence) -> Said | None:
    part = evidence.judged
    late = course(evidence.of(f"{part} loss"))
    if evidence.objectives > 1 or late is None or not 1 - FALL <= late.factor <= 1 + FALL:
        return None
    if by_heart(evidence):
        return None
    return Said(
        "plateau",
        f"{_named(part)} loss is almost level: {_change(late.factor)} in {_epochs(late.epochs)}.",
    )


def _change(factor: float) -> str:
    """``0.4% lower``."""
    way = "lower" if factor < 1 else "higher"
    return f"less than 0.1% {way}" if abs(1 - factor) < 0.001 else f"{abs(1 - factor):.1%} {way}"


def guessing(evidence: Evidence) -> Said | None:
    known, part = evidence.baseline, evidence.judged
    if known is None or evidence.objectives > 1 or part not in known.by_part:
        return None
    if evidence.is_diverged:
        return None
    series = evidence.of(f"{part} {known.score}")
    value, level = series.last if series else None, known.by_part[part]
    if value is None or not math.isfinite(value):
        return None
    better = value - level if known.accuracy else level - value
    if better > NO_BETTER * (1 - level if known.accuracy else level):
        return None
    if known.accuracy and _finds_the_rare(evidence.of(f"{part} f1"), level):
        return None
    shown = (f"{value:.1%}", f"{level:.1%}") if known.accuracy else (f"{value:.3g}", f"{level:.3g}")
    return Said(
        "guessing level",
        f"{_named(part)} {known.score} is {shown[0]}, {'hardly' if better > 0 else 'no'} better "
        f"than {known.in_words} ({shown[1]}).",
    )


def _finds_the_rare(f1: Measured | None, level: float) -> bool:
    """Whether F1 is better than of always saying the rare class, as with class weights, which cost
    accuracy; ``level``: the share of the other one."""
    value, always = last_value(f1), 2 * (1 - level) / (2 - level)
    return value is not None and value > always + NO_BETTER * (1 - always)


def _gap(evidence: Evidence) -> Said | None:
    for name, series in evidence.series.items():
        score = name.removeprefix("train ")
        held_out = evidence.of(f"validation {score}")
        if evidence.fold or name == score or not is_share(score) or held_out is None:
            continue
        train, validation = (last_value(one, evidence.kept) for one in (series, held_out))
        if train is not None and validation is not None and train - validation >= GAP_POINTS:
            return Said(
                f"{100 * (train - validation):.0f} points better on training examples",
                f"{100 * (train - validation):.0f} points better on what it learned from than on "
                f"what was held out ({score.replace('_', ' ')} {train:.1%} and {validation:.1%}).",
            )
    return None


def _named(part: str) -> str:
    return {"validation": "Validation", "train": "Training"}[part]


def _epochs(count: int) -> str:
    now = f"the last {count} epochs" if count > 1 else "the last epoch"
    return f"{now} than in {f'the {count}' if count > 1 else 'the one'} before"


BY_HEART = Rule(
    "by_heart",
    "learned by heart",
    f"The mean validation loss of {STRETCH} is at least {RISE:g} times its lowest value, which "
    f"came before, at least {MARGIN:g} times the mean training loss of the same epochs, and no "
    f"longer falling, while the training loss fell since the lowest point.",
    "Early stopping, dropout, l2 on the weights or more data may help.",
    by_heart,
)
GAP = Rule(
    "gap",
    "better on training examples",
    f"Accuracy, precision, recall or F1 is at least {100 * GAP_POINTS:.0f} points higher on the "
    "training part than on the validation part, in the last epoch or in the one that was kept.",
    "Dropout or more data may help.",
    _gap,
)
GUESSING = Rule(
    "guessing",
    "guessing level",
    "The score is less than a tenth of the way from that of an answer that never looks at its "
    "input to a perfect one. That answer is the most frequent class of the training part (for "
    "accuracy), else the mean of its targets, or the shares of its classes. On the validation "
    "part, where there is one. Not where F1 is better than that of always saying the rarer class.",
    "Nothing is learned yet. Look at the gradients of the layers; another learning rate or network "
    "may help. Of very unequal classes look at recall and f1.",
    guessing,
)
STILL_FALLING = Rule(
    "still_falling",
    "still falling",
    f"The mean loss of {STRETCH} is at least {FALL:.0%} below that of as many epochs before. Of "
    "the validation part, where there is one. Where an earlier epoch was kept, only if none "
    "before was lower.",
    "More epochs may help (training.epochs).",
    _still_falling,
    "good",
)
PLATEAU = Rule(
    "plateau",
    "plateau",
    f"The mean loss of {STRETCH} differs by no more than {FALL:.0%} from that of as many epochs "
    "before, and it is not learning by heart. Of the validation part, where there is one.",
    "Either this is all there is to learn, or another learning rate or network gets further.",
    _plateau,
    "muted",
)

RULES_OF_COURSES = (GUESSING, BY_HEART, GAP, STILL_FALLING, PLATEAU)
