"""Points in the plane from -6 to 6, with features of x and y as inputs: the playground's data.

Coordinates are rounded to a millionth, so that a last bit of a machine's own sine changes nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from msgspec import Meta

from tuidl.core.config import Fraction
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.dataset import Examples, Source, Whole
from tuidl.data.plane_points import Put, PutText, put_points
from tuidl.data.spec import ExampleSpec

if TYPE_CHECKING:
    import numpy as np

PlaneShape = Literal["moons", "circles", "spiral", "xor", "blobs", "line", "plane", "hills", "own"]
Feature = Literal["x", "y", "x2", "y2", "xy", "sinx", "siny"]
SHAPES: tuple[PlaneShape, ...] = get_args(PlaneShape)
FEATURES: tuple[Feature, ...] = get_args(Feature)
NUMBERS = ("plane", "hills")
"""Shapes whose points have a number; those of the others have one of two classes."""
CLASSES = ("A", "B")
RADIUS = 5.0
TURNS = 1.75
HILLS = (
    (-3.0, 3.0, 1),
    (0.0, 3.0, -1),
    (3.0, 3.0, 1),
    (-3.0, -3.0, -1),
    (0.0, -3.0, 1),
    (3.0, -3.0, -1),
)
"""x, y and height of each hill."""
DIGITS = 6
SHUFFLING = 1 << 32
"""Added to the seed for the order in which points are dealt out: seeds are below this."""


class Plane(Source, frozen=True, tag="plane"):
    """``points`` in a ``shape``, ``noise``: deviation in both directions. ``features`` of x and y
    are the network's inputs. ``put``: further points by hand, letter, x and y of each, all of which
    are trained on; the shape "own" has no others.
    """

    shape: PlaneShape = "spiral"
    points: Annotated[int, Meta(ge=0, le=5000)] = 300
    noise: Annotated[float, Meta(ge=0, le=3)] = 0.1
    features: tuple[Feature, ...] = ("x", "y")
    put: PutText = ""
    validation: Fraction = 0.2

    def __post_init__(self) -> None:
        if not self.features:
            raise ValueError(f"features: at least one of {', '.join(FEATURES)}")
        if list(self.features) != [name for name in FEATURES if name in self.features]:
            raise ValueError(f"features: each once, in this order: {', '.join(FEATURES)}")
        put_points(self.put)

    @property
    def has_classes(self) -> bool:
        return self.shape not in NUMBERS

    @property
    def drawn(self) -> int:
        """Points that are not put by hand."""
        return 0 if self.shape == "own" else self.points

    def spec(self) -> ExampleSpec:
        classes = CLASSES if self.has_classes else ()
        return ExampleSpec((len(self.features),), 2 if classes else 1, classes)

    def part_sizes(self) -> tuple[int, int, int]:
        held = int(self.drawn * self.validation)
        return self.drawn - held + len(put_points(self.put)), held, 0

    def count(self) -> int:
        return self.part_sizes()[0]

    def fractions(self) -> tuple[float, float]:
        return 0.0, 0.0  # the validation part is one of its own

    def load(self) -> Examples:
        return self.read().examples

    def read(self) -> Whole:
        import numpy as np

        (train, held), put = self.places(), put_points(self.put)
        own = np.array([[p.x, p.y, self._target(p)] for p in put]).reshape(-1, 3)
        train = np.concatenate([train, own])
        if not len(train):
            raise DataError("data.put: no points to train on: put some, or choose another shape")
        examples = self.examples_at(train)
        return Whole(examples, validation=self.examples_at(held) if len(held) else None)

    def _target(self, point: Put) -> float:
        return float(point.label if self.has_classes else 2 * point.label - 1)

    def examples_at(self, places: Array) -> Examples:
        """Features and targets of rows (x, y, target)."""
        import numpy as np

        inputs = self.inputs_at(places[:, :2])
        return Examples(inputs, places[:, 2:].astype(np.float32))

    def inputs_at(self, places: Array) -> Array:
        """The features (n, features) of places (n, 2), float32."""
        import numpy as np

        x, y = places[:, 0], places[:, 1]
        found = np.column_stack([FORMULAS[name](x, y) for name in self.features])
        return np.round(found, DIGITS).astype(np.float32)

    def places(self) -> tuple[Array, Array]:
        """Rows (x, y, target) of the training and the validation part, without those put there."""
        import numpy as np

        count = self.drawn
        random = np.random.Generator(np.random.Philox(key=self.seed))
        outline = OUTLINES.get(self.shape)
        points = outline(random, count) if outline and count else np.zeros((0, 3))
        points[:, :2] += self.noise * random.standard_normal((len(points), 2))
        points[:, :2] = np.round(points[:, :2], DIGITS)
        order = np.random.Generator(np.random.Philox(key=self.seed + SHUFFLING)).permutation(count)
        held = int(count * self.validation)
        return points[order[: count - held]], points[order[count - held :]]


def _sin(values: Array) -> Array:
    import numpy as np

    return np.asarray(np.sin(values))


FORMULAS: "dict[str, Callable[[Array, Array], Array]]" = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "x2": lambda x, y: x * x,
    "y2": lambda x, y: y * y,
    "xy": lambda x, y: x * y,
    "sinx": lambda x, y: _sin(x),
    "siny": lambda x, y: _sin(y),
}


def _labels(count: int) -> tuple[Array, Array]:
    """The class of each of ``count`` points, as many of each, and how far along its class a point
    is, 0 to 1."""
    import numpy as np

    number = np.arange(count)
    half = np.maximum(np.where(number % 2, count // 2, (count + 1) // 2) - 1, 1)
    return number % 2, (number // 2) / half


def _moons(random: "np.random.Generator", count: int) -> Array:
    import numpy as np

    label, along = _labels(count)
    x, y = np.cos(np.pi * along), np.sin(np.pi * along)
    x, y = np.where(label, 1.0 - x, x), np.where(label, 0.5 - y, y)
    return np.column_stack([(x - 0.5) * 3.0, (y - 0.25) * 3.0, label])


def _circles(random: "np.random.Generator", count: int) -> Array:
    import numpy as np

    label, along = _labels(count)
    radius, angle = np.where(label, 0.4 * RADIUS, 0.9 * RADIUS), 2 * np.pi * along
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), label])


def _spiral(random: "np.random.Generator", count: int) -> Array:
    import numpy as np

    label, along = _labels(count)
    angle = TURNS * 2 * np.pi * along + np.pi * label
    return np.column_stack([RADIUS * along * np.sin(angle), RADIUS * along * np.cos(angle), label])


def _xor(random: "np.random.Generator", count: int) -> Array:
    import numpy as np

    away, sides = random.uniform(0.3, RADIUS, (count, 2)), np.arange(count) % 4
    x = away[:, 0] * np.where(sides // 2 % 2, -1.0, 1.0)
    y = away[:, 1] * np.where((sides + sides // 2) % 2, -1.0, 1.0)
    return np.column_stack([x, y, (x * y < 0).astype(float)])


def _blobs(random: "np.random.Generator", count: int) -> Array:
    import numpy as np

    label, _ = _labels(count)
    centre = np.where(label, -2.0, 2.0)[:, None]
    return np.column_stack([centre + random.standard_normal((count, 2)), label])


def _line(random: "np.random.Generator", count: int) -> Array:
    import numpy as np

    label, _ = _labels(count)
    along, away = random.uniform(-RADIUS, RADIUS, count), random.uniform(0.3, 3.0, count)
    away = np.where(label, away, -away)
    return np.column_stack([0.8 * along - 0.6 * away, 0.6 * along + 0.8 * away, label])


def _plane(random: "np.random.Generator", count: int) -> Array:
    import numpy as np

    xy = random.uniform(-RADIUS, RADIUS, (count, 2))
    return np.column_stack([xy, xy.sum(axis=1) / (2 * RADIUS)])


def _hills(random: "np.random.Generator", count: int) -> Array:
    import numpy as np

    xy = random.uniform(-RADIUS, RADIUS, (count, 2))
    heights = [
        height * np.clip(1.0 - np.hypot(xy[:, 0] - x, xy[:, 1] - y) / 2.0, 0.0, 1.0)
        for x, y, height in HILLS
    ]
    return np.column_stack([xy, np.round(np.sum(heights, axis=0), DIGITS)])


OUTLINES: "dict[str, Callable[[np.random.Generator, int], Array]]" = {
    "moons": _moons,
    "circles": _circles,
    "spiral": _spiral,
    "xor": _xor,
    "blobs": _blobs,
    "line": _line,
    "plane": _plane,
    "hills": _hills,
}
"""Rows (x, y, target) of so many points, without noise."""
