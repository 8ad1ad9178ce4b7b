"""Says every few seconds of a training what it takes of the machine."""

import time

from tuidl.core.memory import memory_bound, own_usage
from tuidl.core.usage import Share
from tuidl.protocol.events import EpochEnded, Event, Progress, RunEnded, RunStarted
from tuidl.protocol.usage import Usage

SECONDS_BETWEEN = 5.0


class Meter:
    """``before`` is asked about each event, and has something to say before some of them."""

    def __init__(self, seconds: float = SECONDS_BETWEEN) -> None:
        self._seconds = seconds
        self._share = Share()
        self._next = time.monotonic() + seconds
        self._steps = 0
        self._place: Progress | EpochEnded | None = None

    def before(self, event: Event) -> Usage | None:
        """What was used until this event, where it is time to say so: the end is always."""
        if isinstance(event, RunStarted):
            self._steps = -(-event.examples["train"] // event.batch_size)
        elif isinstance(event, Progress | EpochEnded):
            self._place = event
        is_due = isinstance(event, RunEnded) or time.monotonic() >= self._next
        if self._place is None or not is_due:
            return None
        self._next = time.monotonic() + self._seconds
        cores, busy = self._share.since_last()
        memory = own_usage().resident
        step, steps = self._steps, self._steps
        if isinstance(self._place, Progress):
            step, steps = self._place.step, self._place.steps
        return Usage(
            epoch=self._place.epoch,
            step=step,
            steps=steps,
            cores=cores,
            memory=memory or None,
            busy=busy,
            free=max(memory_bound().free - memory, 0),
            fold=self._place.fold,
        )
