"""Using a trained network: what it says of the user's own pictures, tables and arrays.

Importing this package loads nothing heavy; each name below does when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuidl.inference.predictions import Predictions, predict_file
    from tuidl.inference.preprocessing import Preparation

_HOMES = {
    "Predictions": "tuidl.inference.predictions",
    "predict_file": "tuidl.inference.predictions",
    "Preparation": "tuidl.inference.preprocessing",
}

__all__ = ["Predictions", "Preparation", "predict_file"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tuidl.inference' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
