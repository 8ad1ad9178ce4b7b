"""An embedding whose vectors are only averaged: the means are taken of the table's rows at once.

Forward, an example's vectors are not written; backward, its words share one gradient, and all the
equal copies of that are neither written nor read.
"""

from collections.abc import Sequence
from dataclasses import replace

from tuidl.compiler.uses import uses_of
from tuidl.ir.buffers import Batch, View
from tuidl.ir.instructions import Instruction

POOL, EMBEDDING = "average_pool2d", "embedding"
GRADIENTS = {
    "embedding_gradient": "embedding_average_gradient",
    "embedding_gradient_rows": "embedding_average_gradient_rows",
}


def fuse_averages(instructions: Sequence[Instruction]) -> tuple[Instruction, ...]:
    """The same instructions, with an average and an embedding as one where they belong together."""
    fused: list[Instruction | None] = list(instructions)
    for number, instruction in enumerate(instructions):
        if instruction.kernel == POOL:
            _fuse_forward(fused, instructions, number)
        elif instruction.kernel == f"{POOL}_gradient":
            _fuse_backward(fused, instructions, number)
    return tuple(instruction for instruction in fused if instruction is not None)


def _fuse_forward(
    fused: list[Instruction | None], instructions: Sequence[Instruction], number: int
) -> None:
    pool = instructions[number]
    vectors, means = pool.operands
    uses = uses_of(instructions, vectors.buffer)
    if not _is_global(pool, vectors, means) or [instructions[n].kernel for n in uses] != [
        EMBEDDING,
        POOL,
    ]:
        return
    words, table, found = instructions[uses[0]].operands
    if found.flat != vectors.flat:
        return
    operands = (_by_example(words, vectors), table, _rows(means))
    fused[uses[0]] = None
    fused[number] = replace(pool, kernel="embedding_average", operands=operands, options={})


def _fuse_backward(
    fused: list[Instruction | None], instructions: Sequence[Instruction], number: int
) -> None:
    pool = instructions[number]
    d_means, d_vectors = pool.operands
    uses = uses_of(instructions, d_vectors.buffer)
    if not _is_global(pool, d_vectors, d_means) or len(uses) != 2 or uses[0] != number:
        return
    gradient = instructions[uses[1]]
    between = range(number + 1, uses[1])
    if gradient.kernel not in GRADIENTS or gradient.operands[1].flat != d_vectors.flat:
        return
    if any(n in between for n in uses_of(instructions, d_means.buffer)):
        return
    words, _, *others = gradient.operands
    operands = (_by_example(words, d_vectors), _rows(d_means), *others)
    fused[number] = None
    fused[uses[1]] = replace(gradient, kernel=GRADIENTS[gradient.kernel], operands=operands)


def _is_global(pool: Instruction, image: View, means: View) -> bool:
    """Whether there is one window, of the whole image."""
    options, (_, height, width, _), (_, down, across, _) = pool.options, image.shape, means.shape
    is_whole = options["size_y"] == height and options["size_x"] == width
    return is_whole and (down, across) == (1, 1) and not options["top"] and not options["left"]


def _by_example(words: View, vectors: View) -> View:
    _, height, width, _ = vectors.shape
    assert isinstance(height, int)
    assert isinstance(width, int)
    return words.reshape(Batch(), height * width)


def _rows(means: View) -> View:
    return means.reshape(means.shape[0], means.shape[-1])
