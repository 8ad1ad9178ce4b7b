"""A worker process: jobs come in on stdin, answers go out on stdout, a line of JSON each.

It ends with the coordinator, whose end of stdin is closed then, or when it is told to by a signal
(as all processes of a session are): a run in progress is saved first.
"""

import os
import queue
import signal
import sys
import threading
import traceback
from typing import BinaryIO

from tuidl.core.environment import prepare_environment
from tuidl.core.errors import out_of_memory
from tuidl.core.terminal import prepare_streams
from tuidl.sweeps.jobs import Answer, Job, Reached, to_job, to_line
from tuidl.training.interruption import Interrupter


class Worker:
    """Carries out jobs, one after the other, while a thread listens."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._interrupter = Interrupter()
        self._over = threading.Event()

    def listen(self, lines: BinaryIO) -> None:
        """Hand on the jobs that come in; their end stops the run in progress."""
        for line in lines:
            self._jobs.put(to_job(line))
        self.leave()

    def leave(self) -> None:
        """Stop the run in progress, and be done. It is not answered: another worker goes on with
        it, if there is still a coordinator."""
        with self._lock:
            self._over.set()
            self._interrupter.stop("interrupted")
            if not self._interrupter.listening:  # it compiles, or rests: nothing is to be saved
                os._exit(0)
        self._jobs.put(None)

    def run(self) -> None:
        """Carry out jobs until there are no more."""
        while (job := self._jobs.get()) is not None:
            with self._lock:
                if self._over.is_set():
                    return
                self._interrupter = Interrupter()
            answer = self._answer(job)
            if self._over.is_set():
                return
            self._say(answer)

    def _say(self, said: Answer | Reached) -> None:
        self._out.write(to_line(said) + b"\n")
        self._out.flush()

    def _answer(self, job: Job) -> Answer:
        from tuidl.sweeps.trial import carry_out

        self._say(Reached(epochs=0))
        try:
            return carry_out(job, self._interrupter, self._say)
        except MemoryError as error:
            return Answer(error=out_of_memory(error))
        except Exception as error:  # whatever it is, the other trials go on
            traceback.print_exc()
            return Answer(error=f"{type(error).__name__}: {error}")


def main() -> None:
    """Run a worker on this process's own streams."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's affair
    prepare_environment(1)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    prepare_streams()
    worker = Worker(out)

    def told(number: int, frame: object) -> None:
        """In a thread: a lock may be held where the signal arrives."""
        threading.Thread(target=worker.leave, daemon=True).start()

    for number in (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")):
        if number is not None:  # Windows has no SIGHUP
            signal.signal(number, told)
    threading.Thread(target=worker.listen, args=(sys.stdin.buffer,), daemon=True).start()
    worker.run()
    os._exit(0)
