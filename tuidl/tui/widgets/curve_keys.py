"""The keys that choose a row beside curves and move the cursor over them, on every such screen."""

from typing import Final

from textual.binding import Binding

CHOOSE = Binding.Group("choose", compact=True)
CURSOR = Binding.Group("values", compact=True)

CURVE_KEYS: Final = (
    Binding("up", "choose(-1)", "choose", group=CHOOSE),
    Binding("down", "choose(1)", "choose", group=CHOOSE),
    Binding("left", "cursor(-1)", "values", group=CURSOR),
    Binding("right", "cursor(1)", "values", group=CURSOR),
    Binding("shift+left", "cursor(-10)", "Cursor", show=False),
    Binding("shift+right", "cursor(10)", "Cursor", show=False),
    Binding("home", "end(0)", "First", show=False),
    Binding("end", "end(-1)", "Last", show=False),
)
