"""The loss by learning rate, from a range test."""

import math

from rich.text import Text

from tuidl.charts.palette import Palette
from tuidl.charts.scatter import Path, Points, scatter
from tuidl.protocol.rate_curve import RateCurve, highest_shown

X_NAME = "rate, as a power of ten"


def rate_chart(
    curve: RateCurve, palette: Palette, width: int, height: int, *, unicode: bool = True
) -> list[Text]:
    """The losses as points, their running mean as a line, the suggested rate as an upright one.
    Losses far above that of the start are left out, as they would hide all others."""
    highest = highest_shown(curve)
    shown = [
        (math.log10(rate), loss, mean)
        for rate, loss, mean in zip(curve.rates, curve.losses, curve.smooth, strict=True)
        if loss <= highest and mean <= highest
    ]
    xs, losses, means = ([row[i] for row in shown] for i in range(3))
    paths = [Path("mean", xs, means, "train")]
    if curve.suggested is not None and losses:
        at = math.log10(curve.suggested)
        paths.append(Path("suggested", [at, at], [min(losses), max(losses)], "accent"))
    points = Points("loss of a batch", xs, losses, "muted", marked=False)
    return scatter([points], palette, width, height, paths=paths, x_name=X_NAME, unicode=unicode)
