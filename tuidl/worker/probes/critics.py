"""The network that tells real examples from generated ones, asked anywhere."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import msgspec
import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.core.lazy import Array
from tuidl.data.spec import ExampleSpec
from tuidl.model.model import Model
from tuidl.preset.networks import LossTerm, Output
from tuidl.preset.schema import Preset
from tuidl.tasks.base import Task
from tuidl.tasks.choice import task_for

STEP = 1e-3
"""Of the plane's width, half the distance over which a slope is taken."""
BATCH = 1024


@dataclass(frozen=True)
class Critic:
    """``network``: its name. ``term``: the loss that trains the generator by its answer."""

    network: str
    term: LossTerm
    model: Model

    @property
    def _task(self) -> Task:
        return task_for(
            ExampleSpec(self.model.program.graph.answering.spec.shape, 1), self.term.loss
        )

    def says(self, points: Array) -> Array:
        """(n,) what it answers to each of ``points`` (n, width), float64: a share where its loss
        is of shares."""
        graph = self.model.program.graph.answering
        said = self.model.predict(points.reshape(-1, *graph.spec.shape)).reshape(len(points), 1)
        decoded = self._task.decode(said.astype(np.float64), graph.is_closed)
        return np.asarray(decoded, np.float64)[:, 0]

    def pulls(self, points: Array, width: float) -> Array:
        """(n, 2): minus the slope of the generator's loss at ``points`` (n, 2) of the plane."""
        step, found = STEP * width, []
        for axis in range(2):
            away = np.zeros(2)
            away[axis] = step
            ahead, behind = self._loss(points + away), self._loss(points - away)
            found.append((behind - ahead) / (2 * step))
        return np.stack(found, axis=1)

    def _loss(self, points: Array) -> Array:
        """(n,): of each point; without a loss of single examples, the squared difference."""
        said, target = self.says(points)[:, None], float(self.term.target or 0.0)
        found = self._task.losses(said, np.full_like(said, target))
        return np.asarray((said[:, 0] - target) ** 2 if found is None else found)


_KNOWN: "WeakKeyDictionary[Model, tuple[Preset, Critic | None]]" = WeakKeyDictionary()
"""Of each model, for the preset that it had then."""


def critic_of(model: Model) -> Critic | None:
    """The network whose answer to what the model generates is held against one number, and which is
    asked about the data, too; None without one. Its parameters are those of now."""
    known = _KNOWN.get(model)
    if known is None or known[0] is not model.preset:
        known = _KNOWN[model] = model.preset, _found(model)
    critic = known[1]
    if critic is not None:
        own = critic.model.parameters
        own.update({name: model.parameters[name] for name in own})
    return critic


def _found(model: Model) -> Critic | None:
    preset = model.preset
    judged = {o.name: o for o in preset.outputs if o.inputs == (preset.predicted,)}
    terms = [t for t in preset.terms if t.output in judged and isinstance(t.target, float | int)]
    for term in reversed(terms):  # the last objective is the generator's, by custom
        network = judged[term.output].network
        if (asked := _on_data(preset, network)) is not None and _one_number(model, term.output):
            other = msgspec.structs.replace(preset, predicts=asked.name, weights=None)
            return Critic(network, term, Model(other, batch=BATCH, threads=1, start={}))
    return None


def _on_data(preset: Preset, network: str) -> Output | None:
    """The use of a network that reads the data alone."""
    uses = (output for output in preset.outputs if output.network == network)
    return next((output for output in uses if output.inputs == ("input",)), None)


def _one_number(model: Model, output: str) -> bool:
    graph: Graph = model.program.graph
    return graph.shape_of(graph.outputs[output]) == (1,)
