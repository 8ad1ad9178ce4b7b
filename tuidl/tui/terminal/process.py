"""Settings of Python and of the system that shorten the delay of keys."""

import gc
import sys

from textual.driver import Driver

YOUNG = (5_000, 20, 1_000)
"""The garbage collector's thresholds, by generation: it may wait, there is little garbage."""
WORTH_IT = 2
"""Looks of the collector at the newest objects, after which those that are left are looked at."""


def spare_pauses() -> None:
    """Have the garbage collector scan today's objects once, and only new ones from now on: each
    full scan delayed keys by 0.1 s."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG)


def tidy_up() -> None:
    """Look at what was made lately, as long as nobody waits for an answer: after twenty looks at
    the newest objects the collector would do so by itself, amid the answer to a key more often
    than not, as those make the most objects, and take 30 ms."""
    if gc.get_threshold() == YOUNG and gc.get_count()[1] >= WORTH_IT:
        gc.collect(1)


def driver() -> type[Driver] | None:
    """The keyboard's reader; None for Textual's own, on systems without Unix terminals."""
    if sys.platform == "win32":
        return None
    from tuidl.tui.terminal.driver import EagerDriver

    return EagerDriver
