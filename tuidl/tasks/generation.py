"""Outputs that no target is held against, such as those of a generator."""

from typing import ClassVar

from tuidl.tasks.base import VALUES, JudgedAs, Picture, Task

POINTS = Picture(
    "generated",
    "real and generated points",
    "real and generated points, the discriminator and the generator's grid",
    {"points": 200, "columns": 40, "rows": 24, "lines": 0},
    {"points": 300, "columns": 96, "rows": 48, "lines": 13},
)
PICTURES = Picture(
    "generated_pictures",
    "generated pictures",
    "generated pictures, and real ones",
    {"pictures": 40},
    {"pictures": 100},
)


STEPS_BACK = Picture(
    "diffused",
    "points walked back from noise",
    "steps back from noise to points",
    {"points": 200, "frames": 2, "columns": 0, "rows": 0},
    {"points": 200, "frames": 26, "columns": 13, "rows": 9},
)


class Generation(Task):
    """Numbers; nothing says which would be right. ``spec.shape``: of the data's examples, which
    are what is to be imitated."""

    judged_as: ClassVar[JudgedAs] = "nothing"

    @property
    def probes(self) -> tuple[str, ...]:
        return {2: ("generated",), 3: ("generated_pictures",)}.get(self._kind, ())

    @property
    def picture(self) -> Picture:
        return {2: POINTS, 3: PICTURES}.get(self._kind, VALUES)

    @property
    def _kind(self) -> int:
        """2 for points in the plane, 3 for pictures, 0 for anything else."""
        shape = self.spec.shape
        return 2 if shape == (2,) else 3 if len(shape) == 3 else 0


class Diffusion(Generation):
    """Numbers that say which noise is in an example: by that examples are made in many steps."""

    @property
    def probes(self) -> tuple[str, ...]:
        return ("diffused",) if self._kind == 2 else super().probes

    @property
    def picture(self) -> Picture:
        return STEPS_BACK if self._kind == 2 else super().picture
