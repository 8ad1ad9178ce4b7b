"""Runs over axes, as a picture."""

from rich.text import Text

from tuidl.charts.palette import Palette
from tuidl.charts.parallel import Parallel, Shown, axes_that_fit
from tuidl.runs.coordinates import Coordinates
from tuidl.tui.widgets.chart import centred


def drawn_coordinates(
    coordinates: Coordinates,
    parallel: Parallel,
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
) -> list[Text]:
    """The axes that there is room for, the chosen one among them."""
    if not coordinates.order:
        return centred("no setting differs between these runs", palette, width, height)
    room = axes_that_fit(width)
    first, last = coordinates.window(room)
    is_score = not coordinates.key
    place = last - first if is_score else coordinates.place - first
    shown = Shown(coordinates.ranks, coordinates.inside, coordinates.chosen, place)
    return parallel.draw(coordinates.shown(room), shown, palette, width, height, unicode)


def coordinates_words(coordinates: Coordinates, width: int) -> str:
    """Which axes are seen, where not all are."""
    first, last = coordinates.window(axes_that_fit(width))
    count = len(coordinates.order)
    return "" if last - first == count else f"settings {first + 1} to {last} of {count}"
