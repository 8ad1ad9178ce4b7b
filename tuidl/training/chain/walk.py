"""From the loss back to one weight or neuron: each layer on the way, and the way that counts most
in it."""

from dataclasses import dataclass

import numpy as np

from tuidl.compiler.nodes import Node
from tuidl.training.chain.ends import LossEnd, loss_end
from tuidl.training.chain.numeric import Numeric, numeric_gradient
from tuidl.training.chain.replica import Replica
from tuidl.training.chain.shares import Use, penalty_gradient, uses_of
from tuidl.training.chain.ways import Ways, ways_inside, ways_to

CLOSE = 1e-9
"""Of the sum of sizes: how far parts may be from their total, or they are not shown."""


@dataclass(frozen=True)
class Stop:
    """Element ``at`` (flat) of a node's output, which is ``value``: ``gradient`` comes back to it,
    by ``ways``. ``end``: what the loss itself hands back, where it reads the output.

    ``z``: what the node's activation is applied to, and ``slope`` of it there: None where it ends
    in none, or where the slope cannot be told as nothing comes back.
    """

    node: Node
    at: int
    value: float
    gradient: float
    ways: Ways
    end: LossEnd | None
    activation: str
    z: float | None
    slope: float | None


@dataclass(frozen=True)
class Inside:
    """What comes through a layer to a gradient that it keeps for itself, of a gate or of a query:
    ``ways`` from its outputs to the ``gradient``."""

    node: Node
    gradient: float
    ways: Ways


@dataclass(frozen=True)
class Walk:
    """``stops``: from the loss to the node before the weight (or the neuron itself).

    ``inside``: of a layer that keeps gradients of its own. ``uses``: the places where the weight is
    used, empty for a neuron or where the layer cannot be taken apart. ``penalty``: what a penalty
    adds. ``total``: d loss / d weight, and ``analytic`` the same as the backward pass has it.
    ``loss``: of the examples looked at. ``stops`` are of one ``example`` of them, the one that adds
    most, and ``part`` is the step that they were found in.
    """

    loss: float
    part: Replica
    example: int
    stops: tuple[Stop, ...]
    inside: Inside | None
    uses: tuple[Use, ...]
    whole: bool
    penalty: float
    total: float
    analytic: float
    numeric: Numeric


def walk_to_weight(replica: Replica, key: str, entry: int, most: int) -> Walk:
    """To entry ``entry`` (flat) of a parameter; of every sum the ``most`` largest parts."""
    view = replica.gradient_view(key)
    assert view is not None
    analytic = float(replica.memory.read(view).reshape(-1)[entry])
    penalty = penalty_gradient(replica, key, entry)
    found = uses_of(replica, key, entry)
    uses = tuple(use for use in found if isinstance(use, Use))
    total = sum(float(use.values.sum()) for use in uses) + penalty
    sizes = sum(float(np.abs(use.values).sum()) for use in uses) + abs(penalty)
    whole = len(uses) == len(found) and abs(total - analytic) <= CLOSE * sizes + 1e-300
    best = _strongest(uses) if whole else None
    example = int(best[0].places[best[1], 0]) if best else 0
    part = replica.alone(example)
    stops, inside = _way_back(part, key, entry, most) if best else ((), None)
    return Walk(
        loss=replica.loss,
        part=part,
        example=example,
        stops=stops,
        inside=inside,
        uses=uses if whole else (),
        whole=whole,
        penalty=penalty,
        total=total if whole else analytic,
        analytic=analytic,
        numeric=_numeric_of_weight(replica, key, entry, analytic),
    )


def _way_back(
    part: Replica, key: str, entry: int, most: int
) -> tuple[tuple[Stop, ...], Inside | None]:
    """To the place that adds most to the gradient of an entry."""
    uses = tuple(use for use in uses_of(part, key, entry) if isinstance(use, Use))
    best = _strongest(uses)
    if best is None:
        return (), None
    use, place = best
    at = int(use.spots[place])
    if use.is_own:
        return _stops(part, use.node, at, most), None
    example = int(use.places[place, 0])
    through = ways_inside(part, use.node, use.inside, at, example, most)
    inside = Inside(use.node, through.total, through)
    stops = _stops(part, use.node, through.first[0].at, most) if through.first else ()
    return stops, inside


def walk_to_neuron(replica: Replica, name: str, at: int, most: int) -> Walk:
    """To element ``at`` (flat, examples in front) of a node's output."""
    node, gradient = replica.named[name][1], float(replica.gradient(name)[at])
    stops = _stops(replica, node, at, most)
    ways = stops[-1].ways
    total = sum(way.value for way in ways.first) + ways.rest_sum + ways.from_loss
    numeric = _numeric_of_output(replica, name, at, gradient)
    return Walk(replica.loss, replica, 0, stops, None, (), True, 0.0, total, gradient, numeric)


def _strongest(uses: tuple[Use, ...]) -> tuple[Use, int] | None:
    """The use and place that add most; where all add nothing, that with the largest gradient."""
    best: tuple[float, float, Use, int] | None = None
    for use in uses:
        if not len(use.values):
            continue
        sizes = np.abs(use.values)
        place = int(sizes.argmax()) if sizes.any() else int(np.abs(use.upstream).argmax())
        found = (float(sizes[place]), float(abs(use.upstream[place])), use, place)
        if best is None or found[:2] > best[:2]:
            best = found
    return None if best is None else best[2:]


def _stops(replica: Replica, node: Node, at: int, most: int) -> tuple[Stop, ...]:
    """The way back from an output to the loss, always by the strongest way, in the order in which
    the gradient goes it."""
    found: list[Stop] = []
    while True:
        stop = _stop(replica, node, at, most)
        found.append(stop)
        first = stop.ways.first
        if not first or not first[0].value or abs(stop.ways.from_loss) > abs(first[0].value):
            return tuple(reversed(found))
        node, at = replica.named[first[0].node][1], first[0].at


def _stop(replica: Replica, node: Node, at: int, most: int) -> Stop:
    gradient = float(replica.gradient(node.name)[at])
    activation, z, slope = replica.activation(node), None, None
    if activation not in ("linear", "softmax"):
        z = float(replica.preactivation(node)[at])
        slope = float(replica.d_preactivation(node)[at]) / gradient if gradient else None
    ways = ways_to(replica, node.name, at, most)
    heads = replica.heads(node.name)
    return Stop(
        node=node,
        at=at,
        value=float(replica.output(node.name)[at]),
        gradient=gradient,
        ways=ways,
        end=loss_end(replica, heads[0], at, ways.from_loss) if len(heads) == 1 else None,
        activation=activation,
        z=z,
        slope=slope,
    )


def _numeric_of_weight(replica: Replica, key: str, entry: int, analytic: float) -> Numeric:
    flat = replica.memory.flat(replica.layout.parameters[key])
    here = float(flat[entry])

    def loss(far: float) -> float:
        flat[entry] = here + far
        try:
            return replica.run_forward()
        finally:
            flat[entry] = here

    with replica.memory.kept(list(replica.memory.arrays)):
        return numeric_gradient(loss, replica.loss, here, analytic)


def _numeric_of_output(replica: Replica, name: str, at: int, analytic: float) -> Numeric:
    here = float(replica.output(name)[at])
    with replica.memory.kept(list(replica.memory.arrays)):
        return numeric_gradient(
            lambda far: replica.run_forward((name, at, here + far)), replica.loss, here, analytic
        )
