"""Draws the panels of one moment one after the other, and shows them together."""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable

from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.frame_throttle import FrameThrottle

LONGEST_WAIT = 0.8
"""Seconds between two frames at full speed, however much of the processor drawing takes."""
LONGEST_TURN = 0.008
"""Seconds of drawing in a row; then keys have their turn."""


class FrameDrawer:
    """``report`` gets what a panel raises; the others are drawn nevertheless."""

    def __init__(self, report: Callable[[Exception], None]) -> None:
        self._report = report
        self._waiting: deque[Chart] = deque()
        self._prepared: list[Chart] | None = None
        """Panels whose lines are made and not shown yet; None where nothing is being drawn."""
        self._throttle = FrameThrottle(longest=LONGEST_WAIT)

    @property
    def is_drawing(self) -> bool:
        return self._prepared is not None

    def may_begin(self, *, is_generous: bool) -> bool:
        """Whether the last frame is drawn, and drawing has taken little enough time.
        ``is_generous``: the engine does not need the processor."""
        self._throttle.is_generous = is_generous
        now, used = time.monotonic(), time.process_time()
        return not self.is_drawing and self._throttle.allows(now, used)

    def begin(self, panels: Iterable[Chart]) -> None:
        """These panels have something new to show, all of one moment."""
        self._waiting, self._prepared = deque(panels), []

    def draw(self) -> bool:
        """Draw some of them, as a key must not wait for all; True once all are drawn."""
        end = time.monotonic() + LONGEST_TURN
        while self._waiting and time.monotonic() < end:
            self._prepare_next()
        return not self._waiting

    def finish(self) -> list[Chart]:
        """Draw what is left, and show all of them together; which these are."""
        while self._waiting:
            self._prepare_next()
        prepared, self._prepared = self._prepared or [], None
        for panel in prepared:
            panel.present()
        return prepared

    def _prepare_next(self) -> None:
        panel = self._waiting.popleft()
        try:
            panel.prepare()
        except Exception as error:  # one panel less is no reason to end
            self._report(error)
        else:
            assert self._prepared is not None
            self._prepared.append(panel)


def renew_others(
    panels: Iterable[Chart], drawn: Collection[Chart], seen: Collection[Chart]
) -> None:
    """Have panels that were not ``drawn`` with the others drawn anew when they are painted: those
    that came to be ``seen`` meanwhile, and those that a key may show."""
    for panel in panels:
        if panel in drawn:
            continue
        if panel in seen:
            panel.changed()
        else:
            panel.forget()
