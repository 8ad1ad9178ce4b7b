"""Several targets side by side, each with a loss of its own."""

from typing import TYPE_CHECKING, ClassVar

from tuidl.core.lazy import Array
from tuidl.tasks.base import JudgedAs, Task

if TYPE_CHECKING:
    import numpy as np


class Combined(Task):
    """Rows of targets hold several; what each of the outputs means is asked of its own task."""

    judged_as: ClassVar[JudgedAs] = "nothing"

    def target_problem(self, targets: Array) -> str:
        import numpy as np

        start = 0
        for field in self.spec.targets:
            part, known = targets[:, start : start + field.width], range(len(field.classes))
            if field.classes and not np.isin(part, known).all():
                return f"{field.name}: expected classes from 0 to {known[-1]}"
            start += field.width
        return ""

    def random_targets(self, random: "np.random.Generator", count: int) -> Array:
        import numpy as np

        parts = [
            random.integers(0, len(field.classes), (count, field.width)).astype(float)
            if field.classes
            else np.abs(random.normal(size=(count, field.width)))
            for field in self.spec.targets
        ]
        return np.concatenate(parts, axis=1)
