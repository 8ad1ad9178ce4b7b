"""What rate follows from the losses of a range test."""

import math

import numpy as np
import pytest

from tuidl.protocol.rate_curve import RateCurve, curve_of, highest_shown, in_words, is_blown_up

RATES = np.geomspace(1e-6, 10, 200).tolist()


def found(losses: list[float]) -> RateCurve:
    return curve_of("optimizer.learning_rate", 0.1, len(RATES), RATES[: len(losses)], losses)


def falling(middle: float, bottom: float, noise: float = 0.0, until: int = 200) -> list[float]:
    """Half of the fall from 2.3 at the rate ``middle``, its end around ``bottom``, then a rise."""
    chance = np.random.default_rng(1)
    losses = []
    for rate in RATES[:until]:
        loss = 2.3 - 2 / (1 + (middle / rate) ** 3)
        loss += max(rate / bottom - 1, 0.0) ** 2
        losses.append(loss + noise * chance.standard_normal())
    return losses


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("middle", [3e-4, 3e-3, 3e-2])
def test_it_lies_between_the_fall_and_the_rise(middle: float, noise: float) -> None:
    losses = falling(middle, 10 * middle, noise)
    curve = found(losses)
    assert curve.halfway == pytest.approx(middle, rel=0.3)
    assert curve.lowest is not None
    assert 3 * middle < curve.lowest < 15 * middle
    assert curve.is_turned
    assert curve.suggested == pytest.approx(math.sqrt(curve.halfway * curve.lowest) / 2, rel=0.05)
    assert is_blown_up(curve)


def test_where_it_never_rose_it_is_the_middle_of_the_fall() -> None:
    curve = found(falling(0.01, 1e9))
    assert not curve.is_turned
    assert not is_blown_up(curve)
    assert curve.halfway is not None
    assert curve.suggested == pytest.approx(curve.halfway, rel=0.05)
    assert "as the loss never rose again" in in_words(curve)[-1]


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_fall(seed: int) -> None:
    losses = (1 + 0.3 * np.random.default_rng(seed).standard_normal(200)).tolist()
    curve = found(losses)
    assert curve.suggested is None
    assert "no suggestion" in in_words(curve)[-1]


@pytest.mark.parametrize("count", [0, 1, 2, 7, 19])
def test_few_losses_suggest_nothing(count: int) -> None:
    curve = found(falling(1e-5, 1e-4, until=count))
    assert curve.suggested is None
    assert len(curve.smooth) == count
    assert not is_blown_up(curve)


def test_no_loss_at_all_is_said() -> None:
    curve = found([])
    assert in_words(curve) == ["no suggestion: the loss is not finite before the first update"]
    assert highest_shown(curve) == math.inf
