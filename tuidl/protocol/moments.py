"""What a network was at a step of its run, and how it differs from what it was at another."""

from tuidl.protocol.event import Event
from tuidl.protocol.probes import Number, Record


class Moment(Event, frozen=True, tag="moment"):
    """The network is looked at as it was after ``updates`` steps of the run, ``step`` of ``steps``
    of ``epoch``; where ``is_present``, as it is where the run stands, and the run can go on.

    ``origin``: the step from which the others were computed again, in ``seconds``.
    ``learning_rate``: of the last step done.
    """

    epoch: int
    step: int
    steps: int
    updates: int
    origin: int
    seconds: float
    learning_rate: float
    is_present: bool = False


class Standing(Record, frozen=True):
    """The network at a ``moment``, over all ``examples`` of a ``part``.

    ``scores``: loss and metrics of that part; ``train``: means over the ``seen`` examples of the
    epoch so far, while the parameters moved, empty before its first step.
    """

    moment: Moment
    part: str
    examples: int
    scores: dict[str, Number]
    train: dict[str, Number]
    seen: int
    weights_sha256: str


class LayerChange(Record, frozen=True):
    """Lengths of a layer's parameters at both moments, and of their difference."""

    layer: str
    first: float
    second: float
    difference: float

    @property
    def share(self) -> float | None:
        """Of the first length; None where that is 0."""
        return self.difference / self.first if self.first else None


class Compared(Record, frozen=True):
    """Two moments of one run. ``changed``: how many examples of the part the network puts into
    another class; None where it puts none into a class."""

    first: Standing
    second: Standing
    layers: tuple[LayerChange, ...]
    changed: int | None


class MomentsCompared(Event, frozen=True, tag="moments_compared"):
    """The answer to a ``compare``."""

    compared: Compared


class Forked(Event, frozen=True, tag="forked"):
    """Another run was made from the ``moment`` that is seen; it waits in ``folder``."""

    folder: str
    run: str
    origin: str
    moment: Moment
