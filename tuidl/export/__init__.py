"""A trained network for use elsewhere: weights, ONNX, or a readable program."""

from tuidl.export.exporting import Exported, export, prove
from tuidl.export.formats import FORMATS

__all__ = ["FORMATS", "Exported", "export", "prove"]
