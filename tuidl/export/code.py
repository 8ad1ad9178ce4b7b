"""A layer as an expression of a program."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NumpyCode:
    """An expression for a layer's output, and statements that must come before it.

    ``remark``: said of the line. No expression: the layer does nothing.
    """

    expression: str
    before: tuple[str, ...] = ()
    remark: str = ""
