"""A network written down for a library that has channels first: which variable lies how."""

from dataclasses import dataclass, field

from tuidl.export.steps import Step
from tuidl.export.writing import Line, shape_text
from tuidl.nn.layers.base import Shape


def channels_first(shape: Shape) -> Shape:
    """(height, width, channels) as (channels, height, width)."""
    return (*shape[-1:], *shape[:-1])


def to_first(rank: int) -> tuple[int, ...]:
    """The permutation of (n, ..., channels) to (n, channels, ...), ``rank`` without n."""
    return (0, rank, *range(1, rank))


def to_last(rank: int) -> tuple[int, ...]:
    """The way back."""
    return (0, *range(2, rank + 1), 1)


@dataclass(frozen=True)
class Code:
    """An expression for a layer's output, and statements that must come before it.

    ``first``: whether channels come first in it. ``remark``: said of the line.
    """

    expression: str
    first: bool = False
    before: tuple[str, ...] = ()
    remark: str = ""


@dataclass
class Draft:
    """Lines of ``forward`` and of ``__init__`` so far.

    ``first``: the variables whose channels come first; ``shapes``: of one example, as in tuidl.
    """

    shapes: dict[str, Shape]
    first: set[str] = field(default_factory=set)
    forward: list[Line] = field(default_factory=list)
    modules: list[Line] = field(default_factory=list)

    def module(self, step: Step, text: str) -> str:
        """Define the layer's module; returns how it is called."""
        self.modules.append(Line(f"self.{step.attribute} = {text}"))
        return f"self.{step.attribute}"

    def turned(self, variable: str, first: bool) -> str:
        """The variable with its channels first, or last; permuted in its place if it must be."""
        shape = self.shapes[variable]
        if len(shape) > 1 and (variable in self.first) != first:
            order = (to_first if first else to_last)(len(shape))
            shape = channels_first(shape) if first else shape
            comment = f"{shape_text(shape)}, channels {'first' if first else 'last'}"
            self.forward.append(Line(f"{variable} = {variable}.permute{order}", comment))
            self._mark(variable, first)
        return variable

    def alike(self, variables: tuple[str, ...]) -> bool:
        """Bring all variables to the layout of the first of them; returns which that is."""
        first = variables[0] in self.first
        for variable in variables:
            self.turned(variable, first)
        return first

    def write(self, step: Step, code: Code) -> None:
        """The line of a layer, and what its variable holds from now on."""
        shape = step.node.shape
        seen = channels_first(shape) if code.first else shape
        comment = ", ".join(filter(None, [shape_text(seen), code.remark]))
        lines = [*map(Line, code.before), Line(f"{step.writes} = {code.expression}")]
        if code.expression == step.writes:
            lines.pop()
        if lines:
            lines[-1] = Line(lines[-1].code, comment)
        self.forward += lines
        self.shapes[step.writes] = shape
        self._mark(step.writes, code.first)

    def _mark(self, variable: str, first: bool) -> None:
        (self.first.add if first else self.first.discard)(variable)
