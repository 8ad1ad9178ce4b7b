"""What a run says: frozen records that turn into one line of JSON each.

The names and keys are a contract; keys may be added. A value that is not finite is written as
null, as JSON has no NaN; a score that is null is NaN again when it is read.
"""

from typing import Any, TypeVar

import msgspec

from tuidl.core.decoding import decoded, printable_in
from tuidl.core.printable import printable_json
from tuidl.protocol import landscapes, moments
from tuidl.protocol.baseline import Baseline as Baseline
from tuidl.protocol.compiling import Compiled as Compiled
from tuidl.protocol.compiling import Compiling as Compiling
from tuidl.protocol.event import Event as Event
from tuidl.protocol.frame import Frame as Frame
from tuidl.protocol.probes import AnyAnswer
from tuidl.protocol.scores import Scores as Scores
from tuidl.protocol.scores import finite as finite
from tuidl.protocol.scores import restore
from tuidl.protocol.talk import Loading as Loading
from tuidl.protocol.talk import Notice as Notice
from tuidl.protocol.talk import Refused as Refused
from tuidl.protocol.usage import Usage as Usage

MOST_CONFUSED = 256
"""Classes up to which the confusion matrix stands in events; a larger one could not be read."""
LONGEST_KEPT = 1_000_000
"""Bytes of an event that is kept, as a line of a log or in a summary. Every writer keeps to it, and
every reader takes lines of that length."""
LONGEST_LINE = 1 << 26
"""Bytes of a line between the engine process and the screen. Older versions kept events as long."""
LONGEST_TEXT = 4000
Table = list[list[int]]
"""Confusion matrix: how often each true class (row) was given each class (column)."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """``step`` steps of ``epoch`` are done."""

    epoch: int
    step: int
    fold: int | None = None


class RunStarted(Event, frozen=True, tag="run_started"):
    """First event of every run, and of every time that it goes on: from the place ``resumed``.

    What was said of later places before that no longer counts, live edits aside: see ``edits``.
    ``device``: the GPU's name. ``baseline``: what scores are held against; None where that is not
    known, or differs from fold to fold. ``objectives``: losses that take turns.
    """

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
    resumed: Place | None = None
    device: str = ""
    baseline: Baseline | None = None
    objectives: int = 1


class Progress(Event, frozen=True, tag="progress"):
    """Somewhere within an epoch; at most about 20 a second."""

    epoch: int
    step: int
    steps: int
    loss: float
    examples_per_second: float
    learning_rate: float
    fold: int | None = None


class EpochEnded(Event, frozen=True, tag="epoch_ended"):
    """``train`` is the mean over the epoch's steps, while the parameters moved.

    ``learning_rate`` and ``gradient_norms``, the length of each layer's gradient, are those of the
    epoch's last step; ``confusion`` is of the validation part.
    """

    epoch: int
    seconds: float
    train: Scores
    validation: Scores | None
    learning_rate: float
    gradient_norms: Scores
    confusion: Table | None = None
    fold: int | None = None

    def __post_init__(self) -> None:
        restore(self.train, self.validation, self.gradient_norms)


class FoldEnded(Event, frozen=True, tag="fold_ended"):
    """One of the trainings of a cross-validation is over."""

    fold: int
    folds: int
    epochs: int
    train: Scores | None
    validation: Scores | None
    test: Scores | None

    def __post_init__(self) -> None:
        restore(self.train, self.validation, self.test)


class RunEnded(Event, frozen=True, tag="run_ended"):
    """``reason``: completed, stopped_early, interrupted or terminated; of a trial that its sweep
    gave up, its folder says pruned.

    ``best_epoch``: the epoch that the parameters were set back to, by the score ``best_by``.
    ``confusion``: of the test part, else of the validation part. Of a cross-validation, scores are
    means over its ``folds``, ``spread`` is the standard deviation of the validation scores, and the
    weights are the last fold's. ``classes``: the names of the confusion matrix's rows and columns;
    ``positive``: of two the one that precision, recall and F1 are of.
    """

    reason: str
    epochs: int
    seconds: float
    train: Scores | None
    validation: Scores | None
    test: Scores | None
    weights_sha256: str
    best_epoch: int | None = None
    best_by: str = ""
    confusion: Table | None = None
    folds: int | None = None
    spread: Scores | None = None
    classes: tuple[str, ...] = ()
    positive: str = ""
    baseline: Baseline | None = None

    def __post_init__(self) -> None:
        restore(self.train, self.validation, self.test, self.spread)


class RunFailed(Event, frozen=True, tag="run_failed"):
    """``where``: epoch, step and layer. ``gradient_norms``: of that step, null if not finite;
    ``learning_rate``: in that step. ``resume``: how a command calls the run, where it was stopped
    by something outside of it and can go on from its last checkpoint. ``advice``: what is likely to
    help, where that is not a lower learning rate."""

    error: str
    where: dict[str, int | str]
    gradient_norms: dict[str, float | None] = msgspec.field(default_factory=dict)
    learning_rate: float | None = None
    resume: str = ""
    advice: str = ""


class Saved(Event, frozen=True, tag="saved"):
    """A checkpoint was written: the run could go on from this place."""

    epoch: int
    step: int
    fold: int | None = None


class Paused(Event, frozen=True, tag="paused"):
    """The run waits, after ``step`` steps of ``epoch``; ``loss`` is that of the last one."""

    epoch: int
    step: int
    steps: int
    loss: float | None


class Resumed(Event, frozen=True, tag="resumed"):
    """The run goes on."""


class Edited(Event, frozen=True, tag="edited"):
    """A value was changed while training went on.

    ``number``: counted from 1 over the run; the same edit keeps it. ``again``: made again by a run
    that went back, whose log has it already. ``supersedes``: edits of later places that were made
    before no longer count. Of the key ``preset`` the value is how many parameters there are now,
    ``preset`` the whole preset as TOML, and ``kept`` says what became of what was learned.
    """

    epoch: int
    step: int
    key: str
    value: float
    preset: str = ""
    kept: str = ""
    fold: int | None = None
    number: int | None = None
    again: bool = False
    supersedes: bool = False


class Alert(Event, frozen=True, tag="alert"):
    """A rule of the preset's ``[alerts]`` that was kept until now is broken, after ``step`` steps
    of ``epoch``; said again only after it was kept in between. In short epochs, which are looked at
    some at a time, it is found later than that."""

    rule: str
    text: str
    epoch: int
    step: int
    fold: int | None = None

    @property
    def in_words(self) -> str:
        """``alert at epoch 7, plateau: ...``"""
        fold = f"fold {self.fold}, " if self.fold else ""
        return f"alert at {fold}epoch {self.epoch}, {self.rule}: {self.text}"


class ProbeAnswer(Event, frozen=True, tag="probe_answer"):
    """What a probe asked for, or why it cannot be had; ``epoch`` and ``step`` say when,
    ``seconds`` what it took."""

    id: int
    kind: str
    epoch: int
    step: int
    answer: AnyAnswer | None = None
    error: str | None = None
    seconds: float = 0.0


AnEvent = TypeVar("AnEvent", bound=Event)
AnyEvent = (
    RunStarted
    | Compiling
    | Compiled
    | Progress
    | EpochEnded
    | FoldEnded
    | RunEnded
    | RunFailed
    | Saved
    | Paused
    | Resumed
    | Edited
    | Alert
    | Usage
    | ProbeAnswer
    | Frame
    | moments.Moment
    | moments.MomentsCompared
    | moments.Forked
    | landscapes.LandscapeBegun
    | landscapes.LandscapePart
    | Loading
    | Refused
    | Notice
)


def bounded(event: AnEvent, longest: int = LONGEST_KEPT) -> AnEvent:
    """The event without what makes it longer than ``longest`` bytes as JSON: first its table or
    its answer, then its gradients, then the end of its texts."""
    size = len(msgspec.json.encode(event))
    if size > longest and isinstance(event, ProbeAnswer):
        error = f"an answer of {size:,} bytes, too long to be shown"
        return msgspec.structs.replace(event, answer=None, error=error)
    for name in ("confusion", "gradient_norms", "error", "text"):
        if size <= longest:
            break
        if (value := getattr(event, name, None)) is not None:
            event = msgspec.structs.replace(event, **{name: _less_of(value)})
            size = len(msgspec.json.encode(event))
    return event


def _less_of(value: Any) -> Any:
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    return {} if isinstance(value, dict) else None


def to_json(event: Event) -> str:
    """One line, without its end, which a terminal can show."""
    try:
        text = msgspec.json.encode(event)
    except UnicodeEncodeError:  # half a character, of a file's name that is not UTF-8
        text = msgspec.json.encode(printable_in(msgspec.to_builtins(event)))
    return printable_json(text.decode())


def from_json(line: str | bytes) -> Event:
    """``to_json`` undone, with texts that can be shown. Raises msgspec.MsgspecError."""
    event: Event = decoded(line, AnyEvent)
    return event
