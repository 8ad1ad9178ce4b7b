"""A dense layer of an embedding's vectors, of which there are fewer than positions: once a row.

Characters are some hundred, and a batch of sequences has thousands of them. So the rows of the
table are multiplied by the weights, and the positions read rows of that; backward, the gradients of
a character's positions are added up first. Recurrent layers begin with such a product.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from tuidl.compiler.uses import uses_of
from tuidl.ir.buffers import Batch, Buffer, Region, View
from tuidl.ir.instructions import Instruction

FEWER = 2
"""How many times as many positions as rows there are at least."""


class _Run(NamedTuple):
    """Numbers of the instructions that are done otherwise, -1 for what is not there."""

    embedding: int
    swap: int
    dense: int
    weights: int
    bias: int
    input: int
    swap_back: int
    table: int


def project_tables(instructions: Sequence[Instruction], examples: int) -> tuple[Instruction, ...]:
    """The same instructions, with dense layers of tables where a shard of so many ``examples`` has
    more positions. Sums are added up in another order."""
    found = tuple(instructions)
    for embedding in [i for i in instructions if i.kernel == "embedding"]:
        run = _run_of(found, found.index(embedding))
        if run and _is_worth_it(embedding, examples):
            found = tuple(_projected(found, run))
    return found


def _is_worth_it(embedding: Instruction, examples: int) -> bool:
    words, table, _ = embedding.operands
    (positions,), (rows, _) = words.shape, table.shape
    assert isinstance(positions, Batch)
    assert isinstance(rows, int)
    return positions.times * examples >= FEWER * rows


def _run_of(instructions: Sequence[Instruction], embedding: int) -> _Run | None:
    """What belongs to an embedding, if its vectors are read by one dense layer alone."""
    words, _, vectors = instructions[embedding].operands
    forward = _swapped(instructions, embedding, vectors)
    if forward is None or len(forward.readers) != 2:
        return None
    dense, weights = forward.readers
    if _kernels(instructions, dense, weights) != ["dense", "dense_weight_gradient"]:
        return None
    x, w, *_ = instructions[dense].operands
    same, dy, _ = instructions[weights].operands
    readers = {i.kernel: n for n, i in enumerate(instructions) if i.operands[0] == dy}
    into = readers.get("dense_input_gradient", -1)
    if not x == same == forward.view or into < 0 or instructions[into].operands[1] != w:
        return None
    back = _swapped(instructions, into, instructions[into].operands[2])
    if back is None or len(back.readers) != 1 or (back.swap < 0) != (forward.swap < 0):
        return None
    table, bias = back.readers[0], readers.get("bias_gradient", -1)
    last = instructions[table]
    if last.kernel != "embedding_gradient" or last.operands[:2] != (words, back.view):
        return None
    return _Run(embedding, forward.swap, dense, weights, bias, into, back.swap, table)


class _Swapped(NamedTuple):
    """What is read of an output, behind an instruction that swaps examples and time if there is
    one, and by which instructions."""

    swap: int
    view: View
    readers: list[int]


def _swapped(instructions: Sequence[Instruction], writer: int, written: View) -> _Swapped | None:
    first, *readers = uses_of(instructions, written.buffer)
    if first != writer:
        return None
    if len(readers) != 1 or instructions[readers[0]].kernel != "swap_time":
        return _Swapped(-1, written.rows, readers)
    swap = readers[0]
    before, after = instructions[swap].operands
    begun, *readers = uses_of(instructions, after.buffer)
    is_whole = before.rows == written.rows and begun == swap
    return _Swapped(swap, after.rows, readers) if is_whole else None


def _kernels(instructions: Sequence[Instruction], *numbers: int) -> list[str]:
    return [instructions[n].kernel for n in numbers]


def _projected(instructions: Sequence[Instruction], run: _Run) -> Iterator[Instruction]:
    words, table, _ = instructions[run.embedding].operands
    _, w, b, y = instructions[run.dense].operands
    _, dy, dw = instructions[run.weights].operands
    shape = (table.shape[0], y.shape[1])
    rows, d_rows = (_room(instructions[run.dense], n, *shape) for n in ("rows", "d_rows"))
    read = words
    if run.swap >= 0:
        before, after = instructions[run.swap].operands
        read = _room(instructions[run.swap], "words", *after.shape[:2], 1)
        moved = (words.reshape(*before.shape[:2], 1), read)
    for n, one in enumerate(instructions):
        if n == run.embedding:
            yield _other(one, "dense", table, w, b, rows)
        elif n == run.swap:
            yield replace(one, operands=moved)
        elif n == run.dense:
            yield _other(one, "embedding", read.flat, rows, y)
        elif n == run.weights:
            yield _other(one, "embedding_gradient", read.flat, dy, d_rows)
            yield replace(one, operands=(table, d_rows, dw))
        elif n == run.table:
            yield _other(one, "dense_input_gradient", d_rows, w, one.operands[2])
            if run.bias >= 0:
                bias = instructions[run.bias]
                yield replace(bias, operands=(d_rows, *bias.operands[1:]))
        elif n not in (run.bias, run.input, run.swap_back):
            yield one


def _other(instruction: Instruction, kernel: str, *operands: View) -> Instruction:
    return replace(instruction, kernel=kernel, operands=operands, options={})


def _room(instruction: Instruction, name: str, *shape: int | Batch) -> View:
    return Buffer(f"{instruction.node}.{name}", Region.WORKSPACE, shape).view
