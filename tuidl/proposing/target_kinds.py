"""What a network for some data predicts: classes, labels or numbers (for ratings: ``ratings.py``).

Each kind says here, in one place, all of a proposal that follows from what is predicted.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from tuidl.data.class_balance import EVENING
from tuidl.proposing.setting import Setting, Settings

LOPSIDED = 0.8
"""The share of the largest class from which on accuracy alone says little."""
MOST_IN_MATRIX = 20
"""Classes of which a confusion matrix can still be read on a screen."""
RATE = 1e-3
DECAY = 1.0
"""Of weights, times the learning rate in each step, for small tables of numbers. Of 0, 0.01, 0.1,
0.5, 1 and 2 the middle of those between which no difference was to be seen."""
ADAM = Setting("adam", "sizes of steps adapt to each weight: little to tune")


class Target(ABC):
    """What is predicted of an example.

    ``epochs``: the fewest and the most, None where the inputs decide it. ``is_smooth``: whether a
    small step of the inputs changes the answer but little.
    """

    epochs: tuple[int, int] | None = None
    is_smooth: bool = True

    @property
    @abstractmethod
    def phrase(self) -> str:
        """``3 classes``, ``a number``."""

    @property
    def question(self) -> str:
        """``3 classes``, ``a number to predict``."""
        return f"{self.phrase} to predict"

    def sentence(self, inputs: str) -> str:
        """What is learned from which inputs, without the sentence's end."""
        return f"{self.phrase[0].upper()}{self.phrase[1:]} from {inputs}"

    @property
    def by_class(self) -> tuple[tuple[str, int], ...]:
        """Each class with its examples; () where numbers are to be predicted."""
        return ()

    @property
    def inputs(self) -> str:
        """What an example is, empty where its shape says it."""
        return ""

    def network(self, train: int) -> tuple[Settings, ...]:
        """All layers, for so many examples to train on; () where those before the last follow from
        the inputs."""
        del train
        return ()

    @property
    @abstractmethod
    def last_layer(self) -> Settings: ...

    @property
    @abstractmethod
    def loss(self) -> Settings: ...

    @property
    @abstractmethod
    def metrics(self) -> Settings: ...

    def scaling(self, has_numbers: bool) -> Settings:
        """``has_numbers``: whether inputs are more than tokens."""
        if not has_numbers:
            return {}
        why = "inputs to mean 0 and deviation 1, by the training part: units no longer matter"
        return {"normalize": Setting("standard", why)}

    def optimizer(self, decays: bool) -> Settings:
        """``decays``: whether weights are drawn towards 0."""
        rate = Setting(RATE, "the usual start; ten times less if the loss jumps")
        if not decays:
            return {"type": ADAM, "learning_rate": rate}
        kind = Setting("adamw", "as adam, with weights that decay")
        decay = Setting(DECAY, "few examples: smooth answers hold better for others")
        return {"type": kind, "learning_rate": rate, "weight_decay": decay}

    @property
    def monitor(self) -> Setting:
        """The score by which the best epoch is chosen."""
        return Setting("loss", "of the validation part")

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of the targets before training."""
        return ()


@dataclass(frozen=True)
class ClassTarget(Target):
    """One of several classes. ``counts``: examples of each of the ``names``."""

    names: tuple[str, ...]
    counts: tuple[int, ...]
    is_smooth = False

    @property
    def phrase(self) -> str:
        return f"{len(self.names)} classes"

    @property
    def question(self) -> str:
        return self.phrase

    @property
    def by_class(self) -> tuple[tuple[str, int], ...]:
        return tuple(zip(self.names, self.counts, strict=True))

    @property
    def last_layer(self) -> Settings:
        why = f"a probability for each of {len(self.names)} classes"
        return {"type": Setting("dense"), "activation": Setting("softmax", why)}

    @property
    def loss(self) -> Settings:
        return {"type": Setting("cross_entropy", "classes: -ln of the true one's probability")}

    @property
    def metrics(self) -> Settings:
        names, why = ["accuracy"], "the share of right answers"
        if len(self.names) == 2 or self._majority >= LOPSIDED:
            names += ["precision", "recall", "f1"]
            why += "; precision and recall tell the two ways of being wrong apart"
        if len(self.names) <= MOST_IN_MATRIX:
            names.append("confusion_matrix")
        return {"metrics": Setting(names, why)}

    @property
    def notes(self) -> tuple[str, ...]:
        found = []
        if self._majority >= LOPSIDED:
            largest = self.names[self.counts.index(max(self.counts))]
            found.append(
                f"lopsided classes: {self._majority:.1%} are {largest!r}, so always answering that "
                f"would reach an accuracy of {self._majority:.1%}; look at recall and f1; {EVENING}"
            )
        if min(self.counts) < 2:
            rare = self.names[self.counts.index(min(self.counts))]
            found.append(
                f"class {rare!r} has a single example: it cannot be learned and judged both"
            )
        return tuple(found)

    @property
    def _majority(self) -> float:
        """The share of the largest class: what guessing it always would get right."""
        return max(self.counts) / max(sum(self.counts), 1)


@dataclass(frozen=True)
class NumberTarget(Target):
    """One number or several."""

    count: int = 1

    @property
    def phrase(self) -> str:
        return "a number" if self.count == 1 else f"{self.count} numbers"

    @property
    def last_layer(self) -> Settings:
        why = "one output for each number to predict, of any size"
        return {"type": Setting("dense"), "units": Setting(self.count, why)}

    @property
    def loss(self) -> Settings:
        return {"type": Setting("mse", "numbers: the squared error, whose best answer is the mean")}

    @property
    def metrics(self) -> Settings:
        why = "the mean error, and the share of the variance that is explained"
        return {"metrics": Setting(["mae", "r2"], why)}

    def scaling(self, has_numbers: bool) -> Settings:
        why = "targets likewise: large numbers would make the first steps far too long"
        return {**super().scaling(has_numbers), "normalize_targets": Setting(True, why)}


@dataclass(frozen=True)
class LabelTarget(Target):
    """Several labels, each of them yes or no."""

    count: int

    @property
    def phrase(self) -> str:
        return f"{self.count} labels, yes or no each,"

    @property
    def last_layer(self) -> Settings:
        why = f"a probability for each of {self.count} labels, any of which may be true"
        units, activation = Setting(self.count), Setting("sigmoid", why)
        return {"type": Setting("dense"), "units": units, "activation": activation}

    @property
    def loss(self) -> Settings:
        return {"type": Setting("binary_cross_entropy", "yes or no: -ln of what is true")}

    @property
    def metrics(self) -> Settings:
        return {}
