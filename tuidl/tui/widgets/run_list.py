"""The list of runs that are kept, with keys of its own."""

from typing import ClassVar

from tuidl.tui.widgets.preset_list import PresetList


class RunList(PresetList):
    """Filtered like the presets; by state too: ``failed``, ``done``."""

    invitation = "/ filters"
    commands: ClassVar[frozenset[str]] = frozenset("12rvcdxpEmq?")
