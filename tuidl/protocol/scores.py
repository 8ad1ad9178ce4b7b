"""Scores by name, which JSON has as null where they are not finite."""

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Scores = dict[str, float]
    """``loss`` and the preset's metrics."""
else:  # what is read back may have null, which ``restore`` turns into NaN
    Scores = dict[str, float | None]


def finite(values: Scores) -> dict[str, float | None]:
    """Values as JSON has them: null where they are not finite."""
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def restore(*tables: dict[str, Any] | None) -> None:
    """Have NaN in these tables in the place of null: a score that is not finite stays one when it
    is read, as R² of a single example."""
    for table in tables:
        if table:
            table.update({name: math.nan for name, value in table.items() if value is None})
