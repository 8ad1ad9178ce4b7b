"""One moment of a run: what a screen draws everything from."""

from tuidl.protocol.event import Event


class Frame(Event, frozen=True, tag="frame"):
    """The end of the answers to a ``look``: where the run stands, all of one moment.

    ``step`` steps of ``epoch`` are done; ``loss`` is that of the last one, on its batch, and
    ``learning_rate`` what its rate would be now: an edit counts at once. ``seconds``: of training
    so far, without pauses, by the engine's clock; ``step_seconds``: of a step lately;
    ``evaluation_seconds``: of the last evaluation of the validation part. ``pace``: steps a second
    that the run is slowed down to. ``weights_of``: the epoch that the parameters were set back to.
    ``cost``: seconds that the answers took. ``updates``: steps of the
    run; ``is_past``: it is a moment of the past that is looked at.
    """

    id: int
    epoch: int
    step: int
    steps: int
    fold: int | None = None
    loss: float | None = None
    learning_rate: float | None = None
    examples_per_second: float | None = None
    seconds: float = 0.0
    step_seconds: float | None = None
    evaluation_seconds: float | None = None
    pace: float | None = None
    weights_of: int | None = None
    cost: float = 0.0
    updates: int = 0
    is_past: bool = False
