"""Curves and residuals of a judgement as text, by the charts that the playground has too."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from tuidl.charts.palette import COLOR_BLIND, MONOCHROME, Palette
from tuidl.charts.report import colored
from tuidl.charts.scatter import Path, Points, scatter
from tuidl.judging.records import Calibration, Judgement, Residuals

HEIGHT = 15
MOST_LINES = 6
"""Curves in one chart."""
MOST_PLOTTED = 3
"""Outputs whose residuals are plotted."""


Draw = Callable[[Palette, int, int, bool], list[Text]]
"""Palette, width, height, Unicode -> lines."""


@dataclass(frozen=True)
class Plot:
    """``topic``: that of the section beside which it belongs."""

    topic: str
    title: str
    draw: Draw


def plots(
    judgement: Judgement, width: int, *, color: bool = False, unicode: bool = True
) -> Iterator[tuple[str, list[str]]]:
    """A title, and lines of text, for each chart."""
    palette = COLOR_BLIND if color else MONOCHROME
    for plot in plots_of(judgement):
        drawn = plot.draw(palette, width, HEIGHT, unicode)
        yield plot.title, [colored(line) if color else line.plain.rstrip() for line in drawn]


def plots_of(judgement: Judgement) -> Iterator[Plot]:
    """All charts that there is something for."""
    shown = judgement.curves[:MOST_LINES]
    more = len(judgement.curves) - len(shown)
    rest = f" ({more} more classes with --json)" if more else ""
    if shown:
        roc = [_path(i, c.name, c.false_positive_rate, c.recall) for i, c in enumerate(shown, 1)]
        title = f"ROC curve: recall (up) by false positive rate{rest}"
        yield Plot("curves", title, _lines(roc, "false positive rate"))
        curves = [_path(i, c.name, c.recall, c.precision) for i, c in enumerate(shown, 1)]
        yield Plot("curves", f"Precision (up) by recall{rest}", _lines(curves, "recall"))
    if judgement.calibration is not None:
        yield _calibration(judgement.calibration)
    for residuals in judgement.residuals[:MOST_PLOTTED]:
        yield _residuals(residuals)


def _lines(paths: Sequence[Path], x_name: str, points: Sequence[Points] = ()) -> Draw:
    def draw(palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        return scatter(points, palette, width, height, paths=paths, x_name=x_name, unicode=unicode)

    return draw


def _path(i: int, name: str, x: tuple[float, ...], y: tuple[float, ...]) -> Path:
    return Path(name, x, y, f"series {i}")


def _calibration(calibration: Calibration) -> Plot:
    bins = [(b.said, b.happened) for b in calibration.bins if b.said is not None]
    x, y = ([point[i] or 0.0 for point in bins] for i in (0, 1))
    paths = [Path("as said", (0.0, 1.0), (0.0, 1.0), "muted"), Path("happened", x, y, "series 1")]
    title = "Calibration: how often it happened (up) by the probability that was said"
    return Plot("calibration", title, _lines(paths, "probability"))


def _residuals(residuals: Residuals) -> Plot:
    points = Points("examples", residuals.predicted, residuals.residual, marked=False)
    ends = (min(residuals.predicted), max(residuals.predicted))
    zero = Path("no error", ends, (0.0, 0.0), "muted")
    some = "" if residuals.complete else f" ({len(residuals.predicted):,} at random)"
    title = f"Residuals of {residuals.output} (true - predicted, up) by prediction{some}"
    return Plot("residuals", title, _lines([zero], f"predicted {residuals.output}", [points]))
