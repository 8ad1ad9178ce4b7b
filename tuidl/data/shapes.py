"""Points in the plane whose classes form shapes: the classic toys of classification.

Drawn with NumPy from the source's seed, so that no version of another library changes them.
"""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tuidl.core.config import NotNegative, Positive
from tuidl.core.lazy import Array
from tuidl.data.examples import Examples
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_source import SplitSource

if TYPE_CHECKING:
    import numpy as np

Points = Annotated[int, Meta(ge=4, le=10_000_000)]
Classes = Annotated[int, Meta(ge=2, le=100)]
Features = Annotated[int, Meta(ge=1, le=1000)]


class Shapes(SplitSource, frozen=True):
    """``points`` in the plane, as many of each class; ``noise``: deviation, in both directions."""

    points: Points = 500
    noise: NotNegative = 0.1

    def class_count(self) -> int:
        return 2

    def spec(self) -> ExampleSpec:
        names = tuple(str(number) for number in range(self.class_count()))
        return ExampleSpec(shape=(2,), outputs=len(names), classes=names)

    def count(self) -> int:
        return self.points

    def load(self) -> Examples:
        import numpy as np

        sizes = _sizes(self.points, self.class_count())
        x = np.concatenate([self.outline(label, size) for label, size in enumerate(sizes)])
        x += self.noise * _random(self.seed).standard_normal(x.shape)
        y = np.repeat(np.arange(len(sizes)), sizes)
        return Examples(x.astype(np.float32), y[:, None].astype(np.float32))

    def outline(self, label: int, count: int) -> Array:
        """``count`` points (count, 2) of the class, without noise."""
        raise NotImplementedError


class Moons(Shapes, frozen=True, tag="moons"):
    """Two half circles that reach into each other."""

    def outline(self, label: int, count: int) -> Array:
        import numpy as np

        angle = np.linspace(0, np.pi, count)
        moon = np.column_stack([np.cos(angle), np.sin(angle)])
        return np.array([1.0, 0.5]) - moon if label else moon


class Circles(Shapes, frozen=True, tag="circles"):
    """A circle of radius ``factor`` within one of radius 1."""

    noise: NotNegative = 0.05
    factor: Annotated[float, Meta(ge=0, lt=1)] = 0.5

    def outline(self, label: int, count: int) -> Array:
        import numpy as np

        angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
        circle = np.column_stack([np.cos(angle), np.sin(angle)])
        return circle * self.factor if label else circle


class Spiral(Shapes, frozen=True, tag="spiral"):
    """One arm for each of ``classes``, from the middle to radius 1 in so many ``turns``."""

    noise: NotNegative = 0.02
    classes: Classes = 2
    turns: Positive = 1.0

    def __post_init__(self) -> None:
        _require_enough(self.points, self.classes)

    def class_count(self) -> int:
        return self.classes

    def outline(self, label: int, count: int) -> Array:
        import numpy as np

        radius = np.linspace(0, 1, count)
        angle = 2 * np.pi * (self.turns * radius + label / self.classes)
        return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


CORNERS, LEAST_HELD = 4, 0.25


class Xor(Shapes, frozen=True, tag="xor"):
    """The corners (0, 0), (0, 1), (1, 0), (1, 1) of a square: is exactly one of the two 1?

    Four points are the corners themselves, more are clouds round them. Of the corners alone nothing
    is held out unless more than a quarter is asked for: without one of them there is no XOR.
    """

    points: Points = 4
    noise: NotNegative = 0.0

    def fractions(self) -> tuple[float, float]:
        validation, test = super().fractions()
        if self.points > CORNERS:
            return validation, test
        return validation if validation > LEAST_HELD else 0.0, test if test > LEAST_HELD else 0.0

    def outline(self, label: int, count: int) -> Array:
        import numpy as np

        corners = np.array([[0.0, 1.0], [1.0, 0.0]] if label else [[0.0, 0.0], [1.0, 1.0]])
        return corners[np.arange(count) % 2]


class Blobs(SplitSource, frozen=True, tag="blobs"):
    """Round clouds of ``deviation`` about ``classes`` centres, drawn evenly from [-10, 10]."""

    points: Points = 500
    classes: Classes = 3
    features: Features = 2
    deviation: NotNegative = 1.0

    def __post_init__(self) -> None:
        _require_enough(self.points, self.classes)

    def spec(self) -> ExampleSpec:
        names = tuple(str(number) for number in range(self.classes))
        return ExampleSpec(shape=(self.features,), outputs=self.classes, classes=names)

    def count(self) -> int:
        return self.points

    def load(self) -> Examples:
        import numpy as np

        random = _random(self.seed)
        centres = random.uniform(-10.0, 10.0, (self.classes, self.features))
        y = np.repeat(np.arange(self.classes), _sizes(self.points, self.classes))
        x = centres[y] + self.deviation * random.standard_normal((self.points, self.features))
        return Examples(x.astype(np.float32), y[:, None].astype(np.float32))


def _random(seed: int) -> "np.random.Generator":
    import numpy as np

    return np.random.Generator(np.random.Philox(key=seed))


def _sizes(points: int, classes: int) -> list[int]:
    """How many points each class has: equally many, the first ones one more."""
    return [points // classes + (label < points % classes) for label in range(classes)]


def _require_enough(points: int, classes: int) -> None:
    if points < classes:
        raise ValueError(f"points: {points} points for {classes} classes")
