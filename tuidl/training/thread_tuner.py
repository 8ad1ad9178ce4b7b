"""How many threads to use, found out while training.

Threads change nothing in the results, only in the time, and what is best depends on the machine at
this moment: where all cores are free, as many threads as there are; where others want them too, a
step waits for a thread that is not let run, and one thread alone may be several times faster.
"""

from tuidl.core.autotuner import Autotuner


class ThreadTuner(Autotuner[int]):
    """Chooses between one thread and ``most`` (and the powers of two between them)."""

    def __init__(self, most: int) -> None:
        powers = (1 << k for k in range(most.bit_length()) if 1 << k < most)
        super().__init__(sorted({most, *powers}), most)
