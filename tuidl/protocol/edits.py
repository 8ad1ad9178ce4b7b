"""The live edits of a run: each once and in order, whatever became of the run between them.

An edit has a number and stands in the log once. Where the run goes on from an earlier place it is
made again, but not written again, so no interruption can lose or double it.

Edits without a number are from before there were numbers, when each was written whenever it was
made: a resumption made those of later places void until they were made again, and one that another
interruption came before was not made at all.
"""

from collections.abc import Iterable

from tuidl.protocol import events
from tuidl.protocol.events import (
    Alert,
    Edited,
    EpochEnded,
    Event,
    Place,
    Progress,
    RunEnded,
    RunFailed,
    RunStarted,
)

At = tuple[int, int, int]
"""Fold (1 where there are none), epoch, and how many of its steps are done."""
START = Place(epoch=1, step=0)
WHOLE = ("completed", "stopped_early")


def place_of(event: Edited | Alert | Progress | Place) -> At:
    return event.fold or 1, event.epoch, event.step


def joined(edits: Iterable[Edited], edit: Edited) -> list[Edited]:
    """The edits with one more; one that is made again is not another one."""
    if edit.number is None:
        return [*edits, edit]
    return [*(one for one in edits if one.number != edit.number), edit]


def still_count(edits: Iterable[Edited], place: Place) -> list[Edited]:
    """Those that the log still speaks of, once the run goes on from ``place``."""
    here = place_of(place)
    return [edit for edit in edits if edit.number is not None or place_of(edit) < here]


class Timeline:
    """Folds the events of a log into the run's edits.

    ``has_diverged``: the run failed by values that are not finite, and has not come further since.
    """

    def __init__(self) -> None:
        self._edits: list[Edited] = []
        self._numbers: set[int] = set()
        self._voided: list[Edited] = []
        self._failed: At | None = None

    @property
    def edits(self) -> list[Edited]:
        """In the order in which they are made."""
        return sorted([*self._edits, *self._voided], key=place_of)

    @property
    def waits(self) -> bool:
        """Whether it matters how far the run comes."""
        return bool(self._voided) or self._failed is not None

    @property
    def has_diverged(self) -> bool:
        return self._failed is not None

    def handle(self, event: Event) -> None:
        """Take in what happened next."""
        match event:
            case Edited():
                self._edited(event)
            case RunStarted():
                self._went_back(place_of(event.resumed or START))
            case Progress():
                self._came_to(place_of(event))
            case EpochEnded():
                self._came_to((event.fold or 1, event.epoch + 1, 0))
            case events.FoldEnded():
                self._came_to((event.fold + 1, 0, 0))
            case RunEnded():
                self._failed = None
                if event.reason in WHOLE:
                    self._voided.clear()
            case RunFailed():
                self._failed = _where_diverged(event)

    def _edited(self, edit: Edited) -> None:
        if edit.number in self._numbers:
            return
        twin = next((one for one in self._voided if _is_same(one, edit)), None)
        if twin is not None:
            self._voided.remove(twin)
        if edit.supersedes:
            here = place_of(edit)
            self._edits = [one for one in self._edits if place_of(one) <= here]
            self._voided = [one for one in self._voided if place_of(one) <= here]
        self._edits.append(edit)
        if edit.number is not None:
            self._numbers.add(edit.number)

    def _went_back(self, here: At) -> None:
        """Edits without a number have to be made again from here on."""
        void = [one for one in self._edits if one.number is None and place_of(one) >= here]
        if void:
            self._edits = [one for one in self._edits if one not in void]
            self._voided = sorted([*self._voided, *void], key=place_of)

    def _came_to(self, here: At) -> None:
        """What was to be made again before this place was not."""
        if self._voided:
            self._voided = [one for one in self._voided if place_of(one) >= here]
        if self._failed is not None and here[1:] >= self._failed[1:]:
            self._failed = None


def _is_same(one: Edited, other: Edited) -> bool:
    return (place_of(one), one.key, one.value) == (place_of(other), other.key, other.value)


def _where_diverged(event: RunFailed) -> At | None:
    """Where a run's values were no longer finite; None where it failed by something else."""
    if "layer" not in event.where:
        return None
    epoch, step = event.where.get("epoch"), event.where.get("step")
    if isinstance(epoch, int) and isinstance(step, int):
        return 1, epoch, step
    return 1, 1, 0
