"""A fair lock: one thread at a time, and none waits for ever."""

import os
import threading
from weakref import WeakSet

from tuidl.core.errors import BackendError


class FairLock:
    """A lock for what only one thread can work with at a time.

    A thread that releases the lock and asks for it again gets it after those that waited
    meanwhile: a loop that takes the lock in each of its rounds keeps no other thread out. The
    thread that holds it may take it again, but only one ``exclusive`` block runs at a time.
    """

    def __init__(self, what: str = "") -> None:
        """``what``: memory that is of no use in a process that was forked while the lock was held;
        the subject of the errors, such as "the model"."""
        self._what = what
        self._is_amid = self._is_broken = False
        self._renew()
        _ALL.add(self)

    def _renew(self) -> None:
        self._gate, self._lock = threading.Lock(), threading.RLock()
        self._owner: int | None = None
        self._here: set[int] = set()  # threads that wait for the lock or hold it

    @property
    def is_wanted(self) -> bool:
        """Whether another thread waits for the lock."""
        return self._gate.locked()

    def hold(self) -> "Block":
        """Wait for the lock, and hold it for as long as the block lasts.

        Raises BackendError in a process that was forked while another thread was at work, and
        where a signal handler asks while its own thread waits.
        """
        return Block(self)

    def exclusive(self) -> "Block":
        """Hold the lock for what must not be entered once more before it is done.

        Raises BackendError where it is: by a signal handler or a finalizer, on the same thread.
        """
        return Block(self, is_exclusive=True)

    def take(self) -> bool:
        """Begin a block; False where this thread is in one already, which holds the lock."""
        me = threading.get_ident()
        if self._owner == me:
            return False
        if self._is_broken:
            problem = f"{self._what} was at work when this process was forked"
            raise BackendError(f"{problem}: build it here, or start the process with 'spawn'")
        if me in self._here:  # it waits: to wait once more would be for ever
            raise self._amid()
        self._here.add(me)
        try:
            with self._gate:  # who waits for the lock holds it: who comes back waits behind
                self._lock.acquire()
        except BaseException:
            self._here.discard(me)
            raise
        self._owner = me
        return True

    def release(self) -> None:
        """End the block that took the lock."""
        try:
            self._owner = None
            self._lock.release()
        finally:
            self._here.discard(threading.get_ident())

    def begin_alone(self) -> None:
        """Begin an exclusive block, in one that holds the lock."""
        if self._is_amid:
            raise self._amid()
        self._is_amid = True

    def end_alone(self) -> None:
        """End it."""
        self._is_amid = False

    def _amid(self) -> BackendError:
        problem = f"{self._what or 'tuidl'} is in another call on this thread"
        return BackendError(f"{problem}: a signal handler must wait until it is over")

    def forked(self) -> None:
        """In a process that was just forked: the threads that held or wanted the lock are gone."""
        if self._owner == threading.get_ident():
            self._gate = threading.Lock()
            return
        self._is_broken = bool(self._what) and self._owner is not None
        self._is_amid = False
        self._renew()


class Block:
    """Holds a lock; a class since a call of ``Model.predict`` takes two: generators cost more."""

    __slots__ = ("_has_taken", "_is_exclusive", "_lock")

    def __init__(self, lock: FairLock, *, is_exclusive: bool = False) -> None:
        self._lock, self._is_exclusive = lock, is_exclusive

    def __enter__(self) -> None:
        self._has_taken = self._lock.take()
        if self._is_exclusive:
            try:
                self._lock.begin_alone()
            except BaseException:
                if self._has_taken:
                    self._lock.release()
                raise

    def __exit__(self, *error: object) -> None:
        if self._is_exclusive:
            self._lock.end_alone()
        if self._has_taken:
            self._lock.release()


_ALL: "WeakSet[FairLock]" = WeakSet()


def _after_fork() -> None:
    for turns in list(_ALL):
        turns.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
