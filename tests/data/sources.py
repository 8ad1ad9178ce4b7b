"""Sources that only tests name: shapes and targets that no shipped source has."""

from typing import Any

import numpy as np

from tuidl.data.dataset import Examples, ExampleSpec, Source


class Pairs(Source, frozen=True, tag="pairs"):
    """Two numbers, two classes."""

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(2,), outputs=2, classes=("no", "yes"))

    def count(self) -> int:
        return 40

    def load(self) -> Examples:
        x = np.random.default_rng(0).standard_normal((40, 2)).astype(np.float32)
        return Examples(x, (x[:, :1] > x[:, 1:]).astype(np.float32))


class Shares(Source, frozen=True, tag="shares"):
    """Two numbers, and a share of each of three classes."""

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(2,), outputs=3)

    def count(self) -> int:
        return 40

    def load(self) -> Examples:
        random = np.random.default_rng(0)
        x = random.standard_normal((40, 2)).astype(np.float32)
        return Examples(x, random.dirichlet([1, 1, 1], 40).astype(np.float32))


class Words(Source, frozen=True, tag="words"):
    """Four numbers of words out of seven; the target is one number."""

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(4,), outputs=1)

    def count(self) -> int:
        return 40

    def load(self) -> Examples:
        random = np.random.default_rng(0)
        x = self.draw(random, 40).astype(np.float32)
        return Examples(x, x.mean(axis=1, keepdims=True))

    def draw(self, random: np.random.Generator, count: int) -> np.ndarray:
        return random.integers(0, 7, (count, 4)).astype(float)


SOURCES: dict[str, type[Any]] = {source.kind(): source for source in (Pairs, Shares, Words)}
