"""What is printed of a training that Python asked for."""

import sys
import time

from tuidl.protocol.events import EpochEnded, Event, RunEnded
from tuidl.protocol.formatting import ending_lines, epoch_line

SECONDS_BETWEEN_LINES = 1.0


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    return "ipykernel" in sys.modules


class Progress:
    """Prints an epoch every second, the last one, and the result."""

    def __init__(self, wanted: bool | None, epochs: int) -> None:
        """``wanted``: None for on a terminal and in a notebook only."""
        self.is_shown = sys.stdout.isatty() or in_notebook() if wanted is None else wanted
        self._epochs, self._next = epochs, 0.0

    def handle(self, event: Event) -> None:
        if not self.is_shown:
            return
        if isinstance(event, EpochEnded):
            now = time.monotonic()
            if now >= self._next or event.epoch == self._epochs:
                self._next = now + SECONDS_BETWEEN_LINES
                print(epoch_line(event, self._epochs), flush=True)
        elif isinstance(event, RunEnded):
            print("\n".join(ending_lines(event)), flush=True)
