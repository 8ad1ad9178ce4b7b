"""The 1,797 handwritten digits of the UCI repository (8 x 8 pixels), which scikit-learn ships."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuidl.data.dataset import Examples, ExampleSpec, SplitSource
from tuidl.errors import DataError

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
    """(1797, 65): 64 pixels and the digit.

    The file is read from where scikit-learn keeps it, as importing scikit-learn takes a second;
    should it move one day, the public loader still knows.
    """
    import numpy as np

    package = find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise DataError("the digits come with scikit-learn, which is missing: pip install tuidl")
    file = Path(package.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
    if file.is_file():
        return np.loadtxt(file, delimiter=",", dtype=np.float32)
    from sklearn.datasets import load_digits

    data = load_digits()
    return np.column_stack([data.data, data.target])
