"""Points in the plane without classes: what a generator is to imitate, and what it has missed.

Drawn with NumPy from the source's seed, so that no version of another library changes them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.config import NotNegative, Positive
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.examples import Examples
from tuidl.data.paths import FilePath, resolved_path
from tuidl.data.point_file import read_points
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_source import SplitSource

if TYPE_CHECKING:
    import numpy as np

CloudShape = Literal["line", "ring", "moons", "grid", "own"]
Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]
MOST_PUT = 1000
Put = Annotated[tuple[tuple[Coordinate, Coordinate], ...], Meta(max_length=MOST_PUT)]
FEWEST = 4
"""Points that there must be at least."""
MOST_CLOUDS = 49
"""Of more clouds, none can have the share of the points that makes it covered."""
ADDED = 1 << 32
"""Added to the seed for the noise: seeds are below this."""


class PointCloud(SplitSource, frozen=True, tag="point_cloud"):
    """``points`` in a ``shape`` of size ``radius``, ``noise``: deviation in both directions.

    ``ring`` has ``modes`` clouds on a circle, ``grid`` ``modes`` of them in each direction. ``own``
    has one around each point of ``put``, pairs of x and y, and of the file ``path``, two columns of
    numbers. Targets are the points themselves.
    """

    shape: CloudShape = "ring"
    points: Annotated[int, Meta(ge=FEWEST, le=1_000_000)] = 2000
    modes: Annotated[int, Meta(ge=1, le=32)] = 8
    radius: Positive = 2.0
    noise: NotNegative = 0.1
    put: Put = ()
    path: FilePath | None = None

    def __post_init__(self) -> None:
        has_own = bool(self.put) or self.path is not None
        if self.shape == "own" and not has_own:
            problem = "no points: shape 'own' needs 'put', a list of [x, y], or 'path', a file"
            raise ValueError(f"put: {problem}")
        if self.shape != "own" and has_own:
            key = "put" if self.put else "path"
            raise ValueError(f"{key}: points of one's own need shape 'own', got {self.shape!r}")

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(2,), outputs=2)

    def count(self) -> int:
        return self.points

    def resolve_paths(self, folder: Path) -> Self:
        if self.path is None:
            return self
        return msgspec.structs.replace(self, path=resolved_path(self.path, folder, "data.path"))

    def load(self) -> Examples:
        import numpy as np

        random = np.random.Generator(np.random.Philox(key=self.seed))
        outline = OUTLINES[self.shape](self, random, self.points)
        other = np.random.Generator(np.random.Philox(key=self.seed + ADDED))
        drawn = outline + self.noise * other.standard_normal(outline.shape)
        x = drawn.astype(np.float32)
        return Examples(x, x.copy())

    def _own(self) -> Array:
        """(points, 2) of the file and those put by hand."""
        import numpy as np

        put = np.array(self.put, np.float64).reshape(-1, 2)
        if self.path is None:
            return put
        read = read_points(Path(self.path))
        if not len(read):
            raise DataError(f"data.path: no points in {self.path}")
        return np.concatenate([read, put])

    def centres(self) -> Array:
        """(clouds, 2) of the ring, the grid or points put by hand; none where the shape has no
        clouds, or so many that they are none."""
        import numpy as np

        if self.shape == "own" and self.path is None and len(self.put) <= MOST_CLOUDS:
            return self._own()
        if self.shape == "ring":
            angle = 2 * np.pi * np.arange(self.modes) / self.modes
            return self.radius * np.column_stack([np.cos(angle), np.sin(angle)])
        if self.shape == "grid":
            side = np.linspace(-self.radius, self.radius, self.modes) if self.modes > 1 else [0.0]
            return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        return np.zeros((0, 2))


def _line(source: PointCloud, random: "np.random.Generator", count: int) -> Array:
    import numpy as np

    along = random.uniform(-source.radius, source.radius, count)
    return np.column_stack([along, 0.5 * along])


def _clouds(source: PointCloud, random: "np.random.Generator", count: int) -> Array:
    """As many points of each cloud, the first ones one more."""
    return _dealt_out(source.centres(), count)


def _own(source: PointCloud, random: "np.random.Generator", count: int) -> Array:
    return _dealt_out(source._own(), count)


def _dealt_out(centres: Array, count: int) -> Array:
    import numpy as np

    return np.asarray(centres[np.arange(count) % len(centres)])


def _moons(source: PointCloud, random: "np.random.Generator", count: int) -> Array:
    import numpy as np

    angle, is_second = random.uniform(0, np.pi, count), np.arange(count) % 2
    x, y = np.cos(angle), np.sin(angle)
    x, y = np.where(is_second, 1.0 - x, x) - 0.5, np.where(is_second, 0.5 - y, y) - 0.25
    return source.radius / 1.5 * np.column_stack([x, y])


OUTLINES: "dict[str, Callable[[PointCloud, np.random.Generator, int], Array]]" = {
    "line": _line,
    "ring": _clouds,
    "grid": _clouds,
    "moons": _moons,
    "own": _own,
}
"""Points (count, 2) of each shape, without noise."""
