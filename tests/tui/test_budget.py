"""The screen draws no more often than it can afford."""

from tuidl.tui.budget import Budget


def draws(cost: float, seconds: float, share: float) -> int:
    """How many drawings of so much processor time are let through, asked ten times a second."""
    budget, used, count = Budget(share), 0.0, 0
    for tick in range(int(seconds * 10)):
        if budget.allows(tick / 10, used):
            count += 1
            used += cost
    return count


def test_cheap_drawings_come_at_every_tick() -> None:
    assert draws(cost=0.001, seconds=10, share=0.1) == 100


def test_dear_ones_take_no_more_than_their_share() -> None:
    for cost in (0.03, 0.1, 0.5):
        count = draws(cost, seconds=100, share=0.1)
        assert 0.04 < count * cost / 100 <= 0.11


def test_the_first_one_is_let_through() -> None:
    assert Budget(0.1).allows(100.0, 0.4)
