"""From data and loss to a task: the only place where this is decided."""

from importlib import import_module

from tuidl.data.spec import ExampleSpec, Field
from tuidl.nn.losses import Loss
from tuidl.nn.losses.regression import MeanSquaredError
from tuidl.tasks.base import Task
from tuidl.tasks.joined import Experiment, class_and_box


def task_of(experiment: Experiment) -> Task:
    """The task of a preset's data and loss; of several, of what the model answers with."""
    spec = experiment.spec()
    if not experiment.predicted:
        own = spec.unweighted
        kind = _kind(own, experiment.loss, experiment.data.follows_time)
        return kind(own, experiment.loss, 0, own.target_width if spec.weighted else None)
    if found := class_and_box(experiment, _starts(spec)):
        return _loaded("detection", "Detection")(*found)
    for term in experiment.terms:
        if term.output == experiment.predicted and term.loss.groups:
            return _loaded("clustering", "Clustering")(spec, term.loss)
        is_compared = term.loss.needs_target and not isinstance(term.target, float | int)
        if term.output == experiment.predicted and is_compared:
            starts = _starts(spec)
            name = term.target or next(iter(starts))
            if name in starts:
                own = spec.of_target(starts[name][0])
                mask = starts[term.mask][1] if term.mask in starts else None
                kind = _kind(own, term.loss, experiment.data.follows_time)
                return kind(own, term.loss, starts[name][1], mask)
    kind = _loaded("generation", "Diffusion" if _tells_noise(experiment) else "Generation")
    return kind(ExampleSpec(spec.shape, 1), MeanSquaredError())


def _tells_noise(experiment: Experiment) -> bool:
    """Whether a loss is held against noise that is drawn, and not against a target of the data."""
    known = _starts(experiment.spec())
    named = (term.target for term in experiment.terms if isinstance(term.target, str))
    return any(name not in known for name in named)


def task_for(spec: ExampleSpec, loss: Loss, in_time: bool = False) -> Task:
    """``in_time``: examples follow each other."""
    return _kind(spec, loss, in_time)(spec, loss)


def _kind(spec: ExampleSpec, loss: Loss, in_time: bool) -> type[Task]:
    """Each kind is loaded when it is first chosen, as presets are read wherever tuidl starts."""
    is_series = len(spec.shape) == 2 and spec.shape[1] == 1 and spec.outputs == 1
    if spec.targets:
        return _loaded("combined", "Combined")
    if spec.reconstructs:
        return _loaded("reconstruction", "Reconstruction")
    if spec.classes and spec.classes == spec.vocabulary:
        one = "NearbyWords" if spec.shape == (1,) else "NextToken"
        return _loaded("language", "NextTokens" if spec.target_shape else one)
    if spec.classes and spec.target_shape:
        if spec.is_mask:
            return _loaded("segmentation", "Segmentation")
        return _loaded("per_step", "PerStep")
    if spec.classes:
        return _loaded("classification", "Classification")
    if spec.target_shape:
        return _loaded("image", "ImageRegression")
    if loss.classifies(spec):
        return _loaded("soft_targets", "SoftTargets")
    if loss.closing_activation == "sigmoid":
        return _loaded("multi_label", "MultiLabel")
    if in_time and is_series:
        return _loaded("forecast", "Forecast")
    if is_of_pairs(spec):
        return _loaded("recommending", "Recommendation")
    return _loaded("regression", "Regression")


def is_of_pairs(spec: ExampleSpec) -> bool:
    """Whether an example is two ids and nothing else, with a number to predict."""
    ids = [field for field in spec.inputs if field.classes]
    return len(ids) == len(spec.inputs) == 2 and spec.outputs == 1 and not spec.targets


def _loaded(file: str, name: str) -> type[Task]:
    kind: type[Task] = getattr(import_module(f"tuidl.tasks.{file}"), name)
    return kind


def _starts(spec: ExampleSpec) -> dict[str, tuple[Field, int]]:
    """The targets by name, each with its first column."""
    found, start = {}, 0
    for field in spec.named_targets:
        found[field.name] = field, start
        start += field.width
    return found
