"""A graph as steps of a program: which variable each layer reads and which it writes."""

import keyword
import re
from dataclasses import dataclass
from itertools import chain, count
from math import prod

from tuidl.compiler.graph import FROM_EXAMPLES, Graph, Node
from tuidl.compiler.nodes import Input
from tuidl.export.writing import Line
from tuidl.nn.layers.base import Layer

X = "x"
"""The variable that holds what the next layer reads."""


@dataclass(frozen=True)
class Step:
    """One layer: it reads the variables ``reads`` and writes ``writes``.

    ``attribute``: the layer's name as an identifier; ``owner``: that of the layer whose parameters
    it has.
    """

    node: Node
    attribute: str
    reads: tuple[str, ...]
    writes: str
    owner: str = ""

    @property
    def layer(self) -> Layer:
        return self.node.layer

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def x(self) -> str:
        """The variable that it reads, or the first of them."""
        return self.reads[0]


@dataclass(frozen=True)
class Steps:
    """``examples``: the variable in which the inputs come. ``parts``: of several inputs, which lie
    side by side in it, the variable of each."""

    examples: str
    steps: tuple[Step, ...]
    parts: tuple[tuple[str, Input], ...] = ()


def taken_out(walk: Steps) -> list[Line]:
    """The lines that take several inputs out of the rows in which they come."""
    return [Line(f"{name} = {_taken(walk.examples, data)}") for name, data in walk.parts]


def _taken(examples: str, data: Input) -> str:
    columns = f"{examples}[:, {data.start}:{data.start + prod(data.shape)}]"
    sides = ", ".join(map(str, data.shape))
    return columns if len(data.shape) == 1 else f"{columns}.reshape(-1, {sides})"


def steps_of(graph: Graph, reserved: frozenset[str]) -> Steps:
    """A chain is ``x`` from end to end; what is read later on has its layer's name.

    ``reserved``: names that variables must not have.
    """
    attributes = identifiers([node.name for node in graph.nodes], reserved | {X, "examples"})
    examples = X if _read_next_only(graph, FROM_EXAMPLES) else "examples"
    variables, parts = {FROM_EXAMPLES: examples}, list[tuple[str, Input]]()
    if len(graph.inputs) > 1:
        examples = "examples"
        taken = reserved | {X, examples, *attributes}
        names = identifiers([data.name for data in graph.inputs], taken)
        parts = list(zip(names, graph.inputs, strict=True))
        variables = {FROM_EXAMPLES - i: name for i, name in enumerate(names)}
    for i in range(len(graph.nodes)):
        variables[i] = X if _read_next_only(graph, i) else attributes[i]
    owners = {node.name: attributes[i] for i, node in enumerate(graph.nodes)}
    steps = [
        Step(
            node,
            attributes[i],
            tuple(variables[j] for j in node.inputs),
            variables[i],
            owners.get(node.key, attributes[i]),
        )
        for i, node in enumerate(graph.nodes)
    ]
    return Steps(examples, tuple(steps), tuple(parts))


def identifiers(names: list[str], reserved: frozenset[str]) -> list[str]:
    """The names as Python's identifiers, different from each other and from ``reserved``."""
    taken, chosen = set(reserved), []
    for name in names:
        plain = re.sub(r"\W", "_", name, flags=re.ASCII)
        if not plain.isidentifier() or keyword.iskeyword(plain) or plain.startswith("__"):
            plain = f"layer_{plain.strip('_')}"
        numbered = (f"{plain}_{i}" for i in count(2))
        free = next(option for option in chain([plain], numbered) if option not in taken)
        taken.add(free)
        chosen.append(free)
    return chosen


def _read_next_only(graph: Graph, index: int) -> bool:
    """Whether nothing but the next layer reads the output of node ``index``."""
    readers = {i for i, node in enumerate(graph.nodes) if index in node.inputs}
    return readers <= {index + 1}
