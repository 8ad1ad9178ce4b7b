"""Going to steps of a run's past as fast as the engine answers, and no faster."""

from collections.abc import Callable

from tuidl.protocol.commands import Command, GoTo
from tuidl.protocol.moments import Moment


class Seeker:
    """``wanted``: the step to be seen, None for the present. One request is on its way at a time:
    what was asked for meanwhile comes next, and only the last of it."""

    def __init__(self, send: Callable[[Command], None]) -> None:
        self._send = send
        self.begin()

    def begin(self) -> None:
        """Forget the run before."""
        self.wanted: int | None = None
        self.moment: Moment | None = None
        """That is seen; None before the first."""
        self._asked: int | None = None
        self.is_awaited = False

    def seek(self, updates: int | None) -> None:
        """Have this step seen soon."""
        self.wanted = updates
        if not self.is_awaited:
            self._ask()

    def handle(self, moment: Moment) -> None:
        """The engine has gone there."""
        self.moment, self.is_awaited = moment, False
        if moment.is_present and self._asked is not None and self.wanted == self._asked:
            self.wanted = None  # the training went on, or that step is the last
        elif self.wanted != self._asked or (self._asked is not None and self._is_short(moment)):
            self._ask()

    def refused(self) -> None:
        """There is nothing to be seen."""
        self.wanted, self.is_awaited = None, False

    @property
    def is_past(self) -> bool:
        return self.moment is not None and not self.moment.is_present

    def _is_short(self, moment: Moment) -> bool:
        """Whether the way there was broken off by what was asked for besides."""
        return moment.updates < (self._asked or 0) and moment.updates != moment.origin

    def _ask(self) -> None:
        self._asked, self.is_awaited = self.wanted, True
        self._send(GoTo(updates=self.wanted))
