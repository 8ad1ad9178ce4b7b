"""The screen draws no more often than it can afford."""

from itertools import pairwise

from tuidl.tui.widgets.frame_throttle import LONGEST_WAIT, FrameThrottle


def draws(cost: float, seconds: float, share: float) -> int:
    """How many drawings of so much processor time are let through, asked ten times a second."""
    throttle, used, count = FrameThrottle(share), 0.0, 0
    for tick in range(int(seconds * 10)):
        if throttle.allows(tick / 10, used):
            count += 1
            used += cost
    return count


def test_cheap_drawings_come_at_every_tick() -> None:
    assert draws(cost=0.001, seconds=10, share=0.1) == 100


def test_dear_ones_take_no_more_than_their_share() -> None:
    for cost in (0.01, 0.02, 0.03):
        count = draws(cost, seconds=100, share=0.1)
        assert 0.04 < count * cost / 100 <= 0.11


def test_nothing_waits_for_ever_where_events_use_all_of_the_processor() -> None:
    throttle = FrameThrottle(0.1)
    drawn = [tick for tick in range(1000) if throttle.allows(tick / 100, tick / 100)]
    gaps = [later - sooner for sooner, later in pairwise(drawn)]
    assert max(gaps) / 100 <= LONGEST_WAIT + 0.011
    assert min(gaps) / 100 >= LONGEST_WAIT - 0.011


def test_the_first_one_is_let_through() -> None:
    assert FrameThrottle(0.1).allows(100.0, 0.4)
