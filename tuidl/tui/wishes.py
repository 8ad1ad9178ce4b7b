"""A thread that does what was wished for last, once it has stayed the wish for a moment."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Wish = TypeVar("Wish")


class Wishes(Generic[Wish]):
    """``fulfil`` is called in the thread. Wishes that another one follows at once are forgotten:
    who runs down a list has nothing loaded on the way."""

    def __init__(self, fulfil: Callable[[Wish], None], patience: float) -> None:
        """``patience``: seconds that a wish must last."""
        self._fulfil, self._patience = fulfil, patience
        self._changed = threading.Condition()
        self._wanted: Wish | None = None
        self._thread: threading.Thread | None = None
        self.is_closed = False

    def wish(self, wanted: Wish | None) -> None:
        """From now on this is wanted; None: nothing."""
        with self._changed:
            self._wanted = wanted
            if wanted and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self.is_closed = True
            self._changed.notify()

    def _run(self) -> None:
        while (wanted := self._next()) is not None:
            self._fulfil(wanted)

    def _next(self) -> Wish | None:
        """The newest wish, once it has not changed for a moment; None at the end."""
        with self._changed:
            while not self.is_closed:
                wanted = self._wanted
                self._changed.wait(self._patience if wanted else None)
                if wanted and wanted is self._wanted and not self.is_closed:
                    self._wanted = None
                    return wanted
        return None
