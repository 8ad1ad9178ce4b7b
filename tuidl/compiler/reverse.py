"""The networks that generate by diffusion: which preset is one, and the schedule of its steps."""

from dataclasses import dataclass

import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import FROM_EXAMPLES, Input
from tuidl.nn.layers.diffusion import Diffuse, kept_share


@dataclass(frozen=True)
class Reverse:
    """The steps back from noise to an example.

    ``x`` and ``step``: the inputs of noise that the model answers to, which take the example with
    noise in it and the step, as a share of all.
    """

    x: Input
    step: Input
    schedule: str

    @property
    def steps(self) -> int:
        return self.step.steps

    def shares(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """(steps + 1,) the usual alpha bar: the part of the variance that is the example's after
        each number of steps, 1 after none."""
        places = np.arange(self.steps + 1) / self.steps
        kept = kept_share(places, self.schedule)  # type: ignore[no-untyped-call]  # exported as text
        return np.asarray(kept**2, np.float64)


def reverse_of(graph: Graph) -> Reverse | None:
    """None where the model does not answer with the noise in an example.

    It does where it reads noise of its answer's shape and a step alone, and the same network,
    given what ``diffuse`` makes of an example, that noise and that step, is trained for the noise.
    """
    answering = {data.name: data for data in graph.answering.inputs}
    known = [data for data in graph.inputs if data.name in answering and data.noise]
    steps = [data for data in known if data.noise == "step" and data.shape == (1,)]
    normal = [data for data in known if data.noise == "normal"]
    if len(answering) != 2 or len(steps) != 1 or len(normal) != 1:
        return None
    (x,), (step,) = normal, steps
    if graph.shape_of(graph.predicted) != x.shape:
        return None
    schedule = _schedule(graph, x, step)
    return None if schedule is None else Reverse(x, step, schedule)


def _schedule(graph: Graph, x: Input, step: Input) -> str | None:
    """How noise comes in where the answering network is trained to tell it."""
    numbers = {data.name: FROM_EXAMPLES - i for i, data in enumerate(graph.inputs)}
    network = graph.nodes[graph.predicted].network
    drowned = {
        name: node.layer.schedule
        for name, end in graph.outputs.items()
        if isinstance((node := graph.nodes[end]).layer, Diffuse)
        and node.inputs[1:] == (numbers[x.name], numbers[step.name])
    }
    for output in graph.preset.outputs:
        end = graph.outputs[output.name]
        is_trained = any(h.node == end and h.drawn == numbers[x.name] for h in graph.heads)
        if output.network == network and is_trained and output.inputs[0] in drowned:
            return drowned[output.inputs[0]]
    return None
