"""Held-out pictures with a class and a box."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.judging.boxes import Boxes
from tuidl.judging.judged import boxes_of
from tuidl.protocol.picture_answers import BoxedPicture
from tuidl.protocol.picture_answers import Boxes as Answer
from tuidl.tasks.detection import Detection
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import answers_of, brief, held_out, inputs, numbers, task_in

MOST_LOOKED_AT = 512
"""Held-out pictures whose mean overlap is said."""
MOST_PIXELS = 120_000
"""Numbers of pictures that are sent."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` pictures; ``worst_first``: those with the least overlap of the ones looked at."""

    count: Annotated[int, Meta(ge=1, le=256)] = 24
    worst_first: bool = False


def boxes(state: TrainState, options: Options) -> Answer:
    """The true and the predicted box of some held-out pictures, with their classes. Raises
    DataError where the answers are none."""
    task = task_in(state)
    if not isinstance(task, Detection):
        raise DataError("boxes: the network does not answer with a class and a box")
    part, feed = held_out(state)
    some = slice(0, min(MOST_LOOKED_AT, len(feed)))
    x = inputs(state, feed, some)
    found: Boxes = boxes_of(answers_of(state, x), task.targets(feed.y[some]))
    order = np.arange(len(x))
    if options.worst_first:
        order = np.argsort(found.overlaps, kind="stable")
    most = max(MOST_PIXELS // x[0].size, 1)
    return Answer(
        part=part,
        shape=task.spec.shape,
        classes=task.names,
        examples=tuple(
            BoxedPicture(
                number=i,
                x=brief(x[i].reshape(-1)),
                true=int(found.true[i]),
                given=int(found.chosen[i]),
                true_box=numbers(found.true_boxes[i]),
                box=numbers(found.boxes[i]),
                overlap=numbers(found.overlaps[i]),
            )
            for i in order[: min(options.count, most)].tolist()
        ),
        overlap=numbers(found.overlaps.mean()),
        wrong=int((found.chosen != found.true).sum()),
        looked_at=len(x),
        total=len(feed),
    )
