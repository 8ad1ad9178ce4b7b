"""What is known of examples without loading them: their shapes, and what their targets are."""

from dataclasses import dataclass, replace
from math import prod

ONLY_TARGET = "target"


@dataclass(frozen=True)
class Field:
    """A named part of an example's inputs or targets.

    ``shape``: of one example, () for a single number. ``classes``: the names of the classes whose
    numbers it holds, empty for values; those of an input are the rows of an embedding, and the last
    is that of all which training did not see. ``vocabulary``: of text, the names of its tokens.
    """

    name: str
    shape: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many numbers it is."""
        return prod(self.shape)


@dataclass(frozen=True)
class ExampleSpec:
    """What is known of the examples without loading them.

    ``shape``: of one input. ``outputs``: how many numbers a network must answer with: the target
    values, or one score for each class. ``classes``: their names, empty for regression.
    ``target_shape``: of one target where it is more than a class or a row of values: (steps,) for
    a class a step, (height, width) for a class a pixel, (height, width, channels) for an image.

    ``positive``: of two classes the one that precision, recall and F1 are of; the second if empty.

    Where an example has several named parts, ``inputs`` and ``targets`` are those, side by side in
    the rows of ``x`` and ``y``.

    ``vocabulary``: of text, the names of the tokens whose numbers the inputs are. ``weighted``:
    behind the target of each example stand weights of its answers, 0 for one that does not count.

    ``reconstructs``: the targets are the inputs. ``labels``: then the names of the classes that the
    examples are of, if any, which colour pictures and are not learned.
    """

    shape: tuple[int, ...]
    outputs: int
    classes: tuple[str, ...] = ()
    target_shape: tuple[int, ...] | None = None
    inputs: tuple[Field, ...] = ()
    targets: tuple[Field, ...] = ()
    positive: str = ""
    vocabulary: tuple[str, ...] = ()
    weighted: bool = False
    labels: tuple[str, ...] = ()
    reconstructs: bool = False

    @property
    def words(self) -> dict[str, int]:
        """How many different tokens there are in each input of text, by its name."""
        return {one.name: len(one.vocabulary) for one in self.inputs if one.vocabulary}

    @property
    def positive_place(self) -> int:
        """The place of the positive class among the two."""
        return self.classes.index(self.positive) if self.positive else 1

    @property
    def target_width(self) -> int:
        """Numbers in one target, with the weights of its answers: a class is one."""
        if self.weighted:
            return self.unweighted.target_width + self.rows
        if self.targets:
            return sum(field.width for field in self.targets)
        if self.target_shape is not None:
            return prod(self.target_shape)
        return 1 if self.classes else self.outputs

    @property
    def unweighted(self) -> "ExampleSpec":
        """The same examples, with targets alone."""
        return replace(self, weighted=False) if self.weighted else self

    @property
    def is_mask(self) -> bool:
        """Whether the target is a class for each pixel of a picture."""
        has_places = len(self.shape) == 3 and self.target_shape == self.shape[:2]
        return bool(self.classes) and has_places

    @property
    def answer_shape(self) -> tuple[int, ...]:
        """What a network must answer with: values in the target's shape, or scores of the classes
        in the place of each label."""
        if self.classes:
            return (*(self.target_shape or ()), self.outputs)
        return self.target_shape or (self.outputs,)

    @property
    def rows(self) -> int:
        """Answers in one example: one, or one a step, pixel or other place of the target.

        Of values the last dimension belongs to one answer.
        """
        shape = self.target_shape or ()
        return prod(shape if self.classes else shape[:-1])

    @property
    def named_targets(self) -> tuple[Field, ...]:
        """All targets by name; the only one is called ONLY_TARGET."""
        if self.targets:
            return self.targets
        shape = self.target_shape if self.target_shape is not None else ()
        if self.target_shape is None and not self.classes:
            shape = (self.outputs,)
        return (Field(ONLY_TARGET, shape, self.classes),)

    def of_target(self, field: Field) -> "ExampleSpec":
        """The same examples with one of their targets."""
        shape = field.shape
        outputs = len(field.classes) or prod(shape)
        is_plain = len(shape) == (0 if field.classes else 1)
        positive = self.positive if field.classes == self.classes else ""
        return ExampleSpec(
            self.shape,
            outputs,
            field.classes,
            None if is_plain else shape,
            positive=positive,
            vocabulary=self.vocabulary,
            labels=self.labels,
            reconstructs=self.reconstructs,
        )


def sampled_target(spec: ExampleSpec) -> int | None:
    """Where the class by which examples are drawn stands in a row of targets: that of the first
    target of one class; None where there is none."""
    start = 0
    for field in spec.named_targets:
        if field.classes and field.width == 1:
            return start
        start += field.width
    return None
