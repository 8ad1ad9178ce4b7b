"""Codes of two numbers, and what the decoder makes of any code, while the network trains."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.compiler.codes import code_of
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.model.model import Model
from tuidl.protocol.picture_answers import DecodedCode, LatentPlane
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import brief, held_out, inputs, numbers, task_in
from tuidl.worker.probes.halves import HalfName, half

Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` held-out examples as points, and the code at the ``cursor``."""

    count: Annotated[int, Meta(ge=1, le=5000)] = 500
    cursor: tuple[Coordinate, Coordinate] = (0.0, 0.0)


class CodeOptions(msgspec.Struct, forbid_unknown_fields=True):
    """The code at the ``cursor``."""

    cursor: tuple[Coordinate, Coordinate] = (0.0, 0.0)


def latent_plane(state: TrainState, options: Options) -> LatentPlane:
    """``points`` of held-out examples, and what the code at the cursor decodes to."""
    encoder = _half(state, "encoder")
    part, feed = held_out(state)
    count = min(options.count, len(feed))
    codes = encoder.predict(inputs(state, feed, slice(0, count)))
    task = task_in(state)
    labels = None if feed.labels is None else feed.labels[:count].astype(int).tolist()
    return LatentPlane(
        part=part,
        shape=task.spec.shape,
        labels=task.spec.labels,
        points=numbers(codes),
        classes=labels or [],
        cursor=options.cursor,
        decoded=_decoded(state, options.cursor),
    )


def decoded_code(state: TrainState, options: CodeOptions) -> DecodedCode:
    """What the code at the cursor decodes to."""
    return DecodedCode(
        shape=task_in(state).spec.shape,
        cursor=options.cursor,
        decoded=_decoded(state, options.cursor),
    )


def _decoded(state: TrainState, cursor: tuple[float, float]) -> list[float | None]:
    decoder = _half(state, "decoder")
    answer: Array = decoder.predict(np.array([cursor], np.float64))
    is_closed = state.program.graph.answering.is_closed
    return brief(task_in(state).decode(answer, is_closed).reshape(-1))


def _half(state: TrainState, name: HalfName) -> Model:
    """The encoder or decoder of now. Raises DataError where codes are not two numbers."""
    graph = state.program.graph
    code = code_of(state.preset)
    if code is None or graph.shape_of(graph.outputs[code]) != (2,):
        raise DataError("a plane of codes needs a code of two numbers")
    return half(state, name)
