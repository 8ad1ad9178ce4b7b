"""Random operands that are changed where not any number will do: labels, states, lists of rows."""

from collections.abc import Callable

import numpy as np

from tests.kernels.case import Arrays


def positive(name: str) -> Callable[[Arrays], None]:
    """Numbers of an operand that are no less than 0."""

    def fix(arrays: Arrays) -> None:
        arrays[name][:] = np.abs(arrays[name])

    return fix


def shares(arrays: Arrays) -> None:
    """Steps from before the first to behind the last, both ends among them."""
    arrays["step"][:] = np.linspace(-0.25, 1.25, len(arrays["step"]))


def words(arrays: Arrays) -> None:
    """Numbers of rows, one used twice, and one that is no row's."""
    x, table = arrays["x"].reshape(-1), arrays.get("table", arrays.get("d_table"))
    x[:] = np.arange(len(x)) % len(table)
    if len(x) > 3:
        x[-2:] = [x[0], len(table)]


def numbered(arrays: Arrays) -> None:
    """Examples with numbers of their own, in two parts, behind two targets."""
    targets = arrays["targets"]
    targets[:, 2], targets[:, 3] = 65535 - np.arange(len(targets)), np.arange(len(targets)) * 7


def listed_words(arrays: Arrays) -> None:
    """Two lanes' lists of rows; the place of a row in a list may be another one's."""
    arrays["lists"][:] = 0
    arrays["lists"][0, :3] = 2, 4, 0
    arrays["lists"][1, :2] = 1, 1
    if "places" in arrays:
        words(arrays)
        arrays["d_table"][1:4] = 0
        arrays["places"][:] = np.arange(len(arrays["places"])) % 3
    if "accumulator" in arrays:
        np.abs(arrays["accumulator"], out=arrays["accumulator"])
    if "diary" in arrays:
        behind(arrays)
        arrays["seen"][[4, 0, 1]] = 5


def behind(arrays: Arrays) -> None:
    """Rows that have done some of five noted steps; some have nothing left to do in them."""
    arrays["diary"][:] = np.abs(arrays["diary"]) / 10
    arrays["diary"][:, 0] = 5
    arrays["seen"][:] = np.arange(len(arrays["seen"])) % 6
    np.abs(arrays["second"], out=arrays["second"])
    arrays["first"][2] = arrays["second"][1] = arrays["first"][1] = 0
    if "x" in arrays:
        words(arrays)
