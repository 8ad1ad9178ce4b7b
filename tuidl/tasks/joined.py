"""Which targets the output that a model answers with is made of, where it is several side by side:
a class, and the box around it."""

from collections.abc import Sequence
from typing import Protocol

from tuidl.data.dataset import Source
from tuidl.data.spec import ExampleSpec, Field
from tuidl.nn.layers.base import Layer
from tuidl.nn.layers.merging import Concatenate
from tuidl.nn.losses import Loss
from tuidl.tasks.decoding import BOX


class Term(Protocol):
    """A loss on an output."""

    @property
    def output(self) -> str: ...

    @property
    def target(self) -> str | float | None: ...

    @property
    def mask(self) -> str | None: ...

    @property
    def loss(self) -> Loss: ...


class Network(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def inputs(self) -> Sequence[str]: ...

    @property
    def layers(self) -> Sequence[Layer]: ...


class Output(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def network(self) -> str: ...

    @property
    def inputs(self) -> Sequence[str]: ...


class Experiment(Protocol):
    """What a task is chosen from; a preset is one. ``terms``: its losses, where it has several
    networks; ``predicted``: the output that the model answers with."""

    @property
    def data(self) -> Source: ...

    @property
    def loss(self) -> Loss: ...

    def spec(self) -> ExampleSpec: ...

    @property
    def networks(self) -> Sequence[Network]: ...

    @property
    def outputs(self) -> Sequence[Output]: ...

    @property
    def terms(self) -> Sequence[Term]: ...

    @property
    def predicted(self) -> str: ...


Start = tuple[Field, int]
"""A target, and its first column."""


def class_and_box(
    experiment: Experiment, starts: dict[str, Start]
) -> tuple[ExampleSpec, Loss, int] | None:
    """Where the model answers with a class and a box beside it: what is known of both, the loss of
    the class, and where the two targets begin; else None."""
    terms = {term.output: term for term in experiment.terms if isinstance(term.target, str)}
    names = _side_by_side(experiment)
    if len(names) != 2 or any(name not in terms for name in names):
        return None
    first, second = (terms[name] for name in names)
    (kind, start), (box, after) = (starts[str(term.target)] for term in (first, second))
    is_box = not box.classes and box.shape == (BOX,) and after == start + 1
    is_scaled = experiment.data.target_scaling() != "none"
    if not kind.classes or kind.shape != () or not is_box or is_scaled:
        return None
    width = first.loss.outputs(experiment.spec().of_target(kind))
    if width != len(kind.classes):
        return None
    shape = experiment.spec().shape
    return ExampleSpec(shape, width + BOX, targets=(kind, box)), first.loss, start


def _side_by_side(experiment: Experiment) -> list[str]:
    """The outputs that the predicted one puts beside each other, and does nothing else with."""
    outputs = {output.name: output for output in experiment.outputs}
    networks = {network.name: network for network in experiment.networks}
    whole = outputs.get(experiment.predicted)
    network = networks.get(whole.network) if whole else None
    if whole is None or network is None or len(network.layers) != 1:
        return []
    (layer,) = network.layers
    if not isinstance(layer, Concatenate):
        return []
    given = dict(zip(network.inputs, whole.inputs, strict=False))
    return [given[name] for name in layer.inputs if name in given]
