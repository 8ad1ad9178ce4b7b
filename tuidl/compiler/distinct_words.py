"""A softmax over what is computed of one word alone: equal words of a batch are done once.

Words come up by a power law, so that a batch of some hundred has half as many different ones. An
embedding, a dense layer and its cross entropy read the list of these; what goes back is the sum
over a word's examples. Only layers computed by tiles are done so: the list is the whole batch's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from tuidl.compiler.uses import uses_of
from tuidl.ir.buffers import Batch, Buffer, Region, View
from tuidl.ir.instructions import PART, Instruction

FORWARD, LOSS = "dense_tile", "softmax_cross_entropy"
WEIGHTS, BIAS, INPUT = (
    "dense_weight_gradient_tile",
    "bias_gradient_tile",
    "dense_input_gradient_tile",
)
TABLE = ("embedding_gradient", "embedding_gradient_rows")
COUNTED = "_counted"


class _Run(NamedTuple):
    """Numbers of the instructions that are done for each word; the last three may be missing."""

    embedding: int
    forward: int
    loss: int
    backward: tuple[int, ...]
    table: int


def fuse_equal_words(instructions: Sequence[Instruction]) -> tuple[Instruction, ...]:
    """The same instructions, by words where they can be. Sums are added up in another order."""
    fused = list(instructions)
    for number, instruction in enumerate(instructions):
        if instruction.kernel == LOSS and (run := _run_of(instructions, number)):
            return tuple(_by_words(fused, run))
    return tuple(fused)


def _run_of(instructions: Sequence[Instruction], loss: int) -> _Run | None:
    """What belongs to a loss, if nothing else reads any of it."""
    logits, label, d_logits, _ = instructions[loss].operands
    forward, *others = uses_of(instructions, logits.buffer)
    if others != [loss] or instructions[forward].kernel != FORWARD:
        return None
    vectors, *_ = instructions[forward].operands
    embedding, *readers = uses_of(instructions, vectors.buffer)
    _, *backward = uses_of(instructions, d_logits.buffer)
    kernels = {instructions[n].kernel: n for n in backward}
    if len(kernels) != len(backward) or not {WEIGHTS, INPUT} <= set(kernels) <= {
        WEIGHTS, BIAS, INPUT
    }:  # fmt: skip
        return None
    d_vectors = instructions[kernels[INPUT]].operands[2]
    ends = [n for n in uses_of(instructions, d_vectors.buffer) if n != kernels[INPUT]]
    if readers != [forward, kernels[WEIGHTS]] or len(ends) != 1:
        return None
    run = _Run(embedding, forward, loss, tuple(backward), ends[0])
    return run if _fits(instructions, run, vectors, label) else None


def _fits(instructions: Sequence[Instruction], run: _Run, vectors: View, label: View) -> bool:
    """Whether the vectors are an embedding's of one word each, and the gradient is its table's."""
    embedding, table = instructions[run.embedding], instructions[run.table]
    if embedding.kernel != "embedding" or table.kernel not in TABLE:
        return False
    words, _, found = embedding.operands
    rows = (words.shape, vectors.shape[:1], label.shape)
    return found == vectors and table.operands[0] == words and rows == ((Batch(),),) * 3


def _by_words(instructions: list[Instruction], run: _Run) -> Iterator[Instruction]:
    """The instructions, and two more: what lists the words, and the sum of their losses."""
    embedding, loss = instructions[run.embedding], instructions[run.loss]
    words, table, vectors = embedding.operands
    node, (rows, _) = embedding.node, table.shape
    each, ends, order, losses = (
        Buffer(f"{node}.{name}", Region.WORKSPACE, (Batch(),)).view
        for name in ("words", "ends", "order", "losses")
    )
    count, places = (
        Buffer(f"{node}.{name}", Region.SHARED, (size,)).view
        for name, size in (("count", 1), ("word_places", rows))
    )
    logits, label, d_logits, statistics = loss.operands
    for n, one in enumerate(instructions):
        if n == run.embedding:
            listed = (words, count, each, ends, order, places)
            yield _tiled(embedding, "distinct_words", *listed)
            yield replace(embedding, operands=(each, table, vectors))
        elif n == run.loss:
            read = (count, logits, label, ends, order, d_logits, losses)
            yield _tiled(loss, LOSS + COUNTED, *read)
            summed = (losses, statistics)
            yield replace(loss, kernel="sum_weights", operands=summed, options={"lane": 0})
        elif n == run.forward or n in run.backward:
            yield _tiled(one, one.kernel + COUNTED, count, *one.operands)
        elif n == run.table:
            yield replace(one, operands=(each, *one.operands[1:]))
        else:
            yield one


def _tiled(instruction: Instruction, kernel: str, *operands: View) -> Instruction:
    options = {**instruction.options, **PART}
    return replace(instruction, kernel=kernel, operands=operands, options=options, tiled=True)
