"""Points around a straight line."""

from typing import Annotated

from msgspec import Meta

from tuidl.core.config import NotNegative
from tuidl.data.examples import Examples
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_source import SplitSource

Points = Annotated[int, Meta(ge=2, le=10_000_000)]


class Linear(SplitSource, frozen=True, tag="linear"):
    """y = slope x + intercept + noise N(0, 1), for ``points`` even steps of x on [-1, 1].

    ``ones``: each input is (1, x), so that weights alone can hold the intercept.
    """

    points: Points = 100
    slope: float = 2.0
    intercept: float = 1.0
    noise: NotNegative = 0.33
    ones: bool = False

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(2,) if self.ones else (1,), outputs=1)

    def count(self) -> int:
        return self.points

    def load(self) -> Examples:
        import numpy as np

        random = np.random.Generator(np.random.Philox(key=self.seed))
        x = np.linspace(-1.0, 1.0, self.points)[:, None]
        y = self.slope * x + self.intercept + self.noise * random.standard_normal(x.shape)
        if self.ones:
            x = np.column_stack([np.ones(self.points), x])
        return Examples(x.astype(np.float32), y.astype(np.float32))
