"""Held-out examples with a class at each step, pixel or other place."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.protocol.probes import Places, PlacesExample
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import answers_of, held_out, inputs, task_in

MOST_PLACES = 20_000


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` held-out examples."""

    count: Annotated[int, Meta(ge=1, le=256)] = 24


def places(state: TrainState, options: Options) -> Places:
    """The ``true`` and the ``given`` class of every place; ``given`` is -1 where it does not count.
    ``wrong`` of ``total`` places are mistakes. Raises DataError for other targets."""
    task = task_in(state)
    if "places" not in task.probes:
        raise DataError("places: the targets have no class for each step")
    part, feed = held_out(state)
    count = min(options.count, len(feed), max(MOST_PLACES // task.spec.rows, 1))
    some = slice(0, count)
    shares = answers_of(state, inputs(state, feed, some))
    given = shares.argmax(axis=-1).reshape(count, -1)
    true = task.targets(feed.y[some]).astype(int)
    counting = task.counts(feed.y[some])
    if counting is not None:
        given = np.where(counting, given, -1)
    return Places(
        part=part,
        shape=task.spec.target_shape or (),
        classes=task.names,
        wrong=int(((given != true) & (given >= 0)).sum()),
        total=int((given >= 0).sum()),
        examples=tuple(
            PlacesExample(number=i, true=true[i].tolist(), given=given[i].tolist())
            for i in range(count)
        ),
    )
