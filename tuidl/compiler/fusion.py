"""Instructions whose work others do on the side: what they would read again is not even kept."""

from collections.abc import Sequence
from dataclasses import replace

from tuidl.compiler.copies import in_place, without_copies
from tuidl.compiler.distinct_words import fuse_equal_words
from tuidl.compiler.embedding_fusion import fuse_averages
from tuidl.compiler.emission import LinearProgram
from tuidl.compiler.projected_tables import project_tables
from tuidl.compiler.rectified import rectify
from tuidl.compiler.stages import defer_gradients
from tuidl.compiler.time_first import without_swaps
from tuidl.compiler.unread import without_unread
from tuidl.compiler.uses import uses_of
from tuidl.ir.instructions import Instruction


def fuse(emitted: LinearProgram, examples: int) -> LinearProgram:
    """The same training step in less work, to the last bit but for the sign of a zero.

    Where max pooling alone reads what ReLU hands on, and hands a gradient back, the largest of a
    window may as well become 0 if it is less, and its gradient then go to nobody. With that ReLU is
    done, forward and backward; and what it would have changed, the largest array of many a network,
    is not needed after the pooling. Means of an embedding's vectors: ``embedding_fusion.py``. Words
    that come up more than once, where sums are rounded otherwise: ``distinct_words.py`` and
    ``projected_tables.py``. Copies of what nobody reads again: ``copies.py``. Gradients of weights
    that the step does not train: ``unread.py``. Sequences between recurrent layers:
    ``time_first.py``. ReLU behind a batch normalization: ``rectified.py``. ``examples``: the most
    that a shard has.

    Nodes' outputs and gradients are no longer all there.
    """
    instructions = emitted.instructions
    pools = [n for n, instruction in enumerate(instructions) if instruction.kernel == "max_pool2d"]
    fused = list(instructions)
    done: set[int] = set()
    for number in pools:
        relu = _relu_before(instructions, number)
        if relu:
            done |= relu
            options = {**instructions[number].options, "rectified": 1}
            fused[number] = replace(instructions[number], options=options)
    left = fuse_averages([step for n, step in enumerate(fused) if n not in done])
    steps = defer_gradients(project_tables(fuse_equal_words(left), examples))
    steps = without_copies(without_unread(steps, emitted.pinned), emitted.pinned)
    steps = rectify(without_swaps(steps, emitted.pinned))
    steps = in_place(steps, emitted.pinned)
    return replace(emitted, instructions=steps, outputs={}, gradients={})


def _relu_before(instructions: Sequence[Instruction], pool: int) -> set[int]:
    """The numbers of ReLU and its gradient where only this pooling has to do with its output."""
    x, _, winner = instructions[pool].operands
    uses = uses_of(instructions, x.buffer)[-3:]
    if [instructions[n].kernel for n in uses] != ["relu", "max_pool2d", "relu_gradient"]:
        return set()
    relu, _, gradient = uses
    y, d = instructions[gradient].operands
    first, second, *_ = uses_of(instructions, d.buffer)
    back = instructions[first]
    is_its_own = back.kernel == "max_pool2d_gradient" and back.operands[0] == winner
    is_whole = instructions[relu].operands[0] == x.flat == y and back.operands[-1].flat == d
    return {relu, gradient} if is_its_own and second == gradient and is_whole else set()
