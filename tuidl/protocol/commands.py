"""Commands to a run: frozen records, one line of JSON each. The counterpart of ``events``."""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tuidl.protocol.landscapes import PlaneKind

LEARNING_RATE = "optimizer.learning_rate"
"""What can change while training goes on, of a preset with one objective."""


EPOCHS = "training.epochs"
"""What changes where a run is to train longer than its preset says."""
PRESET = "preset"
"""What changes where data, layers, loss or optimizer are others from then on."""


StepsPerSecond = Annotated[float, Meta(gt=0, le=1e9)]
MOST_INSERTED = 1000
"""Steps of one objective out of turn, in one edit."""


def editable_rate(objective: str) -> str:
    """The key of an objective's learning rate: ``objectives.NAME.optimizer.learning_rate``."""
    return f"objectives.{objective}.{LEARNING_RATE}" if objective else LEARNING_RATE


LARGEST_WEIGHT = 1e6
"""That one weight can be set to."""
WEIGHT = re.compile(r"weights\.([^\[\]]+)\[(\d{1,12})\]")


def weight_key(parameter: str, place: int) -> str:
    """The key of one weight: ``weights.LAYER.PARAMETER[PLACE]``, its place in the flat tensor."""
    return f"weights.{parameter}[{place}]"


def weight_of(key: str) -> tuple[str, int] | None:
    """The parameter and the place that such a key names; None for other keys."""
    found = WEIGHT.fullmatch(key)
    return None if found is None else (found[1], int(found[2]))


def steps_key(objective: str) -> str:
    """The key of steps of an objective out of turn: ``objectives.NAME.steps``."""
    return f"objectives.{objective}.steps"


def edit_in_words(key: str, value: float) -> str:
    """``rate 0.001``, ``critic rate 0.001`` where it is one objective's of several, ``2 steps of
    critic`` out of turn, ``50 epochs`` where a run was made longer, ``changed`` where the preset
    was, ``dense_1.bias[2] 0.5`` where one weight was."""
    if key == PRESET:
        return "changed"
    if (weight := weight_of(key)) is not None:
        return f"{weight[0]}[{weight[1]}] {value:g}"
    if key == EPOCHS:
        return f"{value:g} epochs"
    parts = key.split(".")
    if len(parts) == 3 and parts[0] == "objectives" and parts[2] == "steps":
        return f"{value:g} step{'s' * (value != 1)} of {parts[1]}"
    is_named = parts[0] == "objectives" and len(parts) > 2
    return f"{parts[1]} rate {value:g}" if is_named else f"rate {value:g}"


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command"):
    """Base of all commands."""


class Load(Command, frozen=True, tag="load"):
    """Make ready to train ``preset`` (TOML text), which ends what was trained before.

    ``source`` names it in errors, ``folder`` is where its relative paths start. The run starts
    paused unless it says otherwise. ``run``: go on with what is kept in that folder instead, at
    another ``learning_rate`` if one is given. ``pace``: steps a second from the first step on,
    until a ``Pace`` says otherwise; None: as fast as it goes, or with ``watch`` at a pace that can
    be watched where the run is short. ``backend``: by default the cpu, or what that run began on.
    ``number``, if one is given, comes back in the first event that is of this run.
    """

    preset: str
    source: str = "preset"
    folder: str = "."
    backend: str | None = None
    threads: int | None = None
    paused: bool = True
    run: str | None = None
    learning_rate: float | None = None
    number: int | None = None
    watch: bool = False
    pace: StepsPerSecond | None = None


class Pause(Command, frozen=True, tag="pause"):
    """Stop after the step that is being done."""


class Resume(Command, frozen=True, tag="resume"):
    """Go on to the end."""


class Step(Command, frozen=True, tag="step"):
    """Do so many steps and pause."""

    count: Annotated[int, Meta(ge=1, le=1_000_000)] = 1


class Turn(Command, frozen=True, tag="turn"):
    """Do so many steps of one of several objectives now, out of turn, and pause; the turns go on
    behind them. It is a live edit: it stands in the log, and a repetition makes it again."""

    objective: str
    count: Annotated[int, Meta(ge=1, le=MOST_INSERTED)] = 1


class Epoch(Command, frozen=True, tag="epoch"):
    """Go on to the end of the epoch and pause."""


class Pace(Command, frozen=True, tag="pace"):
    """Do no more than so many steps a second, so that eyes can follow; None: as fast as it goes."""

    steps_per_second: StepsPerSecond | None = None


class Set(Command, frozen=True, tag="set"):
    """Change a value while training goes on: ``optimizer.learning_rate``."""

    key: str
    value: float


class Scale(Command, frozen=True, tag="scale"):
    """Multiply a value while training goes on, whatever it is by then: keys pressed faster than
    the screen hears of their effect all count."""

    key: str
    factor: float


class Change(Command, frozen=True, tag="change"):
    """Go on with another ``preset`` (TOML text) from the next step on: other data, layers, loss,
    optimizer or batches, and what was learned is kept where it fits."""

    preset: str


class Probe(Command, frozen=True, tag="probe"):
    """Ask for something to look at; the answer carries the same ``id``."""

    id: int
    kind: str
    options: dict[str, Any] = {}


class Look(Command, frozen=True, tag="look"):
    """Ask for everything that a screen shows, of one moment: the answers to ``probes`` (kinds with
    their options), then a ``frame`` event with the same ``id``. The step they are of is in the
    log."""

    id: int
    probes: tuple[tuple[str, dict[str, Any]], ...] = ()


class GoTo(Command, frozen=True, tag="go_to"):
    """Look at the run as it was after ``updates`` of its steps; None: as it is. The run pauses. Any
    command that would train goes back to the present first."""

    updates: Annotated[int, Meta(ge=0)] | None = None


class Compare(Command, frozen=True, tag="compare"):
    """Compare two moments of the run, after so many steps each."""

    first: Annotated[int, Meta(ge=0)]
    second: Annotated[int, Meta(ge=0)]


class Fork(Command, frozen=True, tag="fork"):
    """Make another run from this step of the run on; it is not trained yet."""

    updates: Annotated[int, Meta(ge=0)]


class Survey(Command, frozen=True, tag="survey"):
    """Compute the loss on a plane through the weights, as they are seen now, between the steps of
    the run; None as ``plane`` ends the one that is being computed. ``against``: the folder of a
    second run."""

    number: int
    plane: PlaneKind | None = "path"
    points: Annotated[int, Meta(ge=3, le=401)] = 51
    seed: int = 0
    against: str | None = None


class Stop(Command, frozen=True, tag="stop"):
    """End the run here; its last event says so."""


class Quit(Command, frozen=True, tag="quit"):
    """End the process."""


AnyCommand = (
    Load | Pause | Resume | Step | Turn | Epoch | Pace | Set | Scale | Change | Probe | Look
    | GoTo | Compare | Fork | Survey | Stop | Quit
)  # fmt: skip


def to_json(command: Command) -> str:
    """One line, without its end."""
    return msgspec.json.encode(command).decode()


def from_json(line: str | bytes) -> Command:
    """``to_json`` undone. Raises msgspec.ValidationError, or DecodeError where it is no JSON."""
    command: Command = msgspec.json.decode(line, type=AnyCommand)
    return command
