"""Answers to probes about ratings, small and made up."""

from tuidl.protocol.rating_answers import Rated, Recommended

USERS = ("ann", "bob", "春")


def recommended(user: str = "ann", *, step: float = 1.0) -> Recommended:
    """Ratings from 1 to 5, predicted 0.5 nearer to 3, one not finite."""
    true = [1 + step * i for i in range(int(4 / step) + 1)]
    return Recommended(
        users=USERS, user=user, part="validation", true=[*true, 2.0],
        predicted=[*(value - 0.5 * (value > 3) + 0.5 * (value < 3) for value in true), None],
        known=(
            Rated(item="Heat", known=5.0, predicted=4.5, held_out=True),
            Rated(item="春 and a long title that goes on", known=4.0, predicted=None),
        ),
        best=tuple(
            Rated(item=f"film {i}", known=None, predicted=5.25 - i / 4) for i in range(12)
        ),
    )  # fmt: skip
