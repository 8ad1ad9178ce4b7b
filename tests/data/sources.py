"""Sources that only tests name: shapes and targets that no shipped source has."""

from typing import Any

import numpy as np

from tuidl.data.dataset import Examples, Source
from tuidl.data.spec import ExampleSpec, Field


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


class Boxes(Source, frozen=True, tag="boxes"):
    """A square or a cross drawn into 8 x 8 pixels: which one, and where it lies (y, x, size)."""

    def spec(self) -> ExampleSpec:
        shape = Field("shape", (), ("square", "cross"))
        return ExampleSpec((8, 8, 1), outputs=4, targets=(shape, Field("box", (3,))))

    def count(self) -> int:
        return 96

    def load(self) -> Examples:
        random = np.random.default_rng(0)
        x = np.zeros((96, 8, 8, 1), np.float32)
        y = np.zeros((96, 4), np.float32)
        for image, target in zip(x, y, strict=True):
            size = random.integers(3, 6)
            top, left = random.integers(0, 9 - size, 2)
            kind = random.integers(2)
            part = image[top : top + size, left : left + size, 0]
            part[:] = 1 if kind == 0 else 0
            if kind == 1:
                part[size // 2], part[:, size // 2] = 1, 1
            target[:] = kind, top / 8, left / 8, size / 8
        return Examples(x, y)


class Bumps(Source, frozen=True, tag="bumps"):
    """Numbers from a normal distribution around 3, with nothing to be said of them."""

    def spec(self) -> ExampleSpec:
        return ExampleSpec((1,), outputs=1)

    def count(self) -> int:
        return 128

    def load(self) -> Examples:
        x = np.random.default_rng(0).normal(3.0, 0.5, (128, 1)).astype(np.float32)
        return Examples(x, np.zeros_like(x))


class Steps(Source, frozen=True, tag="steps"):
    """Sequences of up to six numbers; of each, whether the sum so far is above 0. A mask says how
    many there are."""

    def spec(self) -> ExampleSpec:
        sign = Field("sign", (6,), ("below", "above"))
        return ExampleSpec((6, 1), outputs=2, targets=(sign, Field("mask", (6,))))

    def count(self) -> int:
        return 80

    def load(self) -> Examples:
        random = np.random.default_rng(0)
        x = random.standard_normal((80, 6, 1)).astype(np.float32)
        length = random.integers(2, 7, 80)
        mask = np.arange(6) < length[:, None]
        sign = (x[..., 0].cumsum(axis=1) > 0) & mask
        return Examples(x * mask[..., None], np.concatenate([sign, mask], axis=1, dtype=np.float32))


class Steppers(Source, frozen=True, tag="steppers"):
    """The same without a mask: a class for each of five steps."""

    def spec(self) -> ExampleSpec:
        return ExampleSpec((5, 1), outputs=3, classes=("a", "b", "c"), target_shape=(5,))

    def count(self) -> int:
        return 40

    def load(self) -> Examples:
        x = np.random.default_rng(0).standard_normal((40, 5, 1)).astype(np.float32)
        return Examples(x, np.digitize(x[..., 0], [-0.5, 0.5]).astype(np.float32))


class Tokens(Source, frozen=True, tag="tokens"):
    """Seven tokens out of eight, the last ones 0: padding, whose targets have the weight 0."""

    def spec(self) -> ExampleSpec:
        names = tuple("abcde")
        return ExampleSpec((7,), outputs=5, classes=names, target_shape=(7,), weighted=True)

    def count(self) -> int:
        return 48

    def load(self) -> Examples:
        random = np.random.default_rng(0)
        length = random.integers(1, 8, 48)
        weights = np.arange(7) < length[:, None]
        x = (random.integers(1, 8, (48, 7)) * weights).astype(np.float32)
        y = np.concatenate([x.cumsum(axis=1) % 5 * weights, weights], axis=1)
        return Examples(x, y.astype(np.float32))


class Blurred(Source, frozen=True, tag="blurred"):
    """Images of 4 x 4 x 2 whose targets are images as well."""

    def spec(self) -> ExampleSpec:
        return ExampleSpec((4, 4, 2), outputs=32, target_shape=(4, 4, 2))

    def count(self) -> int:
        return 40

    def load(self) -> Examples:
        x = np.random.default_rng(0).standard_normal((40, 4, 4, 2)).astype(np.float32)
        return Examples(x, (x + x.mean(axis=(1, 2), keepdims=True)).reshape(40, -1))


class Ratings(Source, frozen=True, tag="ratings"):
    """A user and an item, each a number, side by side; the target is how much they fit."""

    def spec(self) -> ExampleSpec:
        inputs = (Field("user", (1,)), Field("item", (1,)))
        return ExampleSpec((2,), outputs=1, inputs=inputs)

    def count(self) -> int:
        return 60

    def load(self) -> Examples:
        random = np.random.default_rng(0)
        x = random.integers(0, (5, 7), (60, 2))
        liking = random.standard_normal((5, 7))
        return Examples(x.astype(np.float32), liking[x[:, 0], x[:, 1]][:, None].astype(np.float32))


ALL = (Pairs, Shares, Words, Tokens, Boxes, Bumps, Steps, Steppers, Blurred, Ratings)

SOURCES: dict[str, type[Any]] = {source.kind(): source for source in ALL}
