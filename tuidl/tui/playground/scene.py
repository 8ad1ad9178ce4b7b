"""What the panels of a playground show: settings, one look at the network, the cursor."""

from collections import deque
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

from tuidl.charts.neurons import Net, Neuron
from tuidl.charts.pixels import Array
from tuidl.charts.plane import PlanePoint
from tuidl.data.plane import FEATURES, FORMULAS, Plane
from tuidl.data.plane_points import LIMIT, Put, placed, put_points, put_text
from tuidl.plane.state import PlaneState
from tuidl.protocol.neurons import LEVELS, NeuronMap, Neurons

NEAR = 0.5
"""How far from the cursor a point may lie that is taken away."""
FEATURE_FIELDS = 16
REMEMBERED = 4000
SAME_PROBLEM = ("batch=", "opt=", "rate=")
"""Settings in the line of text that change how the network learns, not what, nor its size."""
LABELS = {"x2": "x²", "y2": "y²", "sinx": "sin x", "siny": "sin y"}
NO_VALUES = np.zeros((1, 1))


@dataclass(frozen=True, eq=False)
class Look:
    """One answer of the engine as arrays: all of one step. Each is equal to itself only."""

    answer: Neurons

    @cached_property
    def output(self) -> Array:
        """(high, wide) from -1 to 1."""
        return _array(self.answer.output, self.answer.high, self.answer.wide)

    @cached_property
    def hidden(self) -> list[list[Array]]:
        """Of each hidden layer's neurons, from -1 to 1."""
        rows, columns = self.answer.rows, self.answer.columns
        return [[_array(m, rows, columns) for m in layer.maps] for layer in self.answer.layers[:-1]]

    @cached_property
    def kernels(self) -> list[Array]:
        return [np.array(layer.kernel, float) for layer in self.answer.layers]

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(len(layer.maps) for layer in self.answer.layers[:-1])


def _array(found: NeuronMap, rows: int, columns: int) -> Array:
    levels = np.frombuffer(found.levels, np.int8).astype(float) / LEVELS
    return levels.reshape(rows, columns)


@dataclass
class Scene:
    """``state``: the settings as the user has them, at once; ``look``: the network as the engine
    had it last. ``cursor`` in the plane; ``selected``: column and neuron on the board. ``history``:
    step, training and validation loss of each look."""

    state: PlaneState
    look: Look | None = None
    cursor: tuple[float, float] = (0.0, 0.0)
    selected: tuple[int, int] | None = None
    weight: int = -1
    """Of the selected neuron the one that keys change: an input's, or behind those the bias; -1 for
    none."""
    setting: int = 0
    label: int = 1
    """The class of the next point: 0 is A, 1 is B."""
    shows_held_out: bool = False
    is_sharp: bool = False
    note: str = ""
    """What became of what was learned in the last change."""
    limit: str = ""
    """Why the last key changed nothing; empty where it did."""
    history: deque[tuple[int, float, float | None]] = field(
        default_factory=lambda: deque(maxlen=REMEMBERED)
    )
    problem_since: int = 0
    """The step from which on data and network are those of now: losses before are of others."""

    def with_look(self, look: Look) -> "Scene":
        """The same, as it is with another look at the network."""
        return replace(self, look=look)

    def show(self, look: Look) -> None:
        """Show another look at the network."""
        before, self.look, answer = self.look, look, look.answer
        if before is not None and problem_of(before.answer.about) != problem_of(answer.about):
            self.problem_since = answer.updates
        training = (answer.scores.get("training") or {}).get("loss")
        if training is not None and (not self.history or self.history[-1][0] < answer.updates):
            validation = (answer.scores.get("validation") or {}).get("loss")
            self.history.append((answer.updates, training, validation))

    @property
    def problem_history(self) -> list[tuple[int, float, float | None]]:
        """The part of ``history`` that is of the data and network of now."""
        return [entry for entry in self.history if entry[0] >= self.problem_since]

    @property
    def is_behind(self) -> bool:
        """Whether the engine has not shown the network of these settings yet."""
        return self.look is None or self.look.answer.about != self.state.line()

    def points(self) -> tuple[PlanePoint, ...]:
        """Those that are trained on, and those held out where they are shown."""
        found = points_of(self.state.source)
        return found if self.shows_held_out else tuple(p for p in found if not p.is_held_out)

    def net(self, with_shares: bool) -> Net:
        """The board's network: the sizes that the user chose, with maps where there are any."""
        inputs = [
            Neuron(feature_map(name), f"{i} {LABELS.get(name, name)}", name in self.state.features)
            for i, name in enumerate(FEATURES, 1)
        ]
        columns, look = [inputs], self.look
        at = look.answer.at if look and with_shares else None
        for number, size in enumerate(self.state.hidden):
            maps = look.hidden[number] if look and number < len(look.hidden) else []
            shares = at.shares[number] if at and number < len(at.shares) else []
            columns.append(
                [
                    Neuron(
                        maps[i] if i < len(maps) else NO_VALUES,
                        note=_signed(shares[i]) if i < len(shares) else "",
                    )
                    for i in range(size)
                ]
            )
        fits = look is not None and look.sizes == self.state.hidden
        fits = fits and look is not None and len(look.kernels[0]) == len(self.state.features)
        return Net(columns, look.kernels if look and fits else [], self.selected)

    # --- points by hand ---------------------------------------------------------------------------

    def with_point(self, label: int) -> PlaneState:
        """The state with a point of a class at the cursor."""
        point = placed(*self.cursor, label)
        return self.state.with_(put=put_text((*put_points(self.state.put), point)))

    def without_point(self) -> PlaneState:
        """The state without the nearest point by hand near the cursor, if there is one."""
        points = put_points(self.state.put)
        near = min(points, key=self._distance, default=None)
        if near is None or self._distance(near) > NEAR:
            return self.state
        number = len(points) - 1 - points[::-1].index(near)
        return self.state.with_(put=put_text(points[:number] + points[number + 1 :]))

    def _distance(self, point: Put) -> float:
        return float(np.hypot(point.x - self.cursor[0], point.y - self.cursor[1]))

    def move_cursor(self, right: float, up: float) -> None:
        x, y = self.cursor[0] + right, self.cursor[1] + up
        self.cursor = (min(max(x, -LIMIT), LIMIT), min(max(y, -LIMIT), LIMIT))


def problem_of(line: str) -> list[str]:
    """What a line of text says of data, network and penalty, without how it is trained."""
    return [part for part in line.split(":") if not part.startswith(SAME_PROBLEM)]


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.1f}"


def within(x: float, y: float) -> tuple[float, float]:
    """A place of the plane as shares from the left and from above."""
    return (x + LIMIT) / (2 * LIMIT), (LIMIT - y) / (2 * LIMIT)


@lru_cache(8)
def points_of(source: Plane) -> tuple[PlanePoint, ...]:
    """All points of the data, those by hand last."""
    train, held = source.places()
    scale = 2.0 if source.has_classes else 1.0
    shift = -1.0 if source.has_classes else 0.0
    found = [
        PlanePoint(*within(x, y), scale * value + shift, is_held_out=is_held_out)
        for rows, is_held_out in ((held, True), (train, False))
        for x, y, value in rows.tolist()
    ]
    put = [PlanePoint(*within(p.x, p.y), 2.0 * p.label - 1) for p in put_points(source.put)]
    return (*found, *put)


@lru_cache
def feature_map(name: str) -> Array:
    """What an input is over the plane, from -1 to 1."""
    places = (np.arange(FEATURE_FIELDS) + 0.5) / FEATURE_FIELDS * 2 * LIMIT - LIMIT
    x, y = np.meshgrid(places, places[::-1])
    values = np.asarray(FORMULAS[name](x, y), float)
    return np.asarray(values / np.abs(values).max())
