"""Going through a run's past: one request at a time, the last wish wins."""

from tuidl.protocol.commands import Command, GoTo
from tuidl.protocol.moments import Moment
from tuidl.tui.session.seeking import Seeker


def moment(updates: int, *, is_present: bool = False, origin: int | None = None) -> Moment:
    return Moment(
        epoch=1, step=updates, steps=100, updates=updates,
        origin=updates if origin is None else origin, seconds=0.0, learning_rate=0.1,
        is_present=is_present,
    )  # fmt: skip


def test_the_last_of_many_wishes_comes_next() -> None:
    sent: list[Command] = []
    seeker = Seeker(sent.append)
    for step in (5, 6, 7, 8):
        seeker.seek(step)
    assert sent == [GoTo(updates=5)]
    seeker.handle(moment(5))
    assert sent[1:] == [GoTo(updates=8)]
    seeker.handle(moment(8))
    assert len(sent) == 2
    assert seeker.is_past


def test_a_way_that_was_broken_off_is_gone_on() -> None:
    sent: list[Command] = []
    seeker = Seeker(sent.append)
    seeker.seek(50)
    seeker.handle(moment(20, origin=10))
    assert sent == [GoTo(updates=50)] * 2


def test_the_present_ends_it_whoever_asked_for_it() -> None:
    sent: list[Command] = []
    seeker = Seeker(sent.append)
    seeker.seek(5)
    seeker.handle(moment(5))
    seeker.handle(moment(9, is_present=True))
    assert seeker.wanted is None
    assert not seeker.is_past
    seeker.seek(4)
    seeker.refused()
    assert seeker.wanted is None
    assert not seeker.is_awaited
