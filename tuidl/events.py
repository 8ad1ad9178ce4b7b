"""What a run says: frozen records that turn into one line of JSON each.

The names and keys are a contract; keys may be added. A value that is not finite is written as
null, as JSON has no NaN.
"""

import msgspec

Scores = dict[str, float]
"""``loss`` and the preset's metrics."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """Base of all events."""


class RunStarted(Event, frozen=True, tag="run_started"):
    """First event of every run."""

    run: str
    preset: str
    seed: int
    backend: str
    threads: int
    shards: int
    parameters: int
    epochs: int
    batch_size: int
    examples: dict[str, int]


class Compiling(Event, frozen=True, tag="compiling"):
    """A kernel is compiled that this machine has not compiled before: ``done`` of ``total``."""

    done: int
    total: int
    kernel: str


class Compiled(Event, frozen=True, tag="compiled"):
    """All kernels are ready. ``cached``: they were compiled by an earlier run."""

    seconds: float
    cached: bool


class Progress(Event, frozen=True, tag="progress"):
    """Somewhere within an epoch; at most about 20 a second."""

    epoch: int
    step: int
    steps: int
    loss: float
    examples_per_second: float


class EpochEnded(Event, frozen=True, tag="epoch_ended"):
    """``train`` is the mean over the epoch's steps, while the parameters moved."""

    epoch: int
    seconds: float
    train: Scores
    validation: Scores | None


class RunEnded(Event, frozen=True, tag="run_ended"):
    """``reason``: completed, interrupted or terminated."""

    reason: str
    epochs: int
    seconds: float
    train: Scores | None
    validation: Scores | None
    test: Scores | None
    weights_sha256: str


class RunFailed(Event, frozen=True, tag="run_failed"):
    """``where``: epoch, step and layer."""

    error: str
    where: dict[str, int | str]


AnyEvent = RunStarted | Compiling | Compiled | Progress | EpochEnded | RunEnded | RunFailed


def to_json(event: Event) -> str:
    """One line, without its end."""
    return msgspec.json.encode(event).decode()


def from_json(line: str | bytes) -> Event:
    """``to_json`` undone. Raises msgspec.ValidationError."""
    event: Event = msgspec.json.decode(line, type=AnyEvent)
    return event
