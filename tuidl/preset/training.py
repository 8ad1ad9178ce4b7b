"""The table ``[training]``: how long, in what portions, and what is measured."""

from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from tuidl.core.config import Config, Seed
from tuidl.core.errors import PresetError, suggestion
from tuidl.nn.metrics import METRICS, MetricName
from tuidl.nn.monitoring import Patience
from tuidl.plugins.loading import usable
from tuidl.preset.decoding import convert


class EarlyStopping(Patience, frozen=True):
    """Ends training once a score of the validation part has not got better for long.

    ``restore_best``: the parameters go back to what they were after the best epoch.
    """

    restore_best: bool = True
    enabled: bool = True


class Training(Config, frozen=True):
    """How long and in what portions. ``batch_size = "full"`` is one step an epoch on everything.

    ``folds``: train that many times, each on other parts of the data (k-fold cross-validation).
    ``sampling``: "balanced" draws as many examples of every class in an epoch, rare ones several
    times; an epoch has as many examples as the training part all the same.
    """

    epochs: Annotated[int, Meta(ge=1, le=10_000_000)] = 10
    batch_size: Annotated[int, Meta(ge=1, le=1_000_000)] | Literal["full"] = 32
    seed: Seed = 0
    shuffle: bool = True
    metrics: tuple[MetricName, ...] = ()
    early_stopping: EarlyStopping | None = None
    folds: Annotated[int, Meta(ge=2, le=1000)] | None = None
    sampling: Literal["balanced"] | None = None

    @property
    def stopping(self) -> EarlyStopping | None:
        """Early stopping, where it is switched on."""
        wanted = self.early_stopping
        return wanted if wanted is not None and wanted.enabled else None

    def batch_for(self, examples: int) -> int:
        """Examples of one step, of so many to train on."""
        return examples if self.batch_size == "full" else min(self.batch_size, examples)


def read_training(value: Any, plugins: tuple[str, ...]) -> Training:
    """The table ``[training]``; its metrics may be those of a plugin."""
    metrics = value.get("metrics") if isinstance(value, dict) else None
    foreign = usable(METRICS, plugins).keys() - get_args(MetricName)
    if not isinstance(metrics, list) or foreign.isdisjoint(filter(_is_text, metrics)):
        training: Training = convert(value, Training, "training")
        return training
    training = convert({**value, "metrics": []}, Training, "training")
    return msgspec.structs.replace(training, metrics=checked_metrics(metrics, plugins))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def checked_metrics(names: list[Any], plugins: tuple[str, ...]) -> tuple[Any, ...]:
    """The names of metrics. Raises PresetError for one that is none."""
    known = usable(METRICS, plugins)
    for i, name in enumerate(names):
        if not isinstance(name, str) or name not in known:
            problem = f"no {name!r}{suggestion(str(name), known)}"
            raise PresetError(f"training.metrics[{i}]", problem)
    return tuple(names)


def require_no_metrics(training: Training, *, is_trained: bool) -> None:
    """Raises PresetError where ``training`` has metrics beside several networks, whose losses have
    them. Runs of old may (``is_trained``): nothing read them."""
    if training.metrics and not is_trained:
        problem = "stands in 'losses' of 'objectives' where a preset has several networks"
        raise PresetError("training.metrics", problem)
