"""What the places of a sequence inside a network stand for: tokens of a text, or numbers."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import Input
from tuidl.core.lazy import Array
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.tokenizer import BOUNDARY
from tuidl.training.state import TrainState

MOST = 96
"""Places on either side of the picture: the last ones of a text, the first ones of others."""


@dataclass(frozen=True)
class Places:
    """``names`` of those from ``first`` on that are shown; of a text that is filled up, ``padding``
    places behind them are not."""

    names: tuple[str, ...]
    first: int = 0
    padding: int = 0

    @property
    def end(self) -> int:
        """Behind the last one that is shown."""
        return self.first + len(self.names)

    @property
    def slice(self) -> slice:
        return slice(self.first, self.end)


def places_of(state: TrainState, node: int, row: Array) -> Places:
    """Of the sequence that ``node`` hands on, or that is the input of that number: ``row``
    (inputs,) is the example."""
    graph = state.program.graph
    steps = graph.shape_of(node)[0]
    data = read_by(graph, node, steps)
    layout = None if data is None else _layouts(state).get(data.start)
    if data is None or layout is None:
        return Places(tuple(str(place + 1) for place in range(min(steps, MOST))))
    return text_in(layout, row[data.start : data.start + steps])


def read_by(graph: Graph, node: int, steps: int) -> Input | None:
    """The nearest input that the node's output follows from, with as many steps; None where there
    is none but noise, or one of another length."""
    waiting, seen = deque([node]), {node}
    while waiting:
        number = waiting.popleft()
        if number < 0:
            data = graph.inputs[-1 - number]
            if not data.noise and data.shape[:1] == (steps,):
                return data
            continue
        for other in graph.nodes[number].inputs:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return None


def text_in(layout: TextLayout, tokens: Array, end: int | None = None) -> Places:
    """Of a text that begins at the first of its ``tokens`` (steps,); without ``end`` the last one
    that is no padding ends it, and one place is shown of a text without any."""
    names = layout.tokenizer.names
    numbers = np.clip(np.nan_to_num(tokens), 0, len(names) - 1).astype(int)
    if end is None:
        known = layout.tokenizer.tokens
        filling = known.index(BOUNDARY) if BOUNDARY in known else -1
        end = int(np.flatnonzero(numbers != filling).max(initial=0)) + 1
    first = max(0, end - MOST)
    chosen = numbers[first:end].tolist()
    return Places(tuple(names[number] for number in chosen), first, len(numbers) - end)


def _layouts(state: TrainState) -> dict[int, TextLayout]:
    """How the texts among the inputs are read, by where each begins in an example's row."""
    known = state.preprocessing
    if known.text is not None:
        return {0: known.text}
    found, start = dict[int, TextLayout](), 0
    for column in known.table.columns if known.table is not None else ():
        if column.text is not None:
            found[start] = column.text
        start += column.width
    return found
