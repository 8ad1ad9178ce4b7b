"""How far compiling is: kernels differ in cost, by the size of what is compiled."""

from collections.abc import Sequence

from tuidl.backends.base import Compiling
from tuidl.kernels.ahead import LOOP, code_size, helpers_for

FIXED = 600
"""What every kernel costs besides its own code, in bytes of code."""
LOOP_SIZE = 5000
"""What the loop costs, in bytes of code."""
SECONDS_PER_BYTE = 2.5e-4
"""On one core; what was compiled already corrects it."""


class CompileWork:
    """``left``: the names that are not compiled yet."""

    def __init__(self, names: Sequence[str]) -> None:
        self._sizes = {name: _size(name) for name in names}
        self._total = max(sum(self._sizes.values()), 1)
        self._seconds = self._total * SECONDS_PER_BYTE / (1 + helpers_for(len(names)))
        self.left = set(names)

    def done(self, name: str) -> None:
        self.left.discard(name)

    def step(self, done: int, total: int, name: str, finished: Sequence[str] = ()) -> Compiling:
        """``name`` is next; ``finished``: by helper processes."""
        left = sum(self._sizes[one] for one in self.left.difference(finished))
        return Compiling(
            done,
            total,
            name,
            share=1.0 - left / self._total,
            next_share=self._sizes.get(name, 0) / self._total,
            seconds=self._seconds,
        )


def _size(name: str) -> int:
    return LOOP_SIZE if name == LOOP else FIXED + code_size(name)
