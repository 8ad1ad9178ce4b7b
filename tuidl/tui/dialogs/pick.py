"""Pick several of many names, in an order; typing narrows the list."""

from collections.abc import Iterable
from typing import ClassVar

from textual.events import Key
from textual.widgets import OptionList

from tuidl.core.printable import printable
from tuidl.tui.dialogs.narrowing import NarrowingScreen


class PickScreen(NarrowingScreen[tuple[str, ...] | None]):
    """``choices``: name -> what it is; ``picked``: those that are from the start. Ends with all
    that are picked, in the order in which they were, or None."""

    HINT: ClassVar[str] = "space picks, enter: done, esc: as it was; type to find"

    def __init__(self, title: str, choices: dict[str, str], picked: Iterable[str]) -> None:
        first = [name for name in picked if name in choices]
        ordered = {name: choices[name] for name in dict.fromkeys((*first, *choices))}
        super().__init__(title, ordered)
        self._picked = dict.fromkeys(first)

    def shown(self, name: str) -> str:
        place = list(self._picked).index(name) + 1 if name in self._picked else ""
        return f"{place:>2} {printable(name)}"

    def on_key(self, event: Key) -> None:
        """Other keys reach the base's own handler by themselves."""
        if event.key == "space":
            event.stop()
            event.prevent_default()
            self._toggle()

    def _toggle(self) -> None:
        """Pick the name under the cursor, or pick it no longer, and go on to the next."""
        options = self.query_one(OptionList)
        if options.highlighted is None:
            return
        place = options.highlighted
        name = options.get_option_at_index(place).id or ""
        if name in self._picked:
            del self._picked[name]
        else:
            self._picked[name] = None
        self._wanted, self._current = "", name
        self._fill()
        options.action_cursor_down()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.end(tuple(self._picked))
