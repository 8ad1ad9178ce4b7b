"""What an autoencoder gives back."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.protocol.picture_answers import GivenBack, Reconstructions
from tuidl.tasks.reconstruction import Reconstruction, unit_of
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import answers_of, brief, held_out, inputs, numbers, task_in

MOST_LOOKED_AT = 256
"""Held-out examples whose mean loss is said."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` examples."""

    count: Annotated[int, Meta(ge=1, le=128)] = 12


def reconstructions(state: TrainState, options: Options) -> Reconstructions:
    """The first held-out examples, what comes back, and the loss of each. Raises DataError where
    the network does not give its inputs back."""
    task = task_in(state)
    if not isinstance(task, Reconstruction):
        raise DataError("reconstructions: the targets are not the inputs (data.targets)")
    part, feed = held_out(state)
    some = slice(0, min(max(options.count, MOST_LOOKED_AT), len(feed)))
    x, targets = inputs(state, feed, some), task.targets(feed.y[some])
    back = answers_of(state, x).reshape(len(x), -1)
    losses = task.losses(back, targets)
    labels = None if feed.labels is None else feed.labels[some].astype(int).tolist()
    return Reconstructions(
        part=part,
        shape=task.spec.shape,
        labels=task.spec.labels,
        examples=tuple(
            GivenBack(
                number=i,
                x=brief(x[i].reshape(-1)),
                back=brief(back[i]),
                label=labels[i] if labels else -1,
                loss=None if losses is None else numbers(losses[i]),
            )
            for i in range(min(options.count, len(x)))
        ),
        loss=None if losses is None else numbers(np.mean(losses, dtype=np.float64)),
        unit=unit_of(task),
        looked_at=len(x),
        total=len(feed),
    )
