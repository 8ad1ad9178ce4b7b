"""Pictures of circles, squares and triangles: which pixels are of which, or where the only one is.

Each picture is drawn from the source's seed and its own number alone, so that more pictures leave
those before as they are.
"""

from typing import Annotated, Literal

from msgspec import Meta

from tuidl.core.config import NotNegative
from tuidl.core.errors import PresetError
from tuidl.core.lazy import Array
from tuidl.data.examples import Examples
from tuidl.data.shape_drawing import KINDS, Canvas, drawn
from tuidl.data.spec import ExampleSpec, Field
from tuidl.data.split_source import SplitSource

BACKGROUND = "background"
USUAL_SHAPES = 3
PICTURE = 1 << 64
"""Numbers of the generator between two pictures: none draws as many."""


class DrawnShapes(SplitSource, frozen=True, tag="shapes"):
    """``pictures`` of ``size`` x ``size`` grey pixels from 0 to 1; ``noise``: its deviation.

    ``task``: "segmentation" has a class for each pixel and one shape to ``shapes`` (3) of them,
    "detection" one shape, whose class and box are the targets: x and y of its middle from the upper
    left corner, width and height, as shares of the picture.
    """

    task: Literal["segmentation", "detection"] = "segmentation"
    pictures: Annotated[int, Meta(ge=4, le=1_000_000)] = 1000
    size: Annotated[int, Meta(ge=16, le=256)] = 32
    shapes: Annotated[int, Meta(ge=1, le=8)] | None = None
    noise: NotNegative = 0.08

    def __post_init__(self) -> None:
        if self.task == "detection" and self.shapes not in (None, 1):
            raise ValueError(f"shapes: task 'detection' has one in a picture, got {self.shapes}")

    def check(self) -> None:
        super().check()
        if self.task == "detection" and self.augment is not None and self.augment.moves:
            raise PresetError("data.augment", "would move pictures and not their boxes")

    def spec(self) -> ExampleSpec:
        shape, names = (self.size, self.size, 1), KINDS
        if self.task == "detection":
            targets = (Field("shape", (), names), Field("box", (4,)))
            return ExampleSpec(shape, sum(field.width for field in targets), targets=targets)
        classes = (BACKGROUND, *names)
        return ExampleSpec(shape, len(classes), classes, target_shape=shape[:2])

    def count(self) -> int:
        return self.pictures

    def load(self) -> Examples:
        import numpy as np

        x = np.empty((self.pictures, self.size, self.size, 1), np.float32)
        y = np.empty((self.pictures, self.spec().target_width), np.float32)
        for number in range(self.pictures):
            counter = np.random.Philox(key=self.seed, counter=number * PICTURE)
            canvas = drawn(np.random.Generator(counter), self.size, self._most, self.noise)
            x[number, :, :, 0] = canvas.pixels
            y[number] = self._target(canvas)
        return Examples(x, y)

    @property
    def _most(self) -> int:
        """Shapes in a picture."""
        return 1 if self.task == "detection" else self.shapes or USUAL_SHAPES

    def _target(self, canvas: Canvas) -> Array:
        import numpy as np

        if self.task == "segmentation":
            return canvas.mask.ravel()
        return np.array([canvas.mask.max() - 1, *canvas.box])
