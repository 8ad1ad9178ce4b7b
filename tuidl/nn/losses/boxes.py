"""Losses of boxes: x and y of the middle, width and height."""

from typing import ClassVar

from tuidl.data.spec import ExampleSpec
from tuidl.nn.layers.base import Shape, ShapeError, describe
from tuidl.nn.losses.regression import Compared

NUMBERS = 4
"""Of a box."""


class GeneralizedIou(Compared, frozen=True, tag="giou"):
    """1 - generalised IoU of boxes (x, y, width, height): how little they overlap, and where they
    do not, how far they are apart (Rezatofighi et al., 2019)."""

    kernel: ClassVar[str] = "generalized_iou"

    def check(self, shape: Shape, spec: ExampleSpec) -> None:
        wanted = self.answer_shape(spec)
        if not spec.classes and wanted[-1] != NUMBERS:
            problem = "is of boxes, whose targets have four numbers (x, y, width, height)"
            raise ShapeError(f"{problem}; these are {describe(wanted)}")
        super().check(shape, spec)
