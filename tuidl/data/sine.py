"""Windows of a noisy sine."""

from typing import Annotated, ClassVar

from msgspec import Meta

from tuidl.core.config import NotNegative, Positive
from tuidl.data.examples import Examples
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_source import SplitSource

Points = Annotated[int, Meta(ge=8, le=10_000_000)]
Window = Annotated[int, Meta(ge=1, le=100_000)]


class Sine(SplitSource, frozen=True, tag="sine"):
    """``window`` values of sin(2 pi t / period) + noise N(0, 1); the target is the next value.

    The noise of the target cannot be foreseen: no prediction has a mean square error under
    ``noise``**2.
    """

    points: Points = 2_000
    window: Window = 32
    period: Positive = 25.0
    noise: NotNegative = 0.1

    in_time: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.window >= self.points:
            raise ValueError(f"window: {self.window} values of a series of {self.points} points")

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(self.window, 1), outputs=1)

    def count(self) -> int:
        return self.points - self.window

    def load(self) -> Examples:
        import numpy as np

        random = np.random.Generator(np.random.Philox(key=self.seed))
        time = np.arange(self.points)
        series = np.sin(2.0 * np.pi * time / self.period)
        series += self.noise * random.standard_normal(self.points)
        windows = np.lib.stride_tricks.sliding_window_view(series[:-1], self.window)
        x = windows[:, :, None].astype(np.float32)
        return Examples(x, series[self.window :, None].astype(np.float32))
