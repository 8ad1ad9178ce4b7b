"""Held-out pictures with a class for each pixel."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.judging.places import Places
from tuidl.protocol.picture_answers import MaskedPicture, Masks
from tuidl.tasks.segmentation import Segmentation
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import answers_of, brief, held_out, inputs, numbers, task_in

MOST_LOOKED_AT = 256
"""Held-out pictures whose mean overlap is said."""
MOST_NUMBERS = 4_000_000
"""Scores of all pixels that are looked at."""
MOST_PIXELS = 60_000
"""Pixels that are sent."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` pictures; ``worst_first``: those with the least overlap of the ones looked at."""

    count: Annotated[int, Meta(ge=1, le=128)] = 12
    worst_first: bool = False


def masks(state: TrainState, options: Options) -> Masks:
    """The true and the given mask of some held-out pictures, and how far they overlap. Raises
    DataError where the targets are no classes of pixels."""
    task = task_in(state)
    if not isinstance(task, Segmentation):
        raise DataError("masks: the targets are no class for each pixel of a picture")
    part, feed = held_out(state)
    size = task.spec.rows
    room = max(MOST_NUMBERS // (size * len(task.names)), 1)
    some = slice(0, min(MOST_LOOKED_AT, room, len(feed)))
    x, y = inputs(state, feed, some), feed.y[some]
    shares = answers_of(state, x).reshape(len(x), size, -1)
    true, counted = task.targets(y).astype(int), task.counts(y)
    found = Places(shares, true, counted)
    given = found.chosen if counted is None else np.where(counted, found.chosen, -1)
    worst = np.argsort(np.nan_to_num(found.overlaps, nan=np.inf), kind="stable")
    order = worst if options.worst_first else np.arange(len(x))
    return Masks(
        part=part,
        shape=task.spec.shape,
        classes=task.names,
        examples=tuple(
            MaskedPicture(
                number=i,
                x=brief(x[i].reshape(-1)),
                true=true[i].tolist(),
                given=given[i].tolist(),
                overlap=numbers(found.overlaps[i]),
            )
            for i in order[: min(options.count, max(MOST_PIXELS // size, 1))].tolist()
        ),
        overlap=numbers(found.scores(np.ones((1, len(x))))["overlap_macro"][0]),
        looked_at=len(x),
        total=len(feed),
    )
