"""Verdicts on layers: units that are dead or saturated, gradients that vanish or explode."""

import math
from collections.abc import Collection, Mapping

from tuidl.protocol.probes import Layers, LayerState
from tuidl.verdicts.evidence import Evidence
from tuidl.verdicts.rule import Rule, Said

DEAD, SATURATED = 0.5, 0.5
"""Shares of a layer's units and values from which on it is called out."""
FIRST_STEPS = 20
"""Before so many steps units are where they began; nothing is said of them."""
LOOKED_AT = 256
"""Examples on which a unit must be seen, where there are as many, before it is called dead."""
TOO_FAR = 300.0
"""How many times smaller or larger than the last layer's a gradient may be."""
FEWEST_LAYERS = 2
"""With weights, of a network whose gradients are compared."""


def warning_words(layer: LayerState, answer: Layers, step: int, *, is_short: bool = False) -> str:
    """What is wrong with a layer by the same rules, at a glance or in a few words more; empty if
    nothing is."""
    if layer.gradient is None and layer.activation is None:
        return "not finite" if is_short else "its numbers are not finite"
    if words := dead_words(layer, answer, step):
        return words if is_short else f"{words}: zero on all {answer.examples:,} examples looked at"
    if words := saturated_words(layer, step):
        return words if is_short else f"{words}: at their limits, no slope"
    lengths = {one.name: one.weight_gradient for one in answer.layers if one.weights is not None}
    factor = starved(lengths).get(layer.name)
    if factor is None:
        return ""
    if math.isinf(factor):
        return "no gradient" if is_short else "no gradient gets to its weights"
    share = f"1/{rounded(factor)}"
    return f"gradient {share}" if is_short else f"its gradient is {share} of the last layer's"


def dead_words(layer: LayerState, answer: Layers, step: int) -> str:
    """``39% dead``; empty where that cannot be said."""
    is_sure = answer.examples >= min(LOOKED_AT, answer.of) and step >= FIRST_STEPS
    if layer.dead is None or layer.dead < DEAD or not is_sure:
        return ""
    return f"{layer.dead:.0%} dead"


def saturated_words(layer: LayerState, step: int) -> str:
    """``72% saturated``; empty where that cannot be said."""
    if layer.saturated is None or layer.saturated < SATURATED or step < FIRST_STEPS:
        return ""
    return f"{layer.saturated:.0%} saturated"


def starved(lengths: Mapping[str, float | None], too_far: float = TOO_FAR) -> dict[str, float]:
    """Layers whose gradient is ``too_far`` or more times shorter than that of their network's last
    layer, and how many times it is; infinity for none at all."""
    return {name: 1 / factor if factor else math.inf
            for name, factor in _beside_last(lengths).items() if factor <= 1 / too_far}  # fmt: skip


def flooded(lengths: Mapping[str, float | None], too_far: float = TOO_FAR) -> dict[str, float]:
    """Layers whose gradient is ``too_far`` or more times longer than the last one's, and how many
    times it is; infinity for one that is not finite."""
    found = {name: factor for name, factor in _beside_last(lengths).items() if factor >= too_far}
    broken = {name: math.inf for name, v in lengths.items() if v is None or not math.isfinite(v)}
    return found | broken


def _beside_last(lengths: Mapping[str, float | None]) -> dict[str, float]:
    """Each gradient's length over that of the last layer of its network, where that has one."""
    networks: dict[str, dict[str, float]] = {}
    for name, length in lengths.items():
        if length is not None and math.isfinite(length):
            networks.setdefault(name.rpartition(".")[0], {})[name] = length
    found: dict[str, float] = {}
    for layers in networks.values():
        last = list(layers.values())[-1]
        if len(layers) >= FEWEST_LAYERS and last > 0:
            found |= {name: length / last for name, length in layers.items()}
    return found


def _dead(evidence: Evidence) -> Said | None:
    answer = evidence.layers
    if answer is None:
        return None
    found = {layer.name: words for layer in answer.layers
             if (words := dead_words(layer, answer, evidence.layers_at))}  # fmt: skip
    if not found:
        return None
    name, words = next(iter(found.items()))
    return Said(
        f"dead units in {name}",
        f"{_listed(found)}: zero on each of {answer.examples:,} training examples at step "
        f"{evidence.layers_at:,}; such units get no gradient.",
    )


def _saturated(evidence: Evidence) -> Said | None:
    answer = evidence.layers
    if answer is None:
        return None
    found = {layer.name: words for layer in answer.layers
             if (words := saturated_words(layer, evidence.layers_at))}  # fmt: skip
    if not found:
        return None
    return Said(
        f"saturated: {next(iter(found))}",
        f"{_listed(found)} at step {evidence.layers_at:,}: values at their limits, where the slope "
        "is almost 0.",
    )


def vanishing_words(lengths: Mapping[str, float], dead: Collection[str] = ()) -> str:
    """The same where a gradient vanishes; ``dead``: networks whose dead units let none through,
    which is another fault."""
    return starved_words(_let_through(lengths, dead))


def blocked_words(lengths: Mapping[str, float], dead: Collection[str]) -> str:
    """``dead units: no gradient gets to dense_1``, of the first layer that is cut off so."""
    cut_off = [name for name in lengths if name not in _let_through(lengths, dead)]
    return f"dead units: no gradient gets to {cut_off[0]}" if cut_off else ""


def _let_through(lengths: Mapping[str, float], dead: Collection[str]) -> dict[str, float]:
    return {name: length for name, length in lengths.items()
            if length or name.rpartition(".")[0] not in dead}  # fmt: skip


def starved_words(lengths: Mapping[str, float], too_far: float = TOO_FAR) -> str:
    """``dense_1 gets 1/31,000 of dense_9's``, of the first layer that gets too little."""
    found = starved(lengths, too_far)
    if not found:
        return ""
    name, factor = next(iter(found.items()))
    last = _last_beside(name, lengths)
    got = "no gradient" if math.isinf(factor) else f"1/{rounded(factor)} of {last}'s"
    return f"vanishing gradient: {name} gets {got}"


def flooded_words(lengths: Mapping[str, float], too_far: float = TOO_FAR) -> str:
    """``dense_1 gets 510 times dense_9's``, of the first layer that gets too much."""
    found = flooded(lengths, too_far)
    if not found:
        return ""
    name, factor = next(iter(found.items()))
    last = _last_beside(name, lengths)
    got = "one not finite" if math.isinf(factor) else f"{rounded(factor)} times {last}'s"
    return f"exploding gradient: {name} gets {got}"


def _vanishing(evidence: Evidence) -> Said | None:
    dead = dead_networks(evidence)
    if not (words := vanishing_words(evidence.gradients, dead)):
        return None
    others = len(starved(_let_through(evidence.gradients, dead))) - 1
    more = f", {others} more get less than 1/{TOO_FAR:g}" if others else ""
    return Said(words, f"{_sentence(words)}{more}.")


def dead_networks(evidence: Evidence) -> set[str]:
    """Those of which a layer has no unit left that is ever above zero."""
    answer, at = evidence.layers, evidence.layers_at
    layers = answer.layers if answer else ()
    return {layer.name.rpartition(".")[0] for layer in layers
            if answer and layer.dead == 1 and dead_words(layer, answer, at)}  # fmt: skip


def _exploding(evidence: Evidence) -> Said | None:
    if evidence.is_diverged:
        return Said("exploding: no longer finite", "Values were no longer finite: it diverged.")
    words = flooded_words(evidence.gradients)
    return Said(words, f"{_sentence(words)}.") if words else None


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _last_beside(name: str, lengths: Mapping[str, float]) -> str:
    network = name.rpartition(".")[0]
    return [other for other in lengths if other.rpartition(".")[0] == network][-1]


def _listed(found: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {words}" for name, words in found.items())


def rounded(number: float) -> str:
    """Two digits that count: 31,000, 7.3."""
    return f"{float(f'{number:.2g}'):,.0f}" if number >= 10 else f"{number:.2g}"


DEAD_UNITS = Rule(
    "dead_units",
    "dead units",
    f"At least {DEAD:.0%} of a ReLU layer's units are zero on every example looked at: the whole "
    f"training part, or {LOOKED_AT} or more examples spread over it. Not before step "
    f"{FIRST_STEPS}.",
    "A lower learning rate, leaky_relu or he_normal may help.",
    _dead,
)
SATURATED_UNITS = Rule(
    "saturated",
    "saturated",
    f"At least {SATURATED:.0%} of a sigmoid's or tanh's values lie within 1% of their range from a "
    f"limit. Not before step {FIRST_STEPS}.",
    "Smaller first weights, a lower learning rate, batch_normalization or relu may help.",
    _saturated,
)
VANISHING = Rule(
    "vanishing",
    "vanishing gradient",
    f"In the last step of the last epoch a layer's gradient (over all its weights) was less than "
    f"1/{TOO_FAR:g} of that of its network's last layer. Not where it gets none in a network of "
    "which a whole layer is dead: dead units say so.",
    "The cure: relu with he_normal in the place of sigmoid or tanh, batch_normalization after "
    "each layer, or connections past layers (add); the preset vanishing_gradients_cured shows it.",
    _vanishing,
)
EXPLODING = Rule(
    "exploding",
    "exploding gradient",
    f"In the last step of the last epoch a layer's gradient was {TOO_FAR:g} times that of its "
    "network's last layer or more, or not finite; or the run ended since values were not finite.",
    "The cure: a lower learning rate, optimizer.global_clip_norm, or smaller first weights.",
    _exploding,
)

RULES_OF_LAYERS = (EXPLODING, VANISHING, DEAD_UNITS, SATURATED_UNITS)
