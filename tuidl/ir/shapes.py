"""The shapes that operands have for a number of examples."""

from tuidl.ir.buffers import View, size_of


def shapes_of(operands: tuple[View, ...], examples: int) -> list[tuple[int, ...]]:
    """The operands' shapes for a shard of so many examples."""
    return [tuple(size_of(d, examples) for d in view.shape) for view in operands]
