"""From facts about data to a preset in which every value has its reason. Pure."""

from dataclasses import dataclass, replace
from pathlib import Path

from tuidl.data.class_balance import EVENING
from tuidl.proposing.facts import Facts, Setting, Settings
from tuidl.proposing.networks import hidden_layers
from tuidl.proposing.ratings import rating_layers
from tuidl.proposing.schedule import Shares, schedule, shares

LOPSIDED = 0.8
"""The share of the largest class from which on accuracy alone says little."""
MOST_IN_MATRIX = 20
"""Classes of which a confusion matrix can still be read on a screen."""


@dataclass(frozen=True)
class Proposal:
    """The tables of a preset, in the order in which they are written.

    ``notes``: what the user should know before training, in words.
    """

    name: str
    about: str
    data: Settings
    layers: tuple[Settings, ...]
    loss: Settings
    optimizer: Settings
    training: Settings
    stopping: Settings
    notes: tuple[str, ...] = ()

    def seen_from(self, folder: Path) -> "Proposal":
        """The same, with paths of files below ``folder`` relative to it, so that both can move."""
        data = {key: _relative(setting, folder.absolute()) for key, setting in self.data.items()}
        return replace(self, data=data)


def proposed(facts: Facts) -> Proposal:
    """A preset that fits the data: its task follows from the target, its size from the rows."""
    parts = shares(facts)
    plan = schedule(facts, parts.train)
    return Proposal(
        facts.name,
        _about(facts),
        {**facts.data, **_held_out(parts), **_scaling(facts), **facts.data},
        _layers(facts, parts.train),
        _loss(facts),
        plan.optimizer,
        {**plan.training, **_metrics(facts)},
        plan.stopping,
        _notes(facts, parts),
    )


def _layers(facts: Facts, train: int) -> tuple[Settings, ...]:
    if facts.are_ratings:
        return rating_layers(train)
    return (*hidden_layers(facts, train), _last_layer(facts))


def _relative(setting: Setting, folder: Path) -> Setting:
    value = setting.value
    is_below = isinstance(value, str) and Path(value).is_relative_to(folder)
    return Setting(Path(value).relative_to(folder).as_posix(), setting.why) if is_below else setting


def _about(facts: Facts) -> str:
    if facts.are_ratings:
        return f"Ratings of items by users, learned from {facts.rows:,} of them."
    shape = " x ".join(map(str, facts.shape))
    inputs = f"{facts.inputs} input{'s' if facts.inputs > 1 else ''}"
    inputs = f"{shape} numbers" if len(facts.shape) > 1 else inputs
    if facts.texts:
        words = f"the words of {', '.join(map(repr, facts.texts))}"
        beside = f"{facts.numbers} input{'s' if facts.numbers > 1 else ''} and "
        inputs = f"{beside if facts.numbers else ''}{words}"
    what = f"{len(facts.classes)} classes" if facts.classes else "a number"
    if not facts.classes and facts.outputs > 1:
        what = f"{facts.outputs} {'labels, yes or no each,' if facts.are_labels else 'numbers'}"
    return f"{what[0].upper()}{what[1:]} from {inputs}, learned from {facts.rows:,} examples."


def _held_out(parts: Shares) -> Settings:
    settings = {}
    if parts.validation:
        settings["validation"] = Setting(parts.validation, parts.why_validation)
    if parts.test:
        settings["test"] = Setting(parts.test, parts.why_test)
    return settings


def _scaling(facts: Facts) -> Settings:
    if facts.are_ratings:
        return {"normalize_targets": Setting("center", "the mean of all ratings is taken off")}
    why = "inputs to mean 0 and deviation 1, by the training part: units no longer matter"
    settings = {} if facts.texts and not facts.numbers else {"normalize": Setting("standard", why)}
    if not facts.classes and not facts.are_labels:
        why = "targets likewise: large numbers would make the first steps far too long"
        settings["normalize_targets"] = Setting(True, why)
    return settings


def _last_layer(facts: Facts) -> Settings:
    if facts.classes:
        why = f"a probability for each of {len(facts.classes)} classes"
        return {"type": Setting("dense"), "activation": Setting("softmax", why)}
    if facts.are_labels:
        why = f"a probability for each of {facts.outputs} labels, any of which may be true"
        units, activation = Setting(facts.outputs), Setting("sigmoid", why)
        return {"type": Setting("dense"), "units": units, "activation": activation}
    why = "one output for each number to predict, of any size"
    return {"type": Setting("dense"), "units": Setting(facts.outputs, why)}


def _loss(facts: Facts) -> Settings:
    if facts.classes:
        return {"type": Setting("cross_entropy", "classes: -ln of the true one's probability")}
    if facts.are_labels:
        return {"type": Setting("binary_cross_entropy", "yes or no: -ln of what is true")}
    return {"type": Setting("mse", "numbers: the squared error, whose best answer is the mean")}


def _metrics(facts: Facts) -> Settings:
    if facts.are_labels:
        return {}
    if facts.are_ratings:
        return {"metrics": Setting(["rmse", "mae"], "errors in the ratings' own unit")}
    if not facts.classes:
        why = "the mean error, and the share of the variance that is explained"
        return {"metrics": Setting(["mae", "r2"], why)}
    names, why = ["accuracy"], "the share of right answers"
    if len(facts.classes) == 2 or facts.majority >= LOPSIDED:
        names += ["precision", "recall", "f1"]
        why += "; precision and recall tell the two ways of being wrong apart"
    if len(facts.classes) <= MOST_IN_MATRIX:
        names.append("confusion_matrix")
    return {"metrics": Setting(names, why)}


def _notes(facts: Facts, parts: Shares) -> tuple[str, ...]:
    notes = [*facts.notes]
    if facts.majority >= LOPSIDED:
        largest = facts.classes[facts.counts.index(max(facts.counts))]
        notes.append(
            f"lopsided classes: {facts.majority:.1%} are {largest!r}, so always answering that "
            f"would reach an accuracy of {facts.majority:.1%}; look at recall and f1; {EVENING}"
        )
    if facts.counts and facts.smallest < 2:
        rare = facts.classes[facts.counts.index(facts.smallest)]
        notes.append(f"class {rare!r} has a single example: it cannot be learned and judged both")
    if facts.in_order:
        notes.append(
            f"{facts.in_order}. A random part is held out, which judges filling in between "
            "neighbours; to judge forecasting, hold out the last rows: data.split = 'ordered'"
        )
    if not parts.test and not facts.has_test:
        why = "there is none" if facts.has_validation else f"{facts.rows} examples are too few"
        notes.append(
            f"no test part ({why}): the validation scores, by which the best epoch is chosen, are "
            "a little flattering"
        )
    return tuple(notes)
