"""A judgement of a network as pages for the screen: each has tables, charts, or both."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.confusion import confusion
from tuidl.charts.grid import ASCII
from tuidl.charts.hstack import hstack
from tuidl.charts.images import Tile, image_grid
from tuidl.charts.palette import Palette
from tuidl.core.printable import printable
from tuidl.judging.plots import Draw, Plot, plots_of
from tuidl.judging.records import Confusion, Judgement, Kind, WorstExample
from tuidl.judging.section import Section
from tuidl.judging.sections import heading, sections
from tuidl.judging.text import table_lines, wrapped
from tuidl.tui.renderers.judged_pictures import judged_picture

WIDE, GAP = 110, 3
"""Cells from which on charts stand beside tables and each other."""
LEAST_PLOT, MOST_PLOT = 12, 44
"""Lines of a chart."""
READABLE = 90
PAGES = {
    "scores": ("scores",),
    "classes": ("class", "confusion"),
    "curves": ("curves",),
    "calibration": ("calibration",),
    "thresholds": ("thresholds",),
    "residuals": ("residuals",),
    "worst": ("worst",),
    "slices": ("slices",),
    "columns": ("columns",),
    "against": ("against",),
}
"""The topics of sections and charts that share a page."""
TITLES: dict[Kind, str] = {
    "masks": "Their pictures: predicted mask, true mask",
    "boxes": "Their pictures: true box (green), predicted box",
}
"""Of the worst examples' pictures."""


def pages(judgement: Judgement) -> list[str]:
    """The names of the pages that have something to show."""
    found = {section.topic for section in sections(judgement)}
    found |= {plot.topic for plot in plots_of(judgement)}
    return [page for page, topics in PAGES.items() if found & set(topics)]


def page_lines(
    judgement: Judgement, page: str, palette: Palette, size: tuple[int, int], unicode: bool
) -> list[Text]:
    """The page, as long as it has to be. ``size``: (columns, lines) that can be seen at once."""
    width, height = size
    topics = PAGES[page]
    charts = [plot for plot in plots_of(judgement) if plot.topic in topics]
    shown = [section for section in sections(judgement) if section.topic in topics]
    if "confusion" in topics and judgement.confusion:
        charts.append(_matrix(judgement.confusion))
        shown = [section for section in shown if not section.title.startswith("Confusion")]
    if "worst" in topics and judgement.pictures:
        charts.append(_pictures(judgement))
    is_beside = width >= WIDE and bool(charts)
    room = min(width if not is_beside or not shown else (width - GAP) // 2, READABLE)
    tables = _tables(judgement, page, shown, palette, room)
    if is_beside and not tables and len(charts) > 1:
        lines = _rows_of_two(charts, palette, width, height, unicode)
    elif is_beside and tables:
        taken = max(cell_len(line.plain) for line in tables)
        left = width - taken - GAP
        drawn = _stacked(charts, palette, left, height, unicode)
        lines = _beside(tables, drawn)
    else:
        drawn = _stacked(charts, palette, width, height - len(tables), unicode)
        lines = [*tables, *([Text()] if tables and drawn else []), *drawn]
    if not unicode:
        for line in lines:
            line.plain = line.plain.translate(ASCII)
    return lines


def _tables(
    judgement: Judgement, page: str, shown: Sequence[Section], palette: Palette, room: int
) -> list[Text]:
    lines: list[Text] = []
    if page == "scores":
        first, *rest = heading(judgement)
        lines += [Text(part, palette.style("text", bold=True)) for part in wrapped(first, room)]
        lines += [
            Text(part, palette.style("muted")) for line in rest for part in wrapped(line, room)
        ]
    for section in shown:
        head, *rows = table_lines(section, room)
        if lines:
            lines.append(Text())
        lines.append(Text(printable(section.title), palette.style("accent", bold=True)))
        lines.append(Text(head, palette.style("muted", bold=True)))
        lines += [Text(row, palette.style("text")) for row in rows]
        lines += [Text(part, palette.style("muted")) for part in wrapped(section.below, room)]
    return lines


def _matrix(found: Confusion) -> Plot:
    def draw(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        lines = confusion(found.counts, found.names, palette, width, height, unicode=unicode)
        while lines and not lines[-1].plain.strip():
            lines.pop()
        return lines

    return Plot("confusion", "Confusion: rows are true, columns given", draw)


def _pictures(judgement: Judgement) -> Plot:
    pairs = list(zip(judgement.pictures, judgement.worst, strict=False))

    def draw(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        tiles = [
            Tile(
                judged_picture(picture, len(judgement.classes), palette, unicode),
                _caption(judgement, worst),
                _is_right(judgement, worst),
            )
            for picture, worst in pairs
        ]
        return image_grid(tiles, palette, width, height, unicode=unicode)

    return Plot("worst", TITLES.get(judgement.kind, "Their pictures: true: predicted"), draw)


def _caption(judgement: Judgement, worst: WorstExample) -> str:
    if judgement.kind in ("masks", "boxes"):
        return f"IoU {1 - worst.loss:.2f}"
    return f"{worst.true}: {worst.predicted}"


def _is_right(judgement: Judgement, worst: WorstExample) -> bool | None:
    """Of a class, which stands in front of its probability."""
    given = worst.predicted.rpartition(" ")[0]
    return given == worst.true if judgement.kind == "classes" else None


def _stacked(
    charts: Sequence[Plot], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """Below each other, as tall as there is room for."""
    tall = min(max(height // max(len(charts), 1) - 2, LEAST_PLOT), MOST_PLOT)
    lines: list[Text] = []
    for plot in charts:
        lines += [*([Text()] if lines else []), *_titled(plot, palette, width, tall, unicode)]
    return lines


def _rows_of_two(
    charts: Sequence[Plot], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    size, tall = (width - GAP) // 2, min(max(height - 2, LEAST_PLOT), MOST_PLOT)
    lines: list[Text] = []
    for at in range(0, len(charts), 2):
        left, *right = (_titled(plot, palette, size, tall, unicode) for plot in charts[at : at + 2])
        lines += _beside(left, right[0]) if right else left
    return lines


def _titled(plot: Plot, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    draw: Draw = plot.draw
    title = [Text(part, palette.style("accent", bold=True)) for part in wrapped(plot.title, width)]
    return [*title, *draw(palette, width, height, unicode)]


def _beside(left: list[Text], right: list[Text]) -> list[Text]:
    return hstack(_padded(left, len(right)), _padded(right, len(left)), gap=GAP)


def _padded(lines: list[Text], count: int) -> list[Text]:
    """At least ``count`` lines, all as wide as the widest."""
    width = max((cell_len(line.plain) for line in lines), default=0)
    lines = [*lines, *(Text() for _ in range(count - len(lines)))]
    for line in lines:
        line.append(" " * (width - cell_len(line.plain)))
    return lines
