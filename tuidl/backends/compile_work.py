"""How far compiling is: kernels differ in cost, by the size of what is compiled."""

from collections.abc import Sequence

from tuidl.backends.base import Compiling
from tuidl.kernels.ahead import helpers_for
from tuidl.kernels.callees import callees, code_size

FIXED = 600
"""What every kernel costs besides its own code, in bytes of code."""
AGAIN = 3
"""A function that another kernel called before costs LLVM's part, about a third."""
SECONDS_PER_BYTE = 1e-4
"""On one core; what was compiled already corrects it."""


class CompileWork:
    """``left``: the names that are not compiled yet."""

    def __init__(self, names: Sequence[str]) -> None:
        self._sizes = _sizes_of(names)
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


def _sizes_of(names: Sequence[str]) -> dict[str, int]:
    """Bytes of code to compile, the longest first: what a longer one has called counts less."""
    seen: set[object] = set()
    found = {}
    for name in sorted(names, key=code_size, reverse=True):
        sizes = callees(name).sizes
        found[name] = FIXED + sum(
            size // AGAIN if one in seen else size for one, size in sizes.items()
        )
        seen |= sizes.keys()
    return found
