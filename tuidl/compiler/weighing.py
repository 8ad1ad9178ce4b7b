"""Which losses weigh their answers, and where the weights stand: behind the targets, in their rows.

A weight is that of the example (``data.weight``), times that of its class
(``loss.class_weights``), times the mask. Only the loss reads it; metrics count every example alike.
"""

from dataclasses import replace

from tuidl.compiler.nodes import Head, Target
from tuidl.core.errors import PresetError
from tuidl.data.spec import ExampleSpec
from tuidl.nn.layers.base import ShapeError

WEIGHT = "data.weight"


def with_weights(
    objectives: tuple[Target, ...], spec: ExampleSpec, *, of_examples: bool
) -> tuple[Target, ...]:
    """The objectives, with a place for the weights of each loss that has some.

    ``of_examples``: whether every example has a weight of its own. Raises PresetError where a
    loss cannot weigh its answers, or no loss can.
    """
    start, weighed = spec.target_width, []
    for i, objective in enumerate(objectives):
        heads = []
        for j, head in enumerate(objective.heads):
            key = f"objectives[{i}].losses[{j}].loss" if head.name or objective.name else "loss"
            if _weighs(head, key, of_examples=of_examples):
                head = replace(head, weights=start)
                start += head.spec.rows
            heads.append(head)
        weighed.append(replace(objective, heads=tuple(heads)))
    if of_examples and start == spec.target_width:
        raise PresetError(WEIGHT, "no loss is held against targets of the data")
    return tuple(weighed)


def weighed_width(heads: tuple[Head, ...], spec: ExampleSpec) -> int:
    """Numbers in a row of targets and weights."""
    return spec.target_width + sum(head.spec.rows for head in heads if head.weights is not None)


def class_weights_of(head: Head) -> "str | dict[str, float] | None":
    """What the head's loss says of classes."""
    found: str | dict[str, float] | None = getattr(head.loss, "class_weights", None)
    return found


def _weighs(head: Head, key: str, *, of_examples: bool) -> bool:
    """Raises PresetError."""
    if head.constant is not None:
        if class_weights_of(head) is not None:
            raise PresetError(f"{key}.class_weights", "its target is one number, not classes")
        return False
    try:
        head.loss.check_weights(head.spec)
    except ShapeError as error:
        raise PresetError(f"{key}.class_weights", str(error)) from None
    if of_examples and not head.loss.knows_weights:
        raise PresetError(WEIGHT, f"{head.loss.kind()!r} cannot weigh single examples")
    return of_examples or class_weights_of(head) is not None
