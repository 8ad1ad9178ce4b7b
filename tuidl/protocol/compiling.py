"""Kernels that are compiled before a run's first step."""

from tuidl.protocol.event import Event


class Compiling(Event, frozen=True, tag="compiling"):
    """A kernel is compiled that this machine has not compiled before: ``done`` of ``total``.

    ``share``: of all the work of compiling that is done, ``next_share``: of this kernel, as kernels
    differ in cost; ``seconds_left``: until all is done, None where that cannot be said.
    """

    done: int
    total: int
    kernel: str
    share: float = 0.0
    next_share: float = 0.0
    seconds_left: float | None = None


class Compiled(Event, frozen=True, tag="compiled"):
    """All kernels are ready. ``cached``: they were compiled by an earlier run."""

    seconds: float
    cached: bool
