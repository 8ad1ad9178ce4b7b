"""A thread that works on the latest request only, once that has been the latest for a moment."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

Request = TypeVar("Request")


class LatestOnlyWorker(Generic[Request]):
    """``work`` is called in the thread. A request that another one follows within ``patience``
    seconds is dropped: running down a list loads nothing on the way."""

    def __init__(self, work: Callable[[Request], None], patience: float) -> None:
        self._work, self._patience = work, patience
        self._changed = threading.Condition()
        self._latest: Request | None = None
        self._thread: threading.Thread | None = None
        self.is_closed = False

    def request(self, latest: Request | None) -> None:
        """Replace the request before; None drops it."""
        with self._changed:
            self._latest = latest
            if latest and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self.is_closed = True
            self._changed.notify()

    def _run(self) -> None:
        while (request := self._next()) is not None:
            self._work(request)

    def _next(self) -> Request | None:
        """The latest request, once it has not changed for a moment; None after ``close``."""
        with self._changed:
            while not self.is_closed:
                latest = self._latest
                wait = self._patience if latest else None
                if not self._changed.wait_for(partial(self._is_past, latest), wait):
                    self._latest = None
                    return latest
        return None

    def _is_past(self, seen: Request | None) -> bool:
        """Whether another request came than the one that was seen; the same once more is none."""
        return self.is_closed or self._latest is not seen
