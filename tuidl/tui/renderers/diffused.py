"""The steps back from noise to points: one of them, over the points that are to be met."""

from rich.text import Text

from tuidl.charts.grid import Grid, worded
from tuidl.charts.palette import Palette
from tuidl.charts.scatter import Field, Path, Points, scatter
from tuidl.protocol.generated import Diffused
from tuidl.tui.renderers.generated import LOW, below, columns_of, known

ARROW_SHARE, SHAFT = 0.06, 0.6
"""Length of the longest arrow, of the plane's width, and how much of it is its faint end."""
HEAD = "to less noise"
TRACK, KNOB = ("─", "-"), ("●", "o")
FEWEST = 24
"""Cells below which there is no track."""


def step_back(
    answer: Diffused,
    place: int,
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
    *,
    arrows: bool = True,
) -> list[Text]:
    """Frame number ``place``, -1 for the last: real points as dots, those on their way marked."""
    place %= len(answer.times)
    words = []
    if height >= LOW:
        words = [
            *track(answer, place, palette, width, unicode),
            *below(about(answer, place, width), palette, width, unicode),
        ]
    groups = [
        Points("real", *columns_of(answer.real), "good", marked=False),
        Points(f"t = {answer.times[place]}", *columns_of(answer.frames[place]), "validation"),
    ]
    paths = []
    if arrows:
        names = (HEAD, *[""] * len(answer.arrows[place]))
        pairs = zip(answer.arrows[place], names, strict=False)
        paths = [part for row, name in pairs for part in _arrow(answer, row, name)]
    plane = Field([[float("nan")]], answer.low, answer.high, soft=True)
    room = (palette, width, height - len(words))
    return [*scatter(groups, *room, paths=paths, field=plane, unicode=unicode), *words]


def about(answer: Diffused, place: int, width: int) -> str:
    """What there is at this step, as much as a line has room for."""
    t, left = answer.times[place], answer.left[place]
    dots = f"; dots: points of {answer.part}"
    if t == 0:
        done = f"t = 0: all {answer.steps} steps back are done"
        return worded(width, done + dots, f"t = 0: all steps back are done{dots}", done, "t = 0")
    if t == answer.steps:
        return worded(width, f"t = {t}: noise alone{dots}", f"t = {t}: noise alone", f"t = {t}")
    share = f"{1 - left:.1%} of the variance is noise"
    return worded(width, f"t = {t} of {answer.steps}: {share}", f"t = {t}: {share}", f"t = {t}")


def track(answer: Diffused, place: int, palette: Palette, width: int, unicode: bool) -> list[Text]:
    """Where on the way from noise to points the step is."""
    if width < FEWEST:
        return []
    grid = Grid(width, 1, unicode)
    begin, end = "noise ", "points"
    x = grid.put(0, 0, begin, palette.style("muted"))
    room = width - len(begin) - len(end) - 1
    grid.put(x, 0, TRACK[not unicode] * room, palette.style("faint"))
    at = round((room - 1) * place / max(len(answer.times) - 1, 1))
    grid.put(x + at, 0, KNOB[not unicode], palette.style("accent", bold=True))
    grid.put(x + room + 1, 0, end, palette.style("muted"))
    return grid.lines()


def _arrow(answer: Diffused, row: list[float | None], name: str) -> list[Path]:
    """From a place to where the noise that is seen there would lead back: faint, then bright."""
    x, y, dx, dy = (known(value) for value in row)
    size = ARROW_SHARE * (answer.high[0] - answer.low[0])
    middle, end = ((x + part * size * dx, y + part * size * dy) for part in (SHAFT, 1))
    return [
        Path("", [x, middle[0]], [y, middle[1]], "faint"),
        Path(name, [middle[0], end[0]], [middle[1], end[1]], "text"),
    ]
