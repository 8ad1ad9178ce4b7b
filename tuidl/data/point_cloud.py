"""Points in the plane without classes: what a generator is to imitate, and what it has missed.

Drawn with NumPy from the source's seed, so that no version of another library changes them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.config import NotNegative, Positive
from tuidl.core.errors import DataError
from tuidl.data.examples import Examples
from tuidl.data.paths import FilePath, resolved_path
from tuidl.data.point_file import read_points
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_source import SplitSource

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

CloudShape = Literal["line", "ring", "moons", "grid", "own"]
Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]
MOST_PUT = 1000
Put = Annotated[tuple[tuple[Coordinate, Coordinate], ...], Meta(max_length=MOST_PUT)]
FEWEST = 4
"""Points that there must be at least."""
ADDED = 1 << 32
"""Added to the seed for the noise: seeds are below this."""


class PointCloud(SplitSource, frozen=True, tag="point_cloud"):
    """``points`` in a ``shape`` of size ``radius``, ``noise``: deviation in both directions.

    ``ring`` has ``modes`` clouds on a circle, ``grid`` ``modes`` of them in each direction. ``own``
    has no points but those of ``put``, pairs of x and y, and of the file ``path``, two columns of
    numbers; other shapes have them besides. Targets are the points themselves.
    """

    shape: CloudShape = "ring"
    points: Annotated[int, Meta(ge=FEWEST, le=1_000_000)] = 2000
    modes: Annotated[int, Meta(ge=1, le=32)] = 8
    radius: Positive = 2.0
    noise: NotNegative = 0.1
    put: Put = ()
    path: FilePath | None = None

    def __post_init__(self) -> None:
        if self.shape == "own" and not self.put and self.path is None:
            problem = "no points: shape 'own' needs 'put', a list of [x, y], or 'path', a file"
            raise ValueError(f"put: {problem}")
        if self.shape == "own" and self.path is None and len(self.put) < FEWEST:
            raise ValueError(f"put: {len(self.put)} points; shape 'own' needs at least {FEWEST}")

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(2,), outputs=2)

    @property
    def drawn(self) -> int:
        """Points that are neither put by hand nor in a file."""
        return 0 if self.shape == "own" else self.points

    def count(self) -> int:
        return self.drawn + len(self._own())

    def resolve_paths(self, folder: Path) -> Self:
        if self.path is None:
            return self
        return msgspec.structs.replace(self, path=resolved_path(self.path, folder, "data.path"))

    def load(self) -> Examples:
        import numpy as np

        own = self._own()
        if self.shape == "own" and len(own) < FEWEST:
            raise DataError(f"data.path: {len(own)} points in {self.path}, at least {FEWEST}")
        random = np.random.Generator(np.random.Philox(key=self.seed))
        outline = OUTLINES[self.shape](self, random, self.drawn)
        other = np.random.Generator(np.random.Philox(key=self.seed + ADDED))
        drawn = outline + self.noise * other.standard_normal(outline.shape)
        x = np.concatenate([drawn, own]).astype(np.float32)
        return Examples(x, x.copy())

    def _own(self) -> "Array":
        """(points, 2) of the file and those put by hand."""
        import numpy as np

        put = np.array(self.put, np.float64).reshape(-1, 2)
        return put if self.path is None else np.concatenate([read_points(Path(self.path)), put])

    def centres(self) -> "Array":
        """(clouds, 2) of the ring or grid; none where the shape has no clouds."""
        import numpy as np

        if self.shape == "ring":
            angle = 2 * np.pi * np.arange(self.modes) / self.modes
            return self.radius * np.column_stack([np.cos(angle), np.sin(angle)])
        if self.shape == "grid":
            side = np.linspace(-self.radius, self.radius, self.modes) if self.modes > 1 else [0.0]
            return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        return np.zeros((0, 2))


def _line(source: PointCloud, random: "np.random.Generator", count: int) -> "Array":
    import numpy as np

    along = random.uniform(-source.radius, source.radius, count)
    return np.column_stack([along, 0.5 * along])


def _clouds(source: PointCloud, random: "np.random.Generator", count: int) -> "Array":
    """As many points of each cloud, the first ones one more."""
    import numpy as np

    centres = source.centres()
    return np.asarray(centres[np.arange(count) % len(centres)])


def _moons(source: PointCloud, random: "np.random.Generator", count: int) -> "Array":
    import numpy as np

    angle, is_second = random.uniform(0, np.pi, count), np.arange(count) % 2
    x, y = np.cos(angle), np.sin(angle)
    x, y = np.where(is_second, 1.0 - x, x) - 0.5, np.where(is_second, 0.5 - y, y) - 0.25
    return source.radius / 1.5 * np.column_stack([x, y])


def _nothing(source: PointCloud, random: "np.random.Generator", count: int) -> "Array":
    import numpy as np

    return np.zeros((0, 2))


OUTLINES: "dict[str, Callable[[PointCloud, np.random.Generator, int], Array]]" = {
    "line": _line,
    "ring": _clouds,
    "grid": _clouds,
    "moons": _moons,
    "own": _nothing,
}
"""Points (count, 2) of each shape, without noise."""
