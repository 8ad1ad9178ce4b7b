"""Keys of parallel coordinates: axes, ranges on them, and the chosen run."""

from textual.binding import Binding

from tuidl.runs.coordinates import Coordinates
from tuidl.tui.dialogs.dialog import Once
from tuidl.tui.terminal.plain import warn

RANGE = Binding.Group("range", compact=True)
MOVE = Binding.Group("move axis", compact=True)


RANGES_AND_ORDER = (
    Binding("left_square_bracket", "narrow(0, 1)", "range", group=RANGE, key_display="["),
    Binding("right_square_bracket", "narrow(1, -1)", "range", group=RANGE, key_display="]"),
    Binding("left_curly_bracket", "narrow(0, -1)", "range", group=RANGE, key_display="{"),
    Binding("right_curly_bracket", "narrow(1, 1)", "range", group=RANGE, key_display="}"),
    Binding("less_than_sign", "move(-1)", "move axis", group=MOVE, key_display="<"),
    Binding("greater_than_sign", "move(1)", "move axis", group=MOVE, key_display=">"),
    Binding("minus", "drop", "no axis", key_display="-"),
    Binding("backspace", "clear", "no range"),
    Binding("0", "whole", "all again"),
)


class CoordinateKeys(Once[None]):
    """Each acts on the page of coordinates alone."""

    @property
    def coordinates(self) -> Coordinates | None:
        """None while another page is open, and where no setting differs."""
        raise NotImplementedError

    def show_changes(self) -> None:
        """Draw what has changed."""
        raise NotImplementedError

    def action_narrow(self, end: int, way: int) -> None:
        """Move an end of the axis's range."""
        if found := self.coordinates:
            found.narrow(end, way)
            self.show_changes()

    def action_clear(self) -> None:
        if found := self.coordinates:
            found.clear()
            self.show_changes()

    def action_whole(self) -> None:
        """All axes as they were at first, without ranges."""
        if found := self.coordinates:
            found.whole()
            self.show_changes()

    def action_move(self, way: int) -> None:
        if found := self.coordinates:
            if not found.key:
                warn(self, "The score stays the last axis: left chooses another one.")
            found.move(way)
            self.show_changes()

    def action_drop(self) -> None:
        """Show the axis no more."""
        if found := self.coordinates:
            if not found.drop():
                warn(self, "The score and one setting stay.")
            self.show_changes()
