"""Examples, their shapes, and how they are parted into train, validation and test.

The parting is stated by the source's ``validation`` and ``test`` shares and its ``seed``, never by
the training seed: runs that differ in the latter are judged on the same examples.
"""

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

from tuidl.config import Config, Fraction, Seed
from tuidl.errors import DataError
from tuidl.limits import FLOAT_BYTES, check_memory

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]


COPIES_WHILE_LOADING = 3
"""As loaded, in parts, and one in between."""


@dataclass(frozen=True)
class ExampleSpec:
    """What is known of the examples without loading them.

    ``shape``: of one input. ``outputs``: how many numbers a network must answer with: the target
    values, or one score for each class. ``classes``: their names, empty for regression.
    """

    shape: tuple[int, ...]
    outputs: int
    classes: tuple[str, ...] = ()

    @property
    def target_width(self) -> int:
        """Numbers in one target: a class is one."""
        return 1 if self.classes else self.outputs


@dataclass(frozen=True)
class Examples:
    """Inputs ``x`` (examples, *shape) and targets ``y`` (examples, target_width), float32."""

    x: "Array"
    y: "Array"

    def __len__(self) -> int:
        return len(self.x)

    def part(self, index: "Array") -> "Examples":
        return Examples(self.x[index], self.y[index])


@dataclass(frozen=True)
class Split:
    """The three parts; validation and test may be empty."""

    train: Examples
    validation: Examples
    test: Examples


class Source(Config, frozen=True, tag_field="source"):
    """Base of all sources of examples."""

    validation: Fraction = 0.2
    test: Fraction = 0.0
    seed: Seed = 0

    in_time: ClassVar[bool] = False
    """Whether examples follow each other in time: then the last ones are held out, unshuffled."""

    def spec(self) -> ExampleSpec:
        """Shapes of the examples, known without loading any."""
        raise NotImplementedError

    def count(self) -> int:
        """How many examples there are, known without loading any."""
        raise NotImplementedError

    def load(self) -> Examples:
        """All examples. Raises DataError where they cannot be had."""
        raise NotImplementedError

    def split(self) -> Split:
        """The examples in three parts: classes keep their shares in each, time keeps its order.

        Raises DataError where there is nothing to train on, or values are not finite.
        """
        import numpy as np

        spec = self.spec()
        numbers = self.count() * (prod(spec.shape) + spec.target_width)
        needed = FLOAT_BYTES * COPIES_WHILE_LOADING * numbers
        check_memory(needed, "the data", "use fewer or smaller examples")
        with np.errstate(all="ignore"):
            examples = self.load()
        if not (np.isfinite(examples.x).all() and np.isfinite(examples.y).all()):
            raise DataError(f"data: {self.kind()!r} has values that are not finite")
        train, validation, test = self._parts(examples)
        if not len(train):
            raise DataError("nothing to train on: the training part of the data is empty")
        return Split(examples.part(train), examples.part(validation), examples.part(test))

    def _parts(self, examples: Examples) -> "tuple[Array, Array, Array]":
        import numpy as np

        if self.in_time:
            groups = [np.arange(len(examples))]
        else:
            random = np.random.Generator(np.random.Philox(key=self.seed))
            labels = examples.y[:, 0] if self.spec().classes else np.zeros(len(examples))
            groups = [random.permutation(np.flatnonzero(labels == c)) for c in np.unique(labels)]
        parts: list[list[Array]] = [[], [], []]
        for group in groups:
            held = round(len(group) * self.test)
            kept = len(group) - held - round(len(group) * self.validation)
            for part, index in zip(parts, np.split(group, [kept, len(group) - held]), strict=True):
                part.append(index)
        train, validation, test = (np.sort(np.concatenate(part)) for part in parts)
        return train, validation, test
