"""From data and loss to a task: the only place where this is decided."""

from typing import Protocol

from tuidl.data.dataset import ExampleSpec, Source
from tuidl.nn.losses import Loss
from tuidl.tasks.base import Task
from tuidl.tasks.classification import Classification
from tuidl.tasks.forecast import Forecast
from tuidl.tasks.multi_label import MultiLabel
from tuidl.tasks.regression import Regression
from tuidl.tasks.soft_targets import SoftTargets


class Experiment(Protocol):
    """What a task is chosen from; a preset is one."""

    @property
    def data(self) -> Source: ...

    @property
    def loss(self) -> Loss: ...

    def spec(self) -> ExampleSpec: ...


def task_of(experiment: Experiment) -> Task:
    """The task of a preset's data and loss."""
    return task_for(experiment.spec(), experiment.loss, experiment.data.in_time)


def task_for(spec: ExampleSpec, loss: Loss, in_time: bool = False) -> Task:
    """``in_time``: examples follow each other."""
    return _kind(spec, loss, in_time)(spec, loss)


def _kind(spec: ExampleSpec, loss: Loss, in_time: bool) -> type[Task]:
    if spec.classes:
        return Classification
    if loss.classifies(spec):
        return SoftTargets
    if loss.closing_activation == "sigmoid":
        return MultiLabel
    is_series = len(spec.shape) == 2 and spec.shape[1] == 1 and spec.outputs == 1
    return Forecast if in_time and is_series else Regression
