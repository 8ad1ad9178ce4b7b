"""What the screen asks of Python and of the system, so that keys are answered at once."""

import gc
import sys

from textual.driver import Driver

YOUNG = (5_000, 20, 20)
"""The garbage collector's thresholds, by generation: it may wait, there is little garbage."""


def spare_pauses() -> None:
    """Have the garbage collector look through what is there once, and only at what is new from
    now on: each time it looked through all of it, keys waited for 0.1 s."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG)


def driver() -> type[Driver] | None:
    """What reads the keyboard; None for Textual's own, on systems without Unix terminals."""
    if sys.platform == "win32":
        return None
    from tuidl.tui.terminal.driver import EagerDriver

    return EagerDriver
