"""Charts of a run without a screen: those of the playground, as text for a terminal."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text

from tuidl.charts.curve import Curve
from tuidl.charts.curves import curves
from tuidl.charts.palette import COLOR_BLIND, MONOCHROME
from tuidl.protocol.history import Series


def loss_chart(
    name: str,
    train: Series | None,
    validation: Series | None,
    width: int,
    height: int,
    *,
    color: bool = True,
    unicode: bool = True,
) -> list[str]:
    """Train and validation of one measure over the epochs, with a line of legend on top."""
    given = {"train": train, "validation": validation}
    lines = [Curve(role, series, role) for role, series in given.items() if series is not None]
    return chart(name, lines, width, height, color=color, unicode=unicode)


def chart(
    name: str,
    lines: Sequence[Curve],
    width: int,
    height: int,
    *,
    color: bool = True,
    unicode: bool = True,
) -> list[str]:
    """Lines over the epochs, with a line of legend on top."""
    palette = COLOR_BLIND if color else MONOCHROME
    drawn = curves(lines, palette, width, height + 1, title=name, unicode=unicode)
    return [colored(line) if color else line.plain.rstrip() for line in drawn]


def colored(line: Text) -> str:
    """The line with escape codes; charts give every run of cells one style."""
    parts, at = [], 0
    for span in line.spans:
        parts.append(line.plain[at : span.start])
        text = line.plain[span.start : span.end]
        parts.append(span.style.render(text) if isinstance(span.style, Style) else text)
        at = span.end
    return "".join([*parts, line.plain[at:]]).rstrip()
