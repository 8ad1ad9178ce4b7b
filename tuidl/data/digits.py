"""The 1,797 handwritten digits of the UCI repository (8 x 8 pixels), which scikit-learn ships."""

from typing import TYPE_CHECKING, Any

from tuidl.data.bundled import bundled
from tuidl.data.examples import Examples
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_source import SplitSource

if TYPE_CHECKING:
    import numpy as np

BRIGHTEST = 16.0
COUNT = 1797


class Digits(SplitSource, frozen=True, tag="digits"):
    """Grey images of the digits 0 to 9, pixels scaled to [0, 1]."""

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(8, 8, 1), outputs=10, classes=tuple("0123456789"))

    def count(self) -> int:
        return COUNT

    def load(self) -> Examples:
        import numpy as np

        table = _table()
        x = (table[:, :64] / BRIGHTEST).astype(np.float32).reshape(-1, 8, 8, 1)
        return Examples(x, table[:, 64:].astype(np.float32))


def _table() -> "np.ndarray[Any, Any]":
    """(1797, 65): 64 pixels and the digit."""
    import numpy as np

    if file := bundled("digits.csv.gz"):
        return np.loadtxt(file, delimiter=",", dtype=np.float32)
    from sklearn.datasets import load_digits

    data = load_digits()
    return np.column_stack([data.data, data.target])
