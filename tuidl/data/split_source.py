"""Sources that are one heap of examples."""

from tuidl.core.config import Fraction
from tuidl.data.dataset import Source


class SplitSource(Source, frozen=True):
    """Base of sources that are one heap of examples, with fractions held out of it."""

    validation: Fraction = 0.2
    test: Fraction = 0.0

    def fractions(self) -> tuple[float, float]:
        return self.validation, self.test
