"""The walk of the chain rule as records: a link for each layer, a term for each part of a sum."""

import numpy as np

from tuidl.protocol.chain import ChainChoice, ChainLink, ChainStart, ChainTerm
from tuidl.training.chain.ends import LossEnd
from tuidl.training.chain.shares import Use
from tuidl.training.chain.walk import Inside, Stop, Walk
from tuidl.training.chain.ways import Ways
from tuidl.worker.probes.chain_labels import Labels, gate_of
from tuidl.worker.probes.common import precise

RULES = {
    "difference": "(p - y)",
    "double": "2 · (p - y)",
    "sign": "sign of (p - y)",
    "bounded": "(p - y), bounded",
}


def start_of(walk: Walk, labels: Labels) -> ChainStart | None:
    """What the loss hands to the first output; None where no way leads to it."""
    end = walk.stops[0].end if walk.stops else None
    if end is None:
        return None
    stop = walk.stops[0]
    rule, numbers = _rule(end)
    return ChainStart(
        kind=end.kind,
        loss=precise(walk.loss),
        title=labels.element(stop.node, stop.at),
        gradient=precise(end.gradient),
        rule=rule,
        numbers=numbers,
    )


def _rule(end: LossEnd) -> tuple[str, str]:
    """``(p - y) / 32`` and the same with its numbers; empty where it is not so simple."""
    if not end.rule:
        return "", ""
    p, y = f"{end.predicted:.6g}", f"{end.target:.6g}"
    y = f"({y})" if y.startswith("-") else y
    rule = RULES[end.rule]
    numbers = (
        rule.replace("p", p, 1).replace("y", y, 1)
        if end.rule != "sign"
        else (f"sign of ({p} - {y})")
    )
    if end.rule == "bounded":
        numbers = f"({p} - {y}), bounded"
    divided = f" / {end.answers}" if end.answers > 1 else ""
    weight = f"{end.weight:g} · " if end.weight != 1 else ""
    return f"{weight}{rule}{divided}", f"{weight}{numbers}{divided}"


def links_of(walk: Walk, labels: Labels, choice: ChainChoice) -> tuple[ChainLink, ...]:
    """From the loss on; the last one is the layer of the weight, or the neuron."""
    links = [_link(stop, labels) for stop in walk.stops]
    if walk.inside is not None and walk.uses:
        links.append(_inside(walk.inside, walk.uses, labels, choice))
    elif walk.uses and walk.stops and walk.stops[-1].slope is not None:
        links.append(_slope(walk.stops[-1], labels))
    return tuple(links)


def _link(stop: Stop, labels: Labels) -> ChainLink:
    """From an output of a layer to those of the layers that read it: a term for each way."""
    ways = stop.ways
    return ChainLink(
        title=labels.element(stop.node, stop.at),
        kind=stop.node.layer.kind(),
        terms=_terms(ways, labels),
        rest=ways.rest,
        rest_sum=precise(ways.rest_sum),
        total=precise(stop.gradient),
        from_loss=precise(ways.from_loss) if stop.end is not None else None,
    )


def _terms(ways: Ways, labels: Labels) -> tuple[ChainTerm, ...]:
    """The ways that are shown, each an upstream gradient times a local derivative."""
    return tuple(
        ChainTerm(
            at=labels.element(labels.replica.named[way.node][1], way.at),
            upstream=precise(way.upstream),
            local=precise(way.local),
            value=precise(way.value),
            note=labels.note(way),
        )
        for way in ways.first
    )


def _inside(
    inside: Inside, uses: tuple[Use, ...], labels: Labels, choice: ChainChoice
) -> ChainLink:
    """From a layer's outputs to a gate or query inside it."""
    use = next(use for use in uses if use.node.name == inside.node.name)
    ways = inside.ways
    return ChainLink(
        title=f"{gate_of(use, choice.name.rpartition('.')[2])} inside {inside.node.name}",
        kind=inside.node.layer.kind(),
        terms=_terms(ways, labels),
        rest=ways.rest,
        rest_sum=precise(ways.rest_sum),
        total=precise(inside.gradient),
    )


def _slope(stop: Stop, labels: Labels) -> ChainLink:
    """Through the activation of the weight's own layer."""
    assert stop.slope is not None
    z = "" if stop.z is None else f" at z = {stop.z:.4g}"
    value = stop.gradient * stop.slope
    term = ChainTerm(
        at=labels.element(stop.node, stop.at),
        upstream=precise(stop.gradient),
        local=precise(stop.slope),
        value=precise(value),
        note=f"slope of {stop.activation}{z}",
    )
    return ChainLink(
        title=f"z of {labels.element(stop.node, stop.at)}",
        kind=stop.activation,
        terms=(term,),
        rest=0,
        rest_sum=0.0,
        total=precise(value),
    )


def last_of(walk: Walk, labels: Labels, title: str, most: int) -> ChainLink | None:
    """The sum over the places where the weight is used; None for neurons."""
    found = [
        (float(value), use, place)
        for use in walk.uses
        for place, value in enumerate(use.values)
        if value or use.upstream[place] or use.factors[place]
    ]
    if not walk.uses:
        return None
    found.sort(key=lambda one: -abs(one[0]))
    shown = found[:most]
    terms = tuple(
        ChainTerm(
            at=_at(use, place, labels, several=len(walk.uses) > 1),
            upstream=precise(float(use.upstream[place])),
            local=precise(float(use.factors[place])),
            value=precise(value),
        )
        for value, use, place in shown
    )
    rest = sum(1 for value, _, _ in found[most:] if value)
    total = walk.total - walk.penalty
    return ChainLink(
        title=title,
        kind=walk.uses[0].node.layer.kind(),
        terms=terms,
        rest=rest,
        rest_sum=precise(float(np.sum([value for value, _, _ in found[most:]]))),
        total=precise(total),
        words=_words(walk.uses[0], title),
    )


def _at(use: Use, place: int, labels: Labels, *, several: bool) -> str:
    words = labels.place(use, place)
    return f"{use.node.name}: {words}" if several else words


def _words(use: Use, title: str) -> str:
    """What the weight is multiplied by, in words."""
    kind, parameter = use.node.layer.kind(), title.rpartition(".")[2]
    if "recurrent_kernel" in parameter:
        return "the state before"
    if "conv" in kind and parameter == "kernel":
        return "what the kernel meets there"
    if parameter in ("gamma", "scale"):
        return "the normalised input"
    if kind in ("embedding", "position_embedding"):
        return "1 where the row is read"
    return "1" if "bias" in parameter or parameter == "beta" else "the input"
