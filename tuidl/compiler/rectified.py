"""ReLU behind a batch normalization, done by that: a pass over the answers less forward, and one
less backward, where what was made 0 is found out by the input again.

By the same operations in the same order, so the same bits.
"""

from collections.abc import Sequence
from dataclasses import replace

from tuidl.compiler.uses import uses_of, writes
from tuidl.ir.instructions import Instruction

NORMALIZATION, SUMS = "batch_normalization", "batch_normalization_sums"
GRADIENTS = (SUMS, "batch_normalization_input_gradient")
ANSWERS, MEAN = 7, 8
"""Operands of the normalization."""
SLOPES, MEAN_OF_GRADIENT = 1, 4
"""Operands of its gradients."""


def rectify(instructions: Sequence[Instruction]) -> tuple[Instruction, ...]:
    """The same instructions in the same order, without ReLU and its gradient where a batch
    normalization does both."""
    steps: dict[int, Instruction] = dict(enumerate(instructions))
    for number, step in enumerate(instructions):
        if step.kernel != NORMALIZATION:
            continue
        uses = uses_of(instructions, step.operands[ANSWERS].buffer)
        behind = uses[uses.index(number) + 1 :]
        if not behind or not _is_relu(instructions[behind[0]], step):
            continue
        gradients = _gradients_of(instructions, step)
        back = _gradient_of_relu(instructions, behind, gradients)
        if back is None and gradients:
            continue
        for other in (number, *gradients):
            steps[other] = replace(steps[other], options={**steps[other].options, "rectified": 1})
        for gone in (behind[0], back):
            if gone is not None:
                del steps[gone]
    return tuple(steps.values())


def _is_relu(step: Instruction, normalization: Instruction) -> bool:
    answers = normalization.operands[ANSWERS].flat
    return step.kernel == "relu" and step.operands == (answers,)


def _gradients_of(instructions: Sequence[Instruction], normalization: Instruction) -> list[int]:
    """The numbers of the gradients of this normalization: none where nothing before it learns."""
    mean = normalization.operands[MEAN].buffer
    return [
        n
        for n in uses_of(instructions, mean)
        if instructions[n].kernel in GRADIENTS
        and instructions[n].operands[MEAN_OF_GRADIENT].buffer is mean
    ]


def _gradient_of_relu(
    instructions: Sequence[Instruction], behind: Sequence[int], gradients: Sequence[int]
) -> int | None:
    """The number of ReLU's gradient, where all that follows it are those of the normalization.

    ``behind``: what has to do with the answers from ReLU on.
    """
    answers = instructions[behind[0]].operands[0]
    for number in behind[1:]:
        step = instructions[number]
        if step.kernel == "relu_gradient" and step.operands[0] == answers:
            slopes = step.operands[1]
            after = [n for n in uses_of(instructions, slopes.buffer) if n >= number]
            is_whole = all(instructions[n].operands[SLOPES].flat == slopes for n in gradients)
            return number if after == [number, *gradients] and is_whole else None
        if writes(step, answers.buffer):
            return None
    return None
