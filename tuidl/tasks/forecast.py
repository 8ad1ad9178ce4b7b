"""The next value of a series from those before it."""

from tuidl.tasks.base import Picture
from tuidl.tasks.regression import Regression

FORECAST = Picture(
    "forecast",
    "series: predicted, and left alone",
    "the held-out end of the series",
)


class Forecast(Regression):
    """Regression whose examples follow each other: a prediction can be the next input."""

    @property
    def probes(self) -> tuple[str, ...]:
        return "forecast", "values"

    @property
    def picture(self) -> Picture:
        return FORECAST
