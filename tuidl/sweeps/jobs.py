"""What the coordinator and a worker say to each other: a line of JSON each."""

import msgspec


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Train ``preset`` (TOML, whose relative paths start at ``folder``) in the run folder ``run``
    until ``epochs`` epochs are done: from its start, or from where the run was last saved."""

    preset: str
    folder: str
    run: str
    epochs: int
    threads: int


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """``error``: why the training did not come that far; ``is_outside``: for a reason that has
    nothing to do with the trial, as a full disk; ``is_stopped``: because it was asked to end. What
    was trained is in the run's folder."""

    error: str = ""
    is_outside: bool = False
    is_stopped: bool = False


class Reached(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """On the way: so many epochs of the run are done; at its beginning 0, also where it goes on."""

    epochs: int


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """The job's worker has died, ``how``; another one goes on with it."""

    how: str


Said = Answer | Reached | Lost
"""What becomes known of a job; after its answer nothing more."""

to_line = msgspec.json.Encoder().encode
to_job = msgspec.json.Decoder(Job).decode
to_said = msgspec.json.Decoder(Answer | Reached).decode
