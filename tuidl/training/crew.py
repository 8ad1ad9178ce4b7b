"""How many threads to use, found out while training.

Threads change nothing in the results, only in the time, and what is best depends on the machine at
this moment: where all cores are free, as many threads as there are; where others want them too, a
step waits for a thread that is not let run, and one thread alone may be several times faster.
"""

SECONDS_BETWEEN_TRIALS = 1.0
NEWS = 0.3
"""Share of a new measurement in what is known of a number of threads."""
MARGIN = 0.95
"""Another number must take less than this share of the time, so that nothing swings to and fro."""


class Crew:
    """Chooses between one thread and ``most`` (and the powers of two between them)."""

    def __init__(self, most: int) -> None:
        self.choices = sorted({most, *(1 << k for k in range(most.bit_length()) if 1 << k < most)})
        self.chosen = most
        self._seconds: dict[int, float] = {}
        self._trial: int | None = None
        self._last_trial = 0.0
        self._turn = 0

    def threads(self, now: float) -> int:
        """For the next stretch; every now and then another number than the best, to compare."""
        self._trial = None
        if len(self.choices) > 1 and now - self._last_trial >= SECONDS_BETWEEN_TRIALS:
            others = [choice for choice in self.choices if choice != self.chosen]
            self._trial = others[self._turn % len(others)]
            self._turn += 1
            self._last_trial = now
        return self._trial or self.chosen

    def told(self, threads: int, seconds: float) -> None:
        """What a step took with so many threads."""
        before = self._seconds.get(threads, seconds)
        self._seconds[threads] = before + NEWS * (seconds - before)
        if threads == self._trial:
            self._seconds[threads] = seconds  # what was measured long ago says little
        known = self._seconds
        best = min(known, key=known.__getitem__)
        if best != self.chosen and known[best] < MARGIN * known.get(self.chosen, float("inf")):
            self.chosen = best
