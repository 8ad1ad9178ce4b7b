"""A trained network for use elsewhere: weights, ONNX, or a readable program.

Importing this package loads nothing heavy; each name below does when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuidl.export.exporting import Exported, export, prove
    from tuidl.export.formats import FORMATS

FORMAT_NAMES = ("safetensors", "onnx", "numpy", "torch")
"""The names in ``FORMATS``, for lists that need nothing else."""

_HOMES = {
    "Exported": "tuidl.export.exporting",
    "export": "tuidl.export.exporting",
    "prove": "tuidl.export.exporting",
    "FORMATS": "tuidl.export.formats",
}

__all__ = ["FORMATS", "FORMAT_NAMES", "Exported", "export", "prove"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tuidl.export' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
