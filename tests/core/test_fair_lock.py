"""A fair lock: one thread at a time, in the order of asking, also after an exception and a fork."""

import multiprocessing
import os
import signal
import threading
import time
from typing import Any

import pytest

from tuidl.core.errors import BackendError
from tuidl.core.fair_lock import FairLock


def test_only_one_thread_has_a_turn() -> None:
    fair, inside, most = FairLock(), [], []

    def work() -> None:
        for _ in range(200):
            with fair.hold():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (max(most), len(most)) == (1, 1200)


def test_who_comes_back_waits_behind_who_waited() -> None:
    """With a plain lock, a loop takes it again before the other thread wakes up."""
    for _ in range(50):
        fair, had = FairLock(), threading.Event()

        def take(fair: FairLock = fair, had: threading.Event = had) -> None:
            with fair.hold():
                had.set()

        other = threading.Thread(target=take)
        with fair.hold():
            other.start()
            while not fair.is_wanted:
                time.sleep(0)
        with fair.hold():
            assert had.is_set()
        other.join()


def test_a_turn_may_be_taken_within_a_turn_but_work_only_once() -> None:
    fair = FairLock("the model")
    said = pytest.raises(BackendError, match="the model is in another call")
    with fair.hold(), fair.exclusive(), fair.hold(), said, fair.exclusive():
        pass
    with fair.exclusive():
        pass


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no such signals here")
def test_a_signal_handler_does_not_wait_behind_its_own_thread() -> None:
    fair, said, over = FairLock("the model"), [], threading.Event()
    begun = threading.Event()

    def hold() -> None:
        with fair.hold():
            begun.set()
            over.wait(300)

    def handler(*_: Any) -> None:
        try:
            with fair.hold():
                said.append("entered")
        except BackendError as error:
            said.append(str(error))
        over.set()

    def send(thread: int) -> None:
        while not fair.is_wanted:
            time.sleep(0.001)
        signal.pthread_kill(thread, signal.SIGALRM)

    holder = threading.Thread(target=hold)
    sender = threading.Thread(target=send, args=(threading.get_ident(),))
    holder.start()
    begun.wait(300)
    before = signal.signal(signal.SIGALRM, handler)
    try:
        sender.start()
        with fair.hold():
            pass
    finally:
        signal.signal(signal.SIGALRM, before)
    holder.join(), sender.join()
    assert "in another call on this thread" in said[0]


def test_an_exception_gives_the_turn_back() -> None:
    fair = FairLock()
    with pytest.raises(KeyboardInterrupt), fair.exclusive():
        raise KeyboardInterrupt
    had = []

    def take() -> None:
        with fair.exclusive():
            had.append(True)

    thread = threading.Thread(target=take)
    thread.start()
    thread.join(300)
    assert had


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("is_busy", [False, True])
def test_a_forked_process_has_turns_of_its_own(is_busy: bool) -> None:
    """Amid the work of another thread, memory is refused; a mere lock begins anew."""
    memory, lock = FairLock("the model"), FairLock()
    begun, over = threading.Event(), threading.Event()

    def work() -> None:
        with memory.hold(), lock.hold():
            begun.set()
            over.wait(300)

    thread = threading.Thread(target=work)
    if is_busy:
        thread.start()
        begun.wait(300)
    context = multiprocessing.get_context("fork")
    said = context.Queue()
    child = context.Process(target=_take_both, args=(memory, lock, said))
    child.start()
    told = said.get(timeout=300)
    child.join(300)
    over.set()
    if is_busy:
        thread.join()
    expected = "the model was at work when this process was forked" if is_busy else "taken"
    assert told[0].startswith(expected)
    assert told[1] == "taken"


def _take_both(
    memory: FairLock, lock: FairLock, said: "multiprocessing.Queue[tuple[str, str]]"
) -> None:
    said.put((_take(memory), _take(lock)))


def _take(fair: FairLock) -> str:
    try:
        with fair.hold():
            return "taken"
    except BackendError as error:
        return str(error)
