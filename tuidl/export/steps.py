"""A graph as steps of a program: which variable each layer reads and which it writes."""

import keyword
import re
from dataclasses import dataclass
from itertools import chain, count

from tuidl.compiler.graph import FROM_EXAMPLES, Graph, Node
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
    """``examples``: the variable in which the inputs come."""

    examples: str
    steps: tuple[Step, ...]


def steps_of(graph: Graph, reserved: frozenset[str]) -> Steps:
    """A chain is ``x`` from end to end; what is read later on has its layer's name.

    ``reserved``: names that variables must not have.
    """
    attributes = identifiers([node.name for node in graph.nodes], reserved | {X, "examples"})
    examples = X if _read_next_only(graph, FROM_EXAMPLES) else "examples"
    variables = {FROM_EXAMPLES: examples}
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
    return Steps(examples, tuple(steps))


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
