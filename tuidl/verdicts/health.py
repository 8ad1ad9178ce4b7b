"""Health at a glance: each measurement with its rule, what to do, and the edit that does it."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tuidl.protocol.probes import Health, LayerHealth
from tuidl.verdicts.layers import DEAD, SATURATED, rounded
from tuidl.verdicts.rule import Role

ACTIVATION = "layers.LAYER.activation"
USUAL, AROUND = 1e-3, 30.0
"""Length of a step's update over that of the weights, and how many times it may be off."""
NOISY, CLEAR = 10.0, 0.1
"""Times the batch that the noise scale may be; below the second the batch is larger than needed."""
LOW_RANK, WIDE_ENOUGH = 0.05, 16
"""Share of the directions that outputs could vary in, of layers with so many of them."""


@dataclass(frozen=True)
class Fix:
    """A live edit: the learning rate times ``factor``, or else ``value`` for a ``key`` of the
    preset, ``layer`` in the place of LAYER where it is one's."""

    words: str
    factor: float = 1.0
    key: str = ""
    value: str = ""
    layer: str = ""


@dataclass(frozen=True)
class Reading:
    """One measurement: its ``value`` in words, the ``rule`` by which it is judged, what to do.

    ``role``: good, bad, or muted where it is not known.
    """

    name: str
    value: str
    rule: str
    advice: str
    role: Role
    fix: Fix | None = None


def readings(answer: Health) -> list[Reading]:
    """All of them, always in the same order."""
    return [
        _updates(answer),
        _share(answer, "dead units", "dead", DEAD, _DEAD_RULE, _leaky),
        _share(answer, "saturated values", "saturated", SATURATED, _SATURATED_RULE, _relu),
        _noise(answer),
        _rank(answer),
        _sharpness(answer),
    ]


def _updates(answer: Health) -> Reading:
    name = "update / weights"
    rule = (
        f"length of the next step over that of the weights, by layer; about {USUAL:g} is usual, "
        f"{AROUND:g} times more or less is called out"
    )
    found = {layer.name: layer.update for layer in answer.layers if layer.update}
    if not found:
        return Reading(name, "not known", rule, "", "muted")
    low, high = (pick(found, key=lambda layer: found[layer] or 0.0) for pick in (min, max))
    least, most = found[low] or 0.0, found[high] or 0.0
    value = f"{least:.1e} {low} to {most:.1e} {high}" if low != high else f"{most:.1e} {high}"
    if most > USUAL * AROUND:
        fix = _rate(USUAL * AROUND / 3 / most)
        return Reading(name, value, rule, f"{high} moves too far in a step", "bad", fix)
    if most < USUAL / AROUND:
        fix = _rate(USUAL / most)
        return Reading(name, value, rule, "hardly anything moves: done, or too slow", "bad", fix)
    return Reading(name, value, rule, "a good pace", "good")


_DEAD_RULE = f"units of a ReLU that are zero on all examples looked at; from {DEAD:.0%} on"
_SATURATED_RULE = (
    f"values of a sigmoid or tanh within 1% of their range from a limit; from {SATURATED:.0%} on"
)


def _leaky(layer: str) -> tuple[str, Fix]:
    fix = Fix(
        f"{layer}: leaky_relu", key="layers.LAYER.activation", value="leaky_relu", layer=layer
    )
    return "they get no gradient; a slope below 0 lets them come back", fix


def _relu(layer: str) -> tuple[str, Fix]:
    fix = Fix(f"{layer}: relu", key=ACTIVATION, value="relu", layer=layer)
    return "no slope there, so layers before it learn little", fix


def _share(
    answer: Health,
    name: str,
    field: str,
    most: float,
    rule: str,
    cure: Callable[[str], tuple[str, Fix]],
) -> Reading:
    shares = {
        layer.name: share for layer in answer.layers if (share := getattr(layer, field)) is not None
    }
    if not shares:
        return Reading(name, "no such layer", rule, "", "muted")
    worst = max(shares, key=lambda layer: shares[layer])
    value = f"{shares[worst]:.0%} {worst}, {answer.examples:,} examples"
    if shares[worst] < most:
        return Reading(name, value, rule, "fine", "good")
    advice, fix = cure(worst)
    return Reading(name, value, rule, advice, "bad", fix)


def _noise(answer: Health) -> Reading:
    name, batch = "gradient noise", answer.trains_on
    rule = (
        "noise scale: examples from which on a larger batch hardly makes the gradient better; "
        f"{NOISY:g} times the batch is called out"
    )
    if answer.noise is None or answer.batches < 2:
        said = f"lost in noise ({answer.batches} batches of {answer.batch})"
        return Reading(name, said, rule, "steps are mostly chance now", "muted")
    value = f"{rounded(answer.noise)} examples, batch {batch}"
    if answer.noise > NOISY * batch:
        twice = str(2 * batch)
        fix = Fix(f"batch {twice}", key="training.batch_size", value=twice)
        return Reading(name, value, rule, "steps are mostly chance: a larger batch", "bad", fix)
    words = "a smaller batch would do" if answer.noise < CLEAR * batch else "the batch fits"
    return Reading(name, value, rule, words, "good")


def _rank(answer: Health) -> Reading:
    name = "effective rank"
    rule = (
        f"directions in which a layer's outputs vary, of those they could; below {LOW_RANK:.0%} is "
        f"called out, of layers that could have {WIDE_ENOUGH}"
    )
    wide = [one for one in answer.layers if one.rank is not None and one.most >= WIDE_ENOUGH]
    if not wide:
        return Reading(name, "no wide layer", rule, "", "muted")
    worst = min(wide, key=_of_most)
    value = f"{worst.rank:.1f} of {worst.most} {worst.name}"
    if _of_most(worst) >= LOW_RANK:
        return Reading(name, value, rule, "fine", "good")
    return Reading(name, value, rule, "outputs collapse into few directions", "bad", _rate(1 / 3))


def _of_most(layer: LayerHealth) -> float:
    return (layer.rank or 0.0) / layer.most


def _sharpness(answer: Health) -> Reading:
    name, limit = "sharpness", answer.limit
    rule = (
        "largest eigenvalue of the loss's Hessian matrix; plain gradient descent is stable below "
        "2 (1 + momentum) / rate, other optimizers have no such limit here"
    )
    if answer.sharpness is None:
        return Reading(name, "too large to measure here", rule, "", "muted")
    value = f"{answer.sharpness:.3g} on {answer.sharp_on} examples"
    if limit is None:
        return Reading(name, value, rule, f"no limit is known of {answer.optimizer}", "muted")
    value += f", limit {limit:.3g}"
    if answer.sharpness <= limit:
        return Reading(name, value, rule, "stable at this rate", "good")
    fix = _rate(limit / answer.sharpness / 2)
    return Reading(name, value, rule, "steps overshoot along the sharpest direction", "bad", fix)


def _rate(factor: float) -> Fix:
    """The learning rate times a factor near the one that is wanted, a tenth to ten at most."""
    steps: Iterable[float] = (0.1, 1 / 3, 0.5, 2.0, 3.0, 10.0)
    wanted = min(steps, key=lambda step: abs(math.log(step / max(factor, 1e-9))))
    return Fix(f"rate × {wanted:.2g}", factor=wanted)
