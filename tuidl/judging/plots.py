"""Curves and residuals of a judgement as text, by the charts that the playground has too."""

from collections.abc import Iterator

from rich.text import Text

from tuidl.charts.palette import COLOR_BLIND, MONOCHROME, Palette
from tuidl.charts.report import colored
from tuidl.charts.scatter import Path, Points, scatter
from tuidl.judging.records import Judgement, Residuals

HEIGHT = 15
MOST_LINES = 6
"""Curves in one chart."""
MOST_PLOTTED = 3
"""Outputs whose residuals are plotted."""


def plots(
    judgement: Judgement, width: int, *, color: bool = False, unicode: bool = True
) -> Iterator[tuple[str, list[str]]]:
    """A title, and lines of text, for each chart."""
    palette = COLOR_BLIND if color else MONOCHROME
    for title, drawn in _charts(judgement, palette, width, unicode):
        yield title, [colored(line) if color else line.plain.rstrip() for line in drawn]


def _charts(
    judgement: Judgement, palette: Palette, width: int, unicode: bool
) -> Iterator[tuple[str, list[Text]]]:
    shown = judgement.curves[:MOST_LINES]
    more = len(judgement.curves) - len(shown)
    rest = f" ({more} more classes with --json)" if more else ""
    if shown:
        roc = [_path(i, c.name, c.false_positive_rate, c.recall) for i, c in enumerate(shown, 1)]
        yield (
            f"ROC curve: recall (up) by false positive rate{rest}",
            scatter([], palette, width, HEIGHT, paths=roc, x_name="false positive rate",
                    unicode=unicode),
        )  # fmt: skip
        curves = [_path(i, c.name, c.recall, c.precision) for i, c in enumerate(shown, 1)]
        yield (
            f"Precision (up) by recall{rest}",
            scatter([], palette, width, HEIGHT, paths=curves, x_name="recall", unicode=unicode),
        )
    if judgement.calibration is not None:
        yield _calibration(judgement, palette, width, unicode)
    for residuals in judgement.residuals[:MOST_PLOTTED]:
        yield _residuals(residuals, palette, width, unicode)


def _path(i: int, name: str, x: tuple[float, ...], y: tuple[float, ...]) -> Path:
    return Path(name, x, y, f"series {i}")


def _calibration(
    judgement: Judgement, palette: Palette, width: int, unicode: bool
) -> tuple[str, list[Text]]:
    assert judgement.calibration is not None
    bins = [(b.said, b.happened) for b in judgement.calibration.bins if b.said is not None]
    x, y = ([point[i] or 0.0 for point in bins] for i in (0, 1))
    paths = [Path("as said", (0.0, 1.0), (0.0, 1.0), "muted"), Path("happened", x, y, "series 1")]
    lines = scatter([], palette, width, HEIGHT, paths=paths, x_name="probability", unicode=unicode)
    return "Calibration: how often it happened (up) by the probability that was said", lines


def _residuals(
    residuals: Residuals, palette: Palette, width: int, unicode: bool
) -> tuple[str, list[Text]]:
    points = Points("examples", residuals.predicted, residuals.residual, marked=False)
    ends = (min(residuals.predicted), max(residuals.predicted))
    zero = Path("no error", ends, (0.0, 0.0), "muted")
    lines = scatter(
        [points], palette, width, HEIGHT, paths=[zero], x_name=f"predicted {residuals.output}",
        unicode=unicode,
    )  # fmt: skip
    some = "" if residuals.complete else f" ({len(residuals.predicted):,} at random)"
    return f"Residuals of {residuals.output} (true - predicted, up) by prediction{some}", lines
