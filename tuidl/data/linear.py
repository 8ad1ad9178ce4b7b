"""Points around a straight line."""

from typing import Annotated

from msgspec import Meta

from tuidl.config import NotNegative
from tuidl.data.dataset import Examples, ExampleSpec, SplitSource

Points = Annotated[int, Meta(ge=2, le=10_000_000)]


class Linear(SplitSource, frozen=True, tag="linear"):
    """y = slope x + intercept + noise N(0, 1), for ``points`` even steps of x on [-1, 1]."""

    points: Points = 100
    slope: float = 2.0
    intercept: float = 1.0
    noise: NotNegative = 0.33

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(1,), outputs=1)

    def count(self) -> int:
        return self.points

    def load(self) -> Examples:
        import numpy as np

        random = np.random.Generator(np.random.Philox(key=self.seed))
        x = np.linspace(-1.0, 1.0, self.points)[:, None]
        y = self.slope * x + self.intercept + self.noise * random.standard_normal(x.shape)
        return Examples(x.astype(np.float32), y.astype(np.float32))
