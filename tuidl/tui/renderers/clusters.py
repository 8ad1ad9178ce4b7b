"""Clusters: a map of examples and centres, and what lies nearest to each centre."""

from collections.abc import Sequence

import numpy as np
from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.images import put_image
from tuidl.charts.palette import Palette
from tuidl.charts.pixels import Array, fit
from tuidl.charts.scatter import Field, Path, Points, scatter
from tuidl.protocol.clusters import Cluster, Clusters
from tuidl.protocol.probes import Matrix
from tuidl.tui.renderers.examples import is_image
from tuidl.tui.renderers.generated import below, known

LOW = 8
"""Lines below which a picture has no words."""
ROOM = 0.06
"""Of the plane's sides, around all points."""
COLUMNS, ROWS = 96, 48
"""Places of the map behind the points."""
GAP, LEAST_WIDE, LEAST_HIGH = 1, 4, 2
"""Cells between pictures, and of the smallest one."""
MOST_LINES, WANTED = 8, 3
"""Of a picture, and how many of them are enough for a cluster."""


def clusters(
    answer: Clusters,
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
    trail: Sequence[Matrix] = (),
) -> list[Text]:
    """Examples by cluster, and the centres. ``trail``: the centres of earlier steps."""
    words = below(about(answer, width), palette, width, unicode) if height >= LOW else []
    points, centers = _array(answer.points), _array(answer.centers)
    members = np.array(answer.members, int)
    roles = [role_of(number) for number in range(len(centers))]
    groups = [
        *(_points("", points[members == i], role, marked=False) for i, role in enumerate(roles)),
        *(_points(str(i + 1), centers[i : i + 1], role) for i, role in enumerate(roles)),
    ]
    field = _nearest(points, centers) if answer.explained is None else None
    names = ("ways", *[""] * len(centers))
    ways = zip(names, _ways(trail), strict=False)
    paths = [Path(name, *way, "text") for name, way in ways]
    drawn = scatter(
        groups, palette, width, height - len(words), paths=paths, field=field, unicode=unicode
    )
    return [*drawn, *words]


def role_of(number: int) -> str:
    """The colour of a cluster, and the sign of its centre."""
    return f"series {number + 1}"


def _points(name: str, places: Array, role: str, *, marked: bool = True) -> Points:
    return Points(name, places[:, 0], places[:, 1], role, marked)


def about(answer: Clusters, width: int) -> str:
    """Agreement and distance, in as much of a line as fits."""
    facts = [f"mean squared distance {known(answer.distance):.4g}"]
    if answer.ari is not None:
        agreement = f"ARI {known(answer.ari):.3f}, NMI {known(answer.nmi):.3f}"
        facts = [agreement, *facts]
    if answer.explained is not None:
        first, second = (known(share) for share in answer.explained)
        facts.insert(1, f"seen: {first + second:.0%} of the variance")
    text = f"{answer.part}: {facts[0]}"
    for fact in facts[1:]:
        longer = f"{text}, {fact}"
        text = longer if len(longer) <= width else text
    return text


def nearest(
    answer: Clusters, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """For each cluster a line about it, and pictures of what is nearest to its centre."""
    grid = Grid(width, height, unicode)
    count, pictured = max(len(answer.clusters), 1), is_image(answer.shape)
    columns, lines = _layout(answer.shape, count, width, height) if pictured else (1, 1)
    wide = (width + GAP) // columns
    for number, cluster in enumerate(answer.clusters):
        row, column = divmod(number, columns)
        x, y = column * wide, row * lines
        if y >= height:
            break
        style = palette.style(role_of(number), bold=True)
        text = words_of(answer, number, wide - GAP)
        grid.put(x, y, fitted(text, wide - GAP), style)
        if lines > LEAST_HIGH and y + lines <= height:
            _pictures(grid, palette, answer.shape, cluster, (x, y + 1, wide - GAP, lines - 1))
    return grid.lines()


def words_of(answer: Clusters, number: int, room: int) -> str:
    """``3: 41 of 400, class 7 in 95%``, or shorter."""
    cluster = answer.clusters[number]
    text, short = (
        f"{number + 1}: {cluster.size} of {answer.looked_at}",
        f"{number + 1}: {cluster.size}",
    )
    if 0 <= cluster.label < len(answer.labels) and cluster.size:
        name, share = answer.labels[cluster.label], cluster.of_label / cluster.size
        text += f", class {name} in {share:.0%}"
        short += f", {name} in {share:.0%}"
    return text if len(text) <= room else short


def _layout(shape: Sequence[int], count: int, width: int, height: int) -> tuple[int, int]:
    """Columns of clusters, and lines of each: those with the largest pictures, of which there are
    some beside each other where there is room."""
    best = (0, 0), (1, 1)
    for columns in range(1, 4):
        room = (width + GAP) // columns - GAP
        for lines in range(1 + LEAST_HIGH, min(height // -(-count // columns), 1 + MOST_LINES) + 1):
            wide, high = fit(tuple(shape), max(room, 1), lines - 1)
            beside = min((room + GAP) // (wide + GAP), WANTED)
            if wide >= LEAST_WIDE:
                best = max(best, ((beside, wide * high), (columns, lines)))
    return best[1]


def _pictures(
    grid: Grid,
    palette: Palette,
    shape: Sequence[int],
    cluster: Cluster,
    room: tuple[int, int, int, int],
) -> None:
    """As many as fit into ``room``: x, y, width and height in cells."""
    x, y, width, height = room
    wide, high = fit(tuple(shape), width, height)
    for place, member in enumerate(cluster.nearest):
        left = x + place * (wide + GAP)
        if left + wide > x + width:
            return
        pixels = np.array([known(value) for value in member.x], float).reshape(tuple(shape))
        put_image(grid, palette, left, y, np.clip(pixels, 0, 1), wide, high)


def _array(rows: Matrix) -> Array:
    found: Array = np.array([[known(v) for v in row] for row in rows], float).reshape(-1, 2)
    return found


def _nearest(points: Array, centers: Array) -> Field | None:
    """Which centre is nearest, everywhere around the points."""
    everything = np.concatenate([points, centers])
    everything = everything[np.isfinite(everything).all(axis=1)]
    if not len(everything) or not np.isfinite(centers).all():
        return None
    low, high = everything.min(axis=0), everything.max(axis=0)
    room = ROOM * np.maximum(high - low, 1e-6)
    low, high = low - room, high + room
    xs, ys = np.linspace(low[0], high[0], COLUMNS), np.linspace(low[1], high[1], ROWS)
    places = np.stack(np.meshgrid(xs, ys), axis=-1)
    squares = ((places[:, :, None] - centers) ** 2).sum(axis=-1)
    return Field(squares.argmin(axis=2), (low[0], low[1]), (high[0], high[1]))


def _ways(trail: Sequence[Matrix]) -> list[tuple[list[float], list[float]]]:
    """Of each centre the places where it was, x and y."""
    if len(trail) < 2:
        return []
    steps = np.stack([_array(centers) for centers in trail])
    return [(way[:, 0].tolist(), way[:, 1].tolist()) for way in steps.transpose(1, 0, 2)]
