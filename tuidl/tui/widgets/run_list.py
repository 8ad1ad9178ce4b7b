"""The list of runs that are kept, with keys of its own."""

from typing import ClassVar

from tuidl.tui.widgets.preset_list import PresetList


class RunList(PresetList):
    """Filtered like the presets; by states (``failed``), tags (``#keep``) and notes, too."""

    invitation = "/ filters"
    below = "space marks, c compares"
    commands: ClassVar[frozenset[str]] = frozenset("12rvcdxpEmqnutw?")
