"""What a network is at a moment, and two moments side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.core.lazy import Array
from tuidl.protocol.events import Scores, finite
from tuidl.protocol.moments import Compared, LayerChange, Moment, Standing
from tuidl.tasks.choice import task_of
from tuidl.training.evaluation import evaluate
from tuidl.training.interruption import Interrupter
from tuidl.training.scores import scores_of
from tuidl.training.state import TrainState


@dataclass(frozen=True)
class Look:
    """``classes``: the class that each example of the part is put into, where there are any."""

    standing: Standing
    parameters: Mapping[str, Array]
    classes: Array | None


def held_out_part(state: TrainState) -> tuple[str, ArrayDataset]:
    """The part that scores are of: validation, else test, else what is trained on."""
    for name in ("validation", "test"):
        if len(state.held_out[name]):
            return name, state.held_out[name]
    return "train", state.train_feed


def look(state: TrainState, moment: Moment) -> Look:
    """All that is compared of a moment, in memory of its own."""
    part, feed = held_out_part(state)
    with state.model.lock.hold():
        scores = evaluate(state.model, feed, Interrupter()).scores or {}
        parameters = state.model.parameters.copy()
        classes = _classes(state, feed)
    train, seen = _train_so_far(state)
    standing = Standing(
        moment=moment,
        part=part,
        examples=len(feed),
        scores=finite(scores),
        train=finite(train),
        seen=seen,
        weights_sha256=state.model.weights_sha256,
    )
    return Look(standing, parameters, classes)


def compared(first: Look, second: Look) -> Compared:
    """How the network of one moment differs from that of another of the same run."""
    changed = None
    if first.classes is not None and second.classes is not None:
        changed = int((first.classes != second.classes).sum())
    return Compared(
        first=first.standing,
        second=second.standing,
        layers=tuple(_changes(first.parameters, second.parameters)),
        changed=changed,
    )


def _train_so_far(state: TrainState) -> tuple[Scores, int]:
    """Means over the epoch so far, and over how many examples."""
    progress, batch = state.progress, state.batches.batch
    seen = min(progress.step * batch, len(state.train_feed))
    if not seen:
        return {}, 0
    if progress.step == state.steps:
        return scores_of(state.program, progress.totals, state.train_feed), seen
    part = ArrayDataset(
        state.train_feed.x[:seen], state.train_feed.y[:seen], np.arange(seen, dtype=np.int64)
    )
    return {"loss": scores_of(state.program, progress.totals, part)["loss"]}, seen


def _classes(state: TrainState, feed: ArrayDataset) -> Array | None:
    graph = state.program.graph
    task = task_of(state.preset)
    own = {data.name for data in graph.inputs if not data.noise}
    fits = graph.answering is graph and own.issuperset(data.name for data in graph.inputs)
    if not fits:
        return None
    outputs = state.model.predict(feed.x.reshape(-1, *graph.answering.spec.shape))
    return task.chosen(task.decode(outputs, graph.answering.is_closed))


def _changes(first: Mapping[str, Array], second: Mapping[str, Array]) -> list[LayerChange]:
    sums: dict[str, list[float]] = {}
    for name, before in first.items():
        layer = name.rpartition(".")[0]
        a, b = np.asarray(before, np.float64), np.asarray(second[name], np.float64)
        own = sums.setdefault(layer, [0.0, 0.0, 0.0])
        for i, values in enumerate((a, b, b - a)):
            own[i] += float((values**2).sum())
    return [
        LayerChange(layer=layer, first=a**0.5, second=b**0.5, difference=d**0.5)
        for layer, (a, b, d) in sums.items()
    ]
