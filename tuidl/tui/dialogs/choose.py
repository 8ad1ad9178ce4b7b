"""Choose one of several names; typing narrows the list."""

from textual.widgets import OptionList

from tuidl.tui.dialogs.narrowing import NarrowingScreen


class ChooseScreen(NarrowingScreen[str | None]):
    """``choices``: name -> what it is. Ends with a name, or None."""

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.end(event.option.id)
