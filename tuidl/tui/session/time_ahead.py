"""How long a run still takes."""

from tuidl.protocol import events


class TimeAhead:
    """At the pace in force, of a run that knows how long a step and an evaluation take."""

    started: events.RunStarted | None
    step_seconds: float | None
    evaluation_seconds: float | None
    pace: float | None
    epoch: int
    step: int
    steps: int
    epochs_done: int

    @property
    def epochs(self) -> int:
        return self.started.epochs if self.started else 0

    @property
    def is_over(self) -> bool:
        raise NotImplementedError

    @property
    def seconds_in_epoch(self) -> float | None:
        """Up to the end of this epoch, at the pace in force; None before a step was done."""
        if self.step_seconds is None or self.started is None:
            return None
        return (self.steps - self.step) * self._each + self._evaluation_seconds(self.started)

    @property
    def _each(self) -> float:
        """Seconds from one step to the next."""
        return max(self.step_seconds or 0.0, 1 / self.pace if self.pace else 0.0)

    @property
    def seconds_left(self) -> float | None:
        """Of this fold, at the pace in force; None before a step was done, and after the end."""
        if self.step_seconds is None or self.is_over or not self.started:
            return None
        done = (self.epoch - 1) * self.steps + self.step
        steps = max(self.epochs * self.steps - done, 0)
        evaluations = max(self.epochs - self.epochs_done, 0)
        return steps * self._each + evaluations * self._evaluation_seconds(self.started)

    def _evaluation_seconds(self, started: events.RunStarted) -> float:
        """Of the validation part; before it was evaluated, by the time of training steps, of which
        the way forward is about a third."""
        if self.evaluation_seconds is not None or self.step_seconds is None:
            return self.evaluation_seconds or 0.0
        batches = started.examples.get("validation", 0) / max(started.batch_size, 1)
        return batches * self.step_seconds / 3
