"""Two networks on the same examples."""

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.judging.judged import Judged
from tuidl.judging.pairs import chance_of_no_difference, mcnemar
from tuidl.judging.records import Comparison, Difference, McNemar
from tuidl.judging.resampling import interval
from tuidl.judging.scoring import known
from tuidl.judging.subject import Subject


def require_same(first: Subject, second: Subject, other: str) -> None:
    """Raises DataError where two subjects are not the same examples in the same order."""
    same = len(first) == len(second) and np.allclose(first.y, second.y, rtol=1e-5, atol=1e-8)
    if same and first.origin is not None and second.origin is not None:
        same = first.origin.names == second.origin.names
    if not same:
        raise DataError(
            f"{other}: its held-out examples are others, so the two cannot be compared on them; "
            "name a file that neither was trained on"
        )


def flat(values: dict[str, Array], names: tuple[str, ...], axis: int) -> dict[str, Array]:
    """Scores of classes taken apart: "recall of cat". ``axis``: that of the classes."""
    found = {}
    for name, part in values.items():
        if part.ndim <= axis:
            found[name] = part
            continue
        for i, label in enumerate(names):
            found[f"{name} of {label}"] = np.take(part, i, axis=axis)
    return found


def compared(
    other: str,
    pair: tuple[Judged, Judged],
    points: tuple[dict[str, Array], dict[str, Array]],
    drawn: tuple[dict[str, Array], dict[str, Array]],
) -> Comparison:
    """``points`` and ``drawn``: the scores of both, and those in the same resamples."""
    first, second = pair
    if (first.kind, first.names) != (second.kind, second.names):
        raise DataError(f"{other}: it predicts something else: {', '.join(second.names[:20])}")
    test = None
    if first.right is not None and second.right is not None:
        test = McNemar(*mcnemar(first.right, second.right))
    ours, theirs = (flat(part, first.names, 0) for part in points)
    draws = [flat(part, first.names, 1) for part in drawn]
    differences = tuple(
        _difference(name, ours[name], theirs[name], draws) for name in ours if name in theirs
    )
    return Comparison(other, test, differences)


def _difference(
    name: str, first: Array, second: Array, draws: list[dict[str, Array]]
) -> Difference:
    """Of one score (): first minus second, with interval and p-value by both networks' scores
    (times,) in the same resamples; none where it was not resampled."""
    value = float(first) - float(second)
    if name not in draws[0] or name not in draws[1]:
        return Difference(name, known(float(first)), known(float(second)), known(value),
                          None, None, None)  # fmt: skip
    differences = draws[0][name] - draws[1][name]
    low, high = interval(differences) or (None, None)
    p = known(chance_of_no_difference(differences))
    return Difference(name, known(float(first)), known(float(second)), known(value), low, high, p)
