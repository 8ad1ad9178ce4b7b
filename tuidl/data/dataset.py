"""Examples, their shapes, and the base of all sources of examples.

Which example goes where is decided by the source's own fractions and its ``seed``, never by the
training seed: runs that differ in the latter are judged on the same examples. Whatever is fitted
(scales, fillings for missing values) is fitted on the training part alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.config import Config, Fraction, Seed
from tuidl.core.errors import DataError, PresetError
from tuidl.core.lazy import Array
from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.augmentation import Augment
from tuidl.data.class_balance import positive_class
from tuidl.data.examples import Examples as Examples
from tuidl.data.examples import Split as Split
from tuidl.data.examples import Whole as Whole
from tuidl.data.folds import Folds
from tuidl.data.memory import require_room
from tuidl.data.neighbors import Neighbors
from tuidl.data.origin import Origin
from tuidl.data.reconstruction import reconstructed, reconstructing, require_plain
from tuidl.data.scaled_parts import scaled_split
from tuidl.data.scaling import Normalize, Scaling, TargetScaling, fitted_to_targets
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_rule import ORDERED, RANDOM, check_rule, group_name
from tuidl.data.table_layout import TableLayout

if TYPE_CHECKING:
    from tuidl.data.splitting import Splitter

    Indices = tuple[Array, Array, Array]

BYTES_WHILE_DRAWING = 24
"""For each number that is generated: three arrays in float64."""


class Source(Config, frozen=True, tag_field="source"):
    """Base of all sources of examples.

    ``validation``: the fraction held out, or "test" to validate on the test set itself.
    ``split``: who is held out: some of each class at "random", the last ones ("ordered"), or whole
    groups of examples that have the same value in a column or array ("by NAME").
    ``positive``: of two classes the one that precision, recall and F1 are of.
    ``normalize``: scaling of the inputs by feature or channel, fitted on the training part.
    ``augment``: changes by chance that only training sees.
    ``targets``: "inputs" to give the inputs back; classes then only colour pictures.
    ``corruption``: deviation of the normal noise on inputs, but not on targets that are inputs.
    ``neighbors``: targets that are inputs become means of what is nearest in the training part.
    """

    validation: Fraction | Literal["test"] = 0.2
    seed: Seed = 0
    normalize: Normalize = "none"
    split_rule: str | None = msgspec.field(name="split", default=None)
    augment: Augment | None = None
    positive: Annotated[str, Meta(min_length=1)] | None = None
    targets_are: Literal["inputs"] | None = msgspec.field(name="targets", default=None)
    corruption: Annotated[float, Meta(ge=0, le=1000)] = 0.0
    neighbors: Neighbors | None = None

    in_time: ClassVar[bool] = False
    """Whether examples follow each other in time: then, by default, the last ones are held out."""

    def spec(self) -> ExampleSpec:
        """Shapes of the examples, known without loading any."""
        raise NotImplementedError

    def class_counts(self) -> tuple[int, ...] | None:
        """How many examples of each class are to be parted, if that is known without loading."""
        return None

    def full_spec(self) -> ExampleSpec:
        """``spec`` as the network learns it: with the positive class, or with inputs as targets.

        Raises PresetError where ``positive`` is no class, or inputs cannot be targets.
        """
        spec = self.spec()
        if self.targets_are == "inputs":
            return reconstructing(spec, self.neighbors)
        if self.positive is None and len(spec.classes) != 2:
            return spec
        chosen = positive_class(spec.classes, self.class_counts(), self.positive)
        return replace(spec, positive=chosen)

    def count(self) -> int:
        """How many examples there are to be parted, known without loading any."""
        raise NotImplementedError

    def fewest_to_train(self) -> int:
        """A number that the training part surely has, known without loading any."""
        return int(self.count() * (1 - sum(self.fractions()))) // 2

    def load(self) -> Examples:
        """All examples that are to be parted. Raises DataError where they cannot be had."""
        raise NotImplementedError

    def check(self) -> None:
        """Raises PresetError where the fractions leave nothing to train on."""
        if sum(self.fractions()) >= 1:
            problem = "validation and test together leave nothing to train on"
            raise PresetError("data.validation", problem)
        check_rule(self.split_rule)
        if self.augment is not None:
            self.augment.check(self.full_spec())
        if self.targets_are is None:
            require_plain(self)
        if self.positive is not None or self.targets_are is not None:
            self.full_spec()

    def notices(self) -> tuple[str, ...]:
        """What was passed over or assumed as the data was read, a sentence each, with the key that
        overrules it. Raises DataError."""
        return ()

    def report(self, most: int | None = None) -> list[str]:
        """Lines that say how the data was read, a line for each of at most so many columns; none
        where there is nothing to say. Raises DataError."""
        return []

    def resolve_paths(self, folder: Path) -> Self:
        """This source with its paths, if it has any, taken relative to ``folder``."""
        return self

    def fractions(self) -> tuple[float, float]:
        """What is held out of the examples for validation and for test."""
        return 0.0 if self.validation == "test" else self.validation, 0.0

    def split(self) -> Split:
        """The examples in three parts: classes keep their fractions in each, time keeps its order.

        Raises DataError where there is nothing to train on, or values are not finite.
        """
        whole = self._whole()
        train, validation, test = self.splitter(whole.examples).parts(*self.fractions())
        return self.prepared(whole, (self.train_subset(whole.examples, train), validation, test))

    def folds(self, k: int) -> "Sequence[Split]":
        """``k`` splits: the examples that ``split`` trains and validates on parted into ``k``
        folds, each in turn the validation part.

        Each split is made when it is asked for, scaled by its own training part. Raises DataError
        where there are too few examples.
        """
        import numpy as np

        whole = self._whole().merged()
        chosen = self.train_subset(whole.examples, np.arange(len(whole.examples)))
        splitter = self.splitter(whole.examples).only(chosen)
        return Folds(partial(self.prepared, whole), splitter.folds(self.fractions()[1], k))

    def prepared(self, whole: Whole, parts: "Indices") -> Split:
        """Without gaps and scaled: the parts that indices into ``whole.examples`` name."""
        if not len(parts[0]):
            raise DataError("nothing to train on: the training part of the data is empty")
        examples = self.imputed(whole.examples, parts[0])
        train, validation, test = (examples.part(index).numbers() for index in parts)
        if whole.test is not None:
            test = self.imputed(whole.test, None).numbers()
            validation = test if self.validation == "test" else validation
        if whole.validation is not None:
            validation = self.imputed(whole.validation, None).numbers()
        own = {"validation": whole.validation, "test": whole.test}
        names = frozenset(name for name, part in own.items() if part is not None)
        if self.validation == "test":
            names |= {"validation"}
        split = scaled_split(self, train, validation, test, names)
        return self.learned(replace(split, parts=parts, own=names))

    def learned(self, split: Split) -> Split:
        """The split with the targets that are learned."""
        return reconstructed(self, self.full_spec(), split) if self.targets_are else split

    def imputed(self, examples: Examples, train: Array | None) -> Examples:
        """``examples`` without gaps; what fills them is learned from those at ``train``."""
        return examples

    def train_subset(self, examples: Examples, train: Array) -> Array:
        """Those of the indices ``train`` that are trained on."""
        return train

    def target_scaling(self) -> TargetScaling:
        """How targets are scaled."""
        return "none"

    def input_scaling(self, x: Array) -> Scaling | None:
        """How inputs are scaled, by those of the training part."""
        return Scaling.fitted(x, self.normalize)

    def scaling_of_y(self, y: Array) -> Scaling | None:
        """How targets are scaled, by those of the training part."""
        return fitted_to_targets(y, self.target_scaling(), self.normalize)

    def layout(self, train: Array) -> TableLayout | None:
        """How the rows of another text file become inputs, None where examples are no such rows;
        fillings are learned from the examples ``train``."""
        return None

    def origin(self, part: str = "") -> Origin | None:
        """Where each of the examples that are parted comes from, or of those of ``part``,
        "validation" or "test", where the source has them beside that; None where that says
        nothing. Raises DataError."""
        return None

    def part_sizes(self) -> tuple[int, int, int]:
        """Examples of the training, validation and test parts, to about one for each class; 0 for
        validation where that is the test part."""
        count = self.count()
        validation, test = (round(count * share) for share in self.fractions())
        return count - validation - test, validation, test

    def bytes_a_number(self) -> int:
        """Memory of one number of the parts before they are scaled."""
        return FLOAT_BYTES

    @property
    def can_spill(self) -> bool:
        """Whether parts may lie in files, where they do not fit into memory."""
        return False

    def shares_parts(self) -> bool:
        """Whether parts are views of what ``read`` returns, as they are in a row."""
        return False

    def bytes_stored(self) -> int:
        """Memory of what ``read`` returns."""
        return self.bytes_a_number() * self._numbers()

    def bytes_reading(self) -> int:
        """Memory that ``read`` takes at its height."""
        return BYTES_WHILE_DRAWING * self._numbers()

    def bytes_remembered(self) -> int:
        """Memory of what is remembered of the files besides, until they change."""
        return 0

    def _numbers(self) -> int:
        spec = self.spec()
        return self.count() * (prod(spec.shape) + spec.target_width)

    def read(self) -> Whole:
        """What ``split`` parts, as stored."""
        return Whole(self.load())

    def _whole(self) -> Whole:
        import numpy as np

        require_room(self)
        with np.errstate(all="ignore"):
            return self.read()

    @property
    def is_weighted(self) -> bool:
        """Whether each example has a weight of its own in the loss."""
        return False

    def example_weights(self) -> Array:
        """(examples,) how much each counts in the loss, if it does. Raises DataError."""
        raise NotImplementedError

    @property
    def is_ordered(self) -> bool:
        """Whether parts are cut from the examples in the order in which they come."""
        return self.split_rule == ORDERED or (self.split_rule is None and self.in_time)

    @property
    def follows_time(self) -> bool:
        """Whether the examples of a part follow each other in time."""
        return self.in_time and self.is_ordered

    def groups(self, name: str) -> Array:
        """The group of each example (examples,), by a column or array of that name.

        Raises PresetError where the source has no such thing, DataError where that is no good.
        """
        problem = f"{self.kind()!r} has nothing to group by; expected {RANDOM!r} or {ORDERED!r}"
        raise PresetError("data.split", problem)

    def splitter(self, examples: Examples) -> "Splitter":
        """How the examples are dealt out to parts."""
        labels = examples.y[:, 0] if self.spec().classes and examples.y.shape[1] == 1 else None
        return self.dealt(len(examples), labels)

    def dealt(self, count: int, labels: Array | None) -> "Splitter":
        """How so many examples are dealt out, by the class of each, if any."""
        from tuidl.data.grouped_splitting import ByGroup
        from tuidl.data.splitting import ByClass

        if name := group_name(self.split_rule):
            return ByGroup.of(self.groups(name), labels, self.seed, name)
        return ByClass.of(count, labels, self.seed, self.is_ordered)
