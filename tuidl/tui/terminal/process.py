"""Settings of Python and of the system that shorten the delay of keys."""

import gc
import sys

from textual.driver import Driver

YOUNG = (5_000, 20, 20)
"""The garbage collector's thresholds, by generation: it may wait, there is little garbage."""


def spare_pauses() -> None:
    """Have the garbage collector scan today's objects once, and only new ones from now on: each
    full scan delayed keys by 0.1 s."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG)


def driver() -> type[Driver] | None:
    """The keyboard's reader; None for Textual's own, on systems without Unix terminals."""
    if sys.platform == "win32":
        return None
    from tuidl.tui.terminal.driver import EagerDriver

    return EagerDriver
