"""Where the way back starts: what a loss hands to one output of the network."""

from dataclasses import dataclass, replace

import numpy as np

from tuidl.compiler.nodes import Head
from tuidl.core.lazy import Array
from tuidl.tasks.base import Task
from tuidl.tasks.choice import task_for
from tuidl.training.chain.replica import Replica


@dataclass(frozen=True)
class LossEnd:
    """A loss of ``kind`` at one output: ``predicted`` against ``target``, where both are known.

    ``rule``: how the ``gradient`` follows from them, ``difference``, ``double``, ``sign`` or
    ``bounded``, divided by ``answers``; held against the gradient, empty where it is not so simple.
    ``closing``: the activation that belongs to the loss. ``weight``: of the loss among several.
    """

    kind: str
    closing: str
    gradient: float
    predicted: float | None = None
    target: float | None = None
    rule: str = ""
    answers: int = 1
    weight: float = 1.0


def loss_end(replica: Replica, head: Head, at: int, gradient: float) -> LossEnd:
    """At element ``at`` (flat) of the output that the head reads."""
    task = replace(task_for(head.spec, head.loss), start=head.start)
    end = LossEnd(head.loss.kind(), task.closing, gradient, weight=head.weight)
    outputs = replica.output(replica.nodes[head.node].name).reshape(replica.examples, -1)
    shape = (replica.examples, *replica.graph.shape_of(head.node))
    predicted = np.asarray(task.close(outputs.reshape(shape)), np.float64).reshape(-1)
    targets = _targets(replica, head, shape, task)
    if targets is None or targets.size != predicted.size:
        return end
    p, y = float(predicted[at]), float(targets.reshape(-1)[at])
    is_by_rows = end.kind in ("cross_entropy", "categorical_cross_entropy")
    each = predicted.size // replica.examples // (shape[-1] if is_by_rows else 1)
    answers = each * replica.memory.batch
    rules = {"difference": p - y, "double": 2 * (p - y), "sign": float(np.sign(p - y))}
    if (delta := getattr(head.loss, "delta", None)) is not None:
        rules = {"difference": p - y, "bounded": float(np.clip(p - y, -delta, delta))}
    for divisor in (answers, replica.memory.batch):  # a mean over all, or a sum in each example
        for rule, value in rules.items():
            expected = head.weight * value / divisor
            if abs(expected - gradient) <= 1e-9 * max(abs(expected), abs(gradient)) + 1e-15:
                return LossEnd(end.kind, end.closing, gradient, p, y, rule, divisor, head.weight)
    return LossEnd(end.kind, end.closing, gradient, p, y, "", answers, head.weight)


def _targets(replica: Replica, head: Head, shape: tuple[int, ...], task: Task) -> Array | None:
    """A number to hold every output against; labels become shares of classes."""
    if head.constant is not None:
        return np.full(shape, head.constant)
    if head.drawn is not None:
        return replica.output(replica.graph.name_of(head.drawn)).reshape(shape)
    own = task.targets(replica.y.reshape(replica.examples, -1))
    outputs, classes = int(np.prod(shape)), shape[-1]
    if own.size == outputs:
        shares = own.reshape(shape)
    elif own.size * classes == outputs:
        shares = np.eye(classes)[own.reshape(-1).astype(np.int64)]
    else:
        return None
    smoothing = float(getattr(head.loss, "label_smoothing", 0.0))
    return shares * (1 - smoothing) + smoothing / (2 if task.closing == "sigmoid" else classes)
