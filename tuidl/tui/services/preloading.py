"""Modules that are needed next, imported while the user still reads the first screen."""

import importlib

NEEDED = (
    "plotext", "tuidl.tui.screens.train", "tuidl.tui.screens.help", "tuidl.tui.screens.edit",
    "tuidl.tui.dialogs.leave",
)  # fmt: skip


def preload() -> None:
    """Import them; in a thread, once the first screen is painted."""
    from tuidl.glossary import concepts

    for name in NEEDED:
        importlib.import_module(name)
    concepts()
