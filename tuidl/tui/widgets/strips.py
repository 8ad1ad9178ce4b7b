"""Lines of a chart as the compositor paints them. Textual's way, by its ``Content``, takes as long
again as drawing them."""

from functools import lru_cache

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip


def strip_of(line: Text, width: int, base: Style, console: Console) -> Strip:
    """A line of ``width`` cells, over a panel's own style."""
    if line.style:
        own = line.style if isinstance(line.style, Style) else console.get_style(line.style)
        base = over(base, own)
    segments = _segments(line, base)
    if segments is None:
        rendered = Segment.apply_style(line.render(console), base)
        segments = [segment for segment in rendered if segment.text]
    length = cell_len(line.plain)
    strip = Strip(segments, length)
    return strip if length == width else strip.adjust_cell_length(width, base)


def _segments(line: Text, base: Style) -> list[Segment] | None:
    """Of a line whose styles follow each other, as grids write them; None for any other."""
    segments, end, plain = [], 0, line.plain
    for start, stop, style in line.spans:
        if start < end or not isinstance(style, Style):
            return None
        if start > end:
            segments.append(Segment(plain[end:start], base))
        if stop > start:
            segments.append(Segment(plain[start:stop], over(base, style)))
        end = stop
    if end < len(plain):
        segments.append(Segment(plain[end:], base))
    return segments


@lru_cache(8192)
def over(base: Style, style: Style) -> Style:
    """Both together; a map has thousands of styles, more than Rich remembers the sums of."""
    return base + style
