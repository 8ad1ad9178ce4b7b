"""What a training takes of the machine."""

from tuidl.protocol.event import Event


class Usage(Event, frozen=True, tag="usage"):
    """Every few seconds and once before the end, after ``step`` of ``steps`` steps of ``epoch``.

    ``cores``: processor time of the process over the clock's, since the last such event; of
    trainings that are slowed down or wait it is small. ``memory``: bytes that the process has in
    memory. ``busy``: share of all cores that anything used since then; ``free``: bytes of memory
    that this process can still have. None where the system does not say.
    """

    epoch: int
    step: int
    steps: int
    cores: float
    memory: int | None = None
    busy: float | None = None
    free: int | None = None
    fold: int | None = None
