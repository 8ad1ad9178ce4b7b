"""The list of presets by section, filtered by what is typed."""

import re
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.css.styles import RulesMap
from textual.events import Key, Paste, Resize
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tuidl.charts.grid import fitted
from tuidl.core.printable import printable
from tuidl.tui.catalog.preset_entries import Entry
from tuidl.tui.terminal.plain import plain

INDENT = 2
LONGEST_SHORT = 4
"""Cells of a measure's name where there is no room for all of it."""


class PresetList(OptionList):
    """Typing filters. ``m``, ``o`` and ``q`` are commands unless a filter has begun, with any
    other letter, a capital one among them, or with ``/``: then every key of a letter types."""

    DEFAULT_CSS = """
    PresetList { border: round $foreground 20%; background: $background; padding: 0 1;
                 border-title-color: $text-muted; border-subtitle-color: $text-muted; }
    PresetList { scrollbar-size-vertical: 1; scrollbar-gutter: stable; text-wrap: nowrap; }
    PresetList:focus { border: round $accent; background-tint: transparent; }
    PresetList > .option-list--option-disabled { color: $accent; text-style: bold; }
    """

    class Filtered(Message):
        """The filter changed the entries, perhaps to none."""

    commands: ClassVar[frozenset[str]] = frozenset("12moq?")
    """Keys of the screen while no filter is typed."""
    invitation: ClassVar[str] = "type or / to filter"
    below: ClassVar[str] = ""
    """On the border below, while no filter is typed and there are entries."""

    BINDINGS: ClassVar = [Binding("enter", "select", "open", key_display="enter")]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._entries: list[Entry] = []
        self._shown: list[Entry] = []
        self._at: list[Entry | None] = []
        """The entry of each line, None for the name of a section."""
        self._rows: dict[Path, tuple[Entry, int, Option]] = {}
        """Lines as they were made, of an entry for a width: of thousands hardly any changes."""
        self.wanted: str | None = None

    @property
    def chosen(self) -> Entry | None:
        """The entry under the cursor."""
        if self.highlighted is None:
            return None
        return self._at[self.highlighted]

    def show(self, entries: list[Entry], path: Path | None) -> None:
        """List ``entries`` with the cursor on the one in ``path``."""
        self._entries = entries
        self._fill(path)

    def choose(self, path: Path) -> None:
        """Move the cursor to the entry of a file, if it is listed."""
        for i, entry in enumerate(self._at):
            if entry is not None and entry.path == path:
                self.highlighted = i

    def begin_filter(self) -> None:
        self.wanted = self.wanted or ""
        self.focus()
        self._titles()

    def end_filter(self) -> None:
        """All entries again, the cursor where it is."""
        self._refilter(None)

    def _refilter(self, wanted: str | None) -> None:
        path = self.chosen.path if self.chosen else None
        self.wanted = wanted
        self._fill(path)
        self.post_message(self.Filtered())

    def _fill(self, path: Path | None) -> None:
        self._shown = [e for e in self._entries if not self.wanted or e.fits(self.wanted)]
        self._at, top = [], self.scroll_offset.y
        self.clear_options()
        width = max(self.scrollable_content_region.width, 10)
        sections = len({entry.section for entry in self._shown})
        roomy = len(self._shown) + 2 * sections - 1 <= self.scrollable_content_region.height
        section = ""
        lines: list[tuple[Entry | None, Option]] = []
        before, self._rows = self._rows, {}
        for entry in self._shown:
            if entry.section != section:
                if section and roomy:
                    lines.append((None, Option("", disabled=True)))
                section = entry.section
                lines.append((None, Option(plain(section), disabled=True)))
            known = before.pop(entry.path, None)  # an option can be listed once
            if known is None or known[0] is not entry or known[1] != width:
                known = entry, width, Option(row_of(entry, width))
            self._rows[entry.path] = known
            lines.append((entry, known[2]))
        if self.wanted and not lines:
            lines = [(None, Option(plain(" nothing here has that; esc: all"), disabled=True))]
        self._at = [entry for entry, _ in lines]
        self.add_options([option for _, option in lines])
        self._titles()
        if self._shown:
            self.highlighted = 1
            self.scroll_y = top  # lines stay where they are, as far as the cursor lets them
            if path is not None:
                self.choose(path)

    def _titles(self) -> None:
        filtering = self.wanted is not None
        self.border_title = (
            plain(f"filter: {self.wanted}_") if filtering else plain(self.invitation)
        )
        count = f"{len(self._shown)} of {len(self._entries)}"
        below = self.below if self._entries else ""
        self.border_subtitle = plain(f"{count}, esc: all" if filtering else below)

    def on_resize(self, event: Resize) -> None:
        self._refilter(self.wanted)

    def on_key(self, event: Key) -> None:
        is_typed = event.is_printable and not event.key.startswith(("alt+", "ctrl+"))
        letter = event.character if is_typed else None
        if letter == "/" and not self.wanted:  # pressed again it still only begins
            self.begin_filter()
        elif event.key == "backspace" and self.wanted is not None:
            self._refilter(self.wanted[:-1] or None)
        elif letter and (self.wanted is not None or letter not in self.commands) and letter.strip():
            self._refilter((self.wanted or "") + letter)
        elif letter == " " and self.wanted:
            self._refilter(self.wanted + " ")
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: Paste) -> None:
        words = " ".join(event.text.split())
        if words:
            self._refilter((self.wanted or "") + words)
        event.stop()


class OneLine(Content):
    """A line of a list that is never wrapped: to find that out takes as long as all else of it."""

    def get_height(self, rules: RulesMap, width: int) -> int:
        return 1


def _shortened(word: str) -> str:
    """``acc 98.3%`` for ``accuracy 98.33%``, ``iou 0.905`` for ``mean_iou 0.9051``."""
    name, _, value = word.rpartition(" ")
    last = re.split(r"[._]", name)[-1]
    name = last if len(last) <= LONGEST_SHORT else last[: LONGEST_SHORT - 1]
    if value.endswith("%"):
        return f"{name} {float(value[:-1]):.3g}%".lstrip()
    return f"{name} {value}".lstrip()


def row_of(entry: Entry, width: int) -> Content:
    """The title, and its word at the right where there is room for both; of an entry that keeps
    its word, the title is cut instead."""
    word = printable(entry.word)
    if entry.keeps_word and INDENT + cell_len(entry.title) + 2 + cell_len(word) > width:
        word = _shortened(word)  # a measure's name is cut before the entry's own
    most = width - INDENT - (cell_len(word) + 2 if entry.keeps_word and word else 0)
    title = " " * (INDENT - 1) + fitted(entry.title, most)
    room = width - cell_len(title) - cell_len(word)
    if room < 2:
        return OneLine(title)
    return OneLine.assemble(title, " " * room, (word, "dim"))
