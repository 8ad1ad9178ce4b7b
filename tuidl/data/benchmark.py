"""Base of published sets of images, which come with a test set of their own."""

from math import prod
from typing import Annotated

from msgspec import Meta

from tuidl.core.errors import PresetError
from tuidl.core.lazy import Array
from tuidl.data.dataset import Examples, Source, Whole

Some = Annotated[int, Meta(ge=1, le=100_000_000)]


class BenchmarkSource(Source, frozen=True):
    """``validation``: a share of the training set, or "test".

    ``examples``, ``test_examples``: train, and test, on so many examples only, as many of each
    class. Which ones, the seed decides; the validation part does not depend on it.
    """

    examples: Some | None = None
    test_examples: Some | None = None

    def fewest_to_train(self) -> int:
        return min(self.examples or self.count(), super().fewest_to_train())

    def load(self) -> Examples:
        """The training set, pixels in [0, 1]."""
        return self.stored("train").floats()

    def load_test(self) -> Examples:
        """The test set, pixels in [0, 1]."""
        return self.stored("test").floats()

    def stored(self, part: str) -> Examples:
        """The images of "train" or "test" as bytes (n, height, width, channels), checked."""
        raise NotImplementedError

    def read(self) -> Whole:
        test = self.stored("test")
        return Whole(self.stored("train"), test.part(self._test_subset(test)))

    def train_subset(self, examples: Examples, train: Array) -> Array:
        return self._subset("examples", self.examples, examples, train)

    def test_count(self) -> int:
        """How many examples the test set has, known without loading any."""
        raise NotImplementedError

    def part_sizes(self) -> tuple[int, int, int]:
        train, validation, _ = super().part_sizes()
        test = min(self.test_examples or self.test_count(), self.test_count())
        return min(self.examples or train, train), validation, test

    def bytes_stored(self) -> int:
        return (self.count() + self.test_count()) * prod(self.spec().shape)

    def bytes_reading(self) -> int:
        """Each file is there twice for a moment: packed or checked, and as images."""
        return 2 * self.bytes_stored()

    def _test_subset(self, test: Examples) -> Array:
        import numpy as np

        return self._subset("test_examples", self.test_examples, test, np.arange(len(test)))

    def _subset(self, key: str, wanted: int | None, examples: Examples, index: Array) -> Array:
        from tuidl.data.splitting import balanced

        if wanted is None:
            return index
        if wanted > len(index):
            raise PresetError(f"data.{key}", f"{wanted} of only {len(index)} examples")
        return balanced(index, examples.y[:, 0], wanted, self.seed)
