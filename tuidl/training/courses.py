"""What alerts need to know of all epochs of a training, in bounded memory and little time."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, median

from tuidl.protocol.events import EpochEnded
from tuidl.verdicts.evidence import LATE, Pair

MOST = 1024
"""Epochs that are remembered; of more, every second one, and so on."""
STEADY, LATEST = 5, 3
"""Epochs that say how long one takes, and the last ones, which are held against them."""
LONGEST = 512
"""Epochs whose time is remembered."""
NOTICEABLE = 0.05
"""Seconds of an epoch below which a clock says nothing."""


@dataclass(frozen=True)
class Values:
    """A measure by epochs, as verdicts take it."""

    known: list[Pair]

    def pairs(self) -> list[Pair]:
        return self.known

    @property
    def last(self) -> float | None:
        return self.known[-1][1] if self.known else None


class Losses:
    """The losses of the training part, and those of the part that is judged: the validation part,
    where there is one. ``not_finite``: the first epoch with one that is no finite number since
    ``look`` was last called."""

    def __init__(self, stretch: int) -> None:
        """``stretch``: epochs whose lowest loss is held against the lowest of all before them."""
        self._late: deque[float] = deque(maxlen=stretch)
        self._before = self._lowest = math.inf
        self._known: list[tuple[int, float, float]] = []
        self._every = 1
        self.part = ""
        self.not_finite: EpochEnded | None = None

    def take(self, events: Iterable[EpochEnded]) -> None:
        """Take in some epochs. It is short, as it is done of every epoch of the shortest ones."""
        late, stretch, known, every = self._late, self._late.maxlen, self._known, self._every
        event = None
        for event in events:
            train = event.train["loss"]
            judged = event.validation["loss"] if event.validation else train
            if len(late) == stretch and late[0] < self._before:
                self._before = late[0]
            late.append(judged)
            if judged < self._lowest:
                self._lowest = judged
            if not math.isfinite(train + judged) and self.not_finite is None:
                self.not_finite = event
            if every == 1 or event.epoch % every == 0:
                known.append((event.epoch, train, judged))
        if event is not None:
            self.part = "validation" if event.validation else "training"
        if len(known) >= MOST:
            self._known, self._every = known[1::2], 2 * every

    def problem(self, change: float) -> str:
        """What is to be said where the loss got no new lowest value that is ``change`` below."""
        if not math.isfinite(self._before):
            return ""
        late, epochs = min(self._late), len(self._late)
        if late <= self._before - change * abs(self._before):
            return ""
        return (
            f"the lowest {self.part} loss of the last {epochs} epochs, {late:.4g}, is not "
            f"{change:.1%} below the lowest before, {self._before:.4g}"
        )

    def may_have_risen(self, factor: float) -> bool:
        """Whether the last tenth of the validation losses are so many times the lowest in the mean;
        it costs little beside a verdict."""
        if self.part != "validation" or not math.isfinite(self._lowest):
            return False
        late = self._known[-max(len(self._known) // LATE, 1) :]
        return not sum(judged for _, _, judged in late) < factor * self._lowest * len(late)

    def series(self, back: int = 0) -> dict[str, Values]:
        """Losses by epochs, as verdicts take them, as they were ``back`` epochs before the last."""
        known = self._known[: len(self._known) - back]
        found = {"train loss": Values([(epoch, train) for epoch, train, _ in known])}
        if self.part == "validation":
            found["validation loss"] = Values([(epoch, judged) for epoch, _, judged in known])
        return found


class Pace:
    """How long epochs take, of one network and one number of steps."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=LONGEST)
        self._of: tuple[int, int] | None = None

    def took(self, seconds: Iterable[float], of: tuple[int, int]) -> None:
        if of != self._of:
            self._seconds.clear()
            self._of = of
        self._seconds.extend(seconds)

    def problem(self, factor: float) -> str:
        known = [*self._seconds]
        if len(known) <= STEADY + LATEST or max(known[-LATEST:]) < NOTICEABLE:
            return ""
        before, late = known[1:-LATEST], known[-LATEST:]  # the first one warms up
        usual, now = median(before), fmean(late)
        if now < factor * usual or now - usual < NOTICEABLE:
            return ""
        return (
            f"the last {LATEST} epochs took {now:.3g} s each, {now / usual:.1f} times the "
            f"{usual:.3g} s of those before"
        )
