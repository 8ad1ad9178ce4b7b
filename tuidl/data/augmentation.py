"""Examples that training sees a little changed: what a preset may ask for."""

from typing import Annotated, Literal

from msgspec import Meta

from tuidl.core.config import Config
from tuidl.core.errors import PresetError
from tuidl.data.spec import ExampleSpec

PICTURE = 3
"""Dimensions of one."""


class Augment(Config, frozen=True):
    """Changes by chance, another one in each epoch, of training examples alone.

    Pictures: ``flip`` mirrors half of them; ``shift`` moves them by up to so many pixels along both
    axes, with the border's pixels repeated; ``crop`` takes a window of at least this share of their
    sides and scales it to their size. A mask of classes moves with its picture. Any inputs:
    ``noise`` adds normal numbers of this deviation, after scaling.
    """

    flip: Literal["horizontal", "vertical", "both"] | None = None
    shift: Annotated[int, Meta(ge=0, le=1024)] = 0
    crop: Annotated[float, Meta(gt=0, le=1)] = 1.0
    noise: Annotated[float, Meta(ge=0, le=1000)] = 0.0

    @property
    def moves(self) -> bool:
        """Whether pixels come from other places."""
        return bool(self.flip or self.shift or self.crop < 1)

    def check(self, spec: ExampleSpec) -> None:
        """Raises PresetError where such changes make no sense for examples of ``spec``."""
        key = "flip" if self.flip else "shift" if self.shift else "crop"
        if spec.inputs:
            raise PresetError("data.augment", "the data has several inputs; expected one")
        if self.moves and len(spec.shape) != PICTURE:
            shape = " x ".join(map(str, spec.shape))
            problem = f"is for pictures (height x width x channels), the inputs are {shape}"
            raise PresetError(f"data.augment.{key}", f"{problem}; 'noise' is for any numbers")
        if self.moves and spec.target_shape and not spec.is_mask:
            problem = "would move inputs and not the targets, which have places too"
            raise PresetError(f"data.augment.{key}", problem)
