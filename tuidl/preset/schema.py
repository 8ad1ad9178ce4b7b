"""Preset: what to train. The only configuration there is; reads and writes TOML."""

import tomllib
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

import msgspec
import tomli_w
from msgspec import Meta

from tuidl.core.config import Config, Seed
from tuidl.core.errors import PresetError, suggestion
from tuidl.core.own_files import FileError, TooLargeError, read_bounded
from tuidl.core.printable import unfit
from tuidl.data.catalog import SOURCES
from tuidl.data.dataset import Source
from tuidl.data.spec import ExampleSpec
from tuidl.nn.layers import LAYERS
from tuidl.nn.layers.base import Layer, LayerName
from tuidl.nn.losses import LOSSES, Loss
from tuidl.nn.metrics import METRICS, MetricName
from tuidl.nn.monitoring import Patience
from tuidl.nn.optimizers import OPTIMIZERS, Optimizer
from tuidl.plugins.loading import MOST, load, load_installed_for, usable
from tuidl.preset.decoding import convert, convert_tagged, set_value
from tuidl.preset.networks import (
    MOST_LAYERS,
    TABLES,
    LossTerm,
    Network,
    Noise,
    Objective,
    Output,
    find,
    read_tables,
)
from tuidl.preset.warm_start import Weights
from tuidl.tasks.choice import task_of

Title = Annotated[str, Meta(min_length=1, max_length=200)]
"""One printable line: it goes to terminals, and into the names of files."""

Plugins = Annotated[tuple[str, ...], Meta(max_length=MOST)]
"""Python files beside the preset."""

LARGEST_FILE = 1 << 20


class EarlyStopping(Patience, frozen=True):
    """Ends training once a score of the validation part has not got better for long.

    ``restore_best``: the parameters go back to what they were after the best epoch.
    """

    restore_best: bool = True
    enabled: bool = True


class Training(Config, frozen=True):
    """How long and in what portions. ``batch_size = "full"`` is one step an epoch on everything.

    ``folds``: train that many times, each on other parts of the data (k-fold cross-validation).
    """

    epochs: Annotated[int, Meta(ge=1, le=10_000_000)] = 10
    batch_size: Annotated[int, Meta(ge=1, le=1_000_000)] | Literal["full"] = 32
    seed: Seed = 0
    shuffle: bool = True
    metrics: tuple[MetricName, ...] = ()
    early_stopping: EarlyStopping | None = None
    folds: Annotated[int, Meta(ge=2, le=1000)] | None = None

    @property
    def stopping(self) -> EarlyStopping | None:
        """Early stopping, where it is switched on."""
        wanted = self.early_stopping
        return wanted if wanted is not None and wanted.enabled else None

    def batch_for(self, examples: int) -> int:
        """Examples of one step, of so many to train on."""
        return examples if self.batch_size == "full" else min(self.batch_size, examples)


class Preset(Config, frozen=True, kw_only=True):
    """A whole experiment: data, layers, loss, optimizer, training.

    ``plugins``: Python files beside the preset that bring kinds of these (docs/plugins.md).
    One with several ``networks`` has no ``layers`` of its own, and ``loss`` and ``optimizer`` are
    those of its first objective. ``predicts``: the output that the model answers with, by default
    the first.
    """

    name: str
    about: str = ""
    plugins: Plugins = ()
    data: Source
    layers: tuple[Layer, ...]
    loss: Loss
    optimizer: Optimizer
    training: Training = Training()
    weights: Weights | None = None
    inputs: tuple[Noise, ...] = ()
    networks: tuple[Network, ...] = ()
    outputs: tuple[Output, ...] = ()
    objectives: tuple[Objective, ...] = ()
    predicts: LayerName | None = None
    examples: ExampleSpec | None = None
    """What is known of the examples of a trained run, whose data need not be there; no key."""

    @classmethod
    def parse(
        cls,
        text: str,
        source: str = "preset",
        overrides: tuple[str, ...] = (),
        folder: Path = Path(),
        examples: ExampleSpec | None = None,
    ) -> Self:
        """Read TOML. ``overrides`` are ``KEY=VALUE`` texts with dotted keys, applied first.

        Paths of the user's own data are taken relative to ``folder``. ``examples``: what is known
        of them, so that the data is not looked at.
        Raises PresetError, which names ``source``, the key and what was expected.
        """
        try:
            table = tomllib.loads(text)
        except ValueError as error:  # also of a number with thousands of digits
            raise PresetError("", f"not TOML: {error}", source) from None
        except RecursionError:
            raise PresetError("", "not a preset: nested too deeply", source) from None
        for override in overrides:
            set_value(table, override)
        try:
            return cls._from_table(table, folder, examples)
        except PresetError as error:
            raise error.within(source) from None
        except RecursionError:
            raise PresetError("", "not a preset: nested too deeply", source) from None

    @classmethod
    def load(cls, path: Path, overrides: tuple[str, ...] = ()) -> Self:
        """Read a TOML file. Raises PresetError."""
        try:
            data = read_bounded(path, LARGEST_FILE, follow=True)
            text = StringIO(data.decode("utf-8-sig"), newline=None).read()
        except TooLargeError as error:
            problem = f"{error.size} bytes: a preset has at most {LARGEST_FILE}"
            raise PresetError("", problem, str(path)) from None
        except FileError as error:
            raise PresetError("", error.reason, str(path)) from None
        except UnicodeDecodeError as error:
            raise PresetError("", f"not UTF-8 text (byte {error.start})", str(path)) from None
        return cls.parse(text, str(path), overrides, path.parent)

    @classmethod
    def _from_table(
        cls, table: dict[str, Any], folder: Path, examples: ExampleSpec | None = None
    ) -> Self:
        sections = {"data", "layers", "loss", "optimizer", "training", "weights"}
        known = sections | {"name", "about", "plugins", "predicts", *TABLES}
        for key in table:
            if key not in known:
                raise PresetError(key, f"unknown key{suggestion(key, known)}")
        has_several = any(key in table for key in TABLES)
        own = () if has_several else ("layers", "loss", "optimizer")
        for key in ("name", "data", *own):
            if key not in table:
                raise PresetError(key, "missing: every preset needs it")
        plugins: tuple[str, ...] = convert(table.get("plugins", []), Plugins, "plugins")
        load(plugins, folder)
        load_installed_for(table)
        preset = cls(
            name=_title(table["name"]),
            about=convert(table.get("about", ""), str, "about"),
            plugins=plugins,
            data=convert_tagged(
                table["data"], usable(SOURCES, plugins), "source", "data"
            ).resolve_paths(folder),
            training=_training(table.get("training", {}), plugins),
            weights=_weights(table, folder),
            examples=examples,
            **(_several(table, plugins) if has_several else _single(table, plugins)),
        )
        preset._check()
        return preset

    @property
    def terms(self) -> tuple[LossTerm, ...]:
        """The losses of all objectives, where there are several networks."""
        return tuple(term for objective in self.objectives for term in objective.losses)

    @property
    def predicted(self) -> str:
        """The output that the model answers with; empty where there is one network."""
        return self.predicts or (self.outputs[0].name if self.outputs else "")

    def checked(self) -> Self:
        """The same preset. Raises PresetError where it was put together in Python from values that
        no file may have."""
        tables: dict[str, Any] = {
            "data": self.data, "loss": self.loss, "optimizer": self.optimizer,
            "training": self.training, "weights": self.weights,
            **{f"layers[{i}]": layer for i, layer in enumerate(self.layers)},
        }  # fmt: skip
        tables["training"] = msgspec.structs.replace(self.training, metrics=())
        for key, record in tables.items():
            convert(msgspec.to_builtins(record), type(record), key)
        _metrics(list(self.training.metrics), self.plugins)
        self._check()
        return self

    def _check(self) -> None:
        """What no single table can know."""
        if self.examples is None:
            self.data.check()
        if self.networks:
            self._check_monitors()
            return
        task = task_of(self)
        for i, name in enumerate(self.training.metrics):
            key = f"training.metrics[{i}]"
            if problem := task.metric_problem(METRICS[name]):
                raise PresetError(key, problem)
            if name in self.training.metrics[:i]:
                raise PresetError(key, f"{name!r} is named twice")
        self._check_monitors()

    def _check_monitors(self) -> None:
        """Raises PresetError where a score is watched that will not be there."""
        watches = {
            "training.early_stopping": self.training.stopping,
            "optimizer.schedule": self.optimizer.schedule,
        }
        for key, watch in watches.items():
            monitor = getattr(watch, "monitor", None)
            if monitor is None:
                continue
            if not (self.data.validation or self.training.folds):
                raise PresetError(key, "watches the validation part, but data.validation is 0")
            if monitor not in ("loss", *self.training.metrics) and not self.networks:
                known = ", ".join(("loss", *self.training.metrics))
                problem = f"{monitor!r} is not among training.metrics (known: {known})"
                raise PresetError(f"{key}.monitor", problem)

    def batch(self) -> int:
        """Examples of one step. The data is loaded only where nothing else can tell.

        Raises DataError.
        """
        size = self.training.batch_size
        if size != "full" and size <= self.data.fewest_to_train():
            return size
        return self.training.batch_for(len(self.data.split().train))

    def spec(self) -> ExampleSpec:
        """Shapes of the examples, known without loading any. Raises DataError."""
        return self.examples or self.data.spec()

    def table(self) -> dict[str, Any]:
        """The preset as TOML has it; values that are the default are left out."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        found.pop("examples", None)
        if self.networks:
            for key in ("layers", "loss", "optimizer"):
                del found[key]
        return found

    def to_toml(self) -> str:
        """The preset as TOML text."""
        return tomli_w.dumps(self.table())


def _single(table: dict[str, Any], plugins: tuple[str, ...]) -> dict[str, Any]:
    """Layers, loss and optimizer of a preset with one network."""
    layers = table["layers"]
    if not isinstance(layers, list) or not 1 <= len(layers) <= MOST_LAYERS:
        raise PresetError("layers", f"expected 1 to {MOST_LAYERS} [[layers]] tables")
    if "predicts" in table:
        raise PresetError("predicts", "is for presets with several networks: this one has one")
    return {
        "layers": tuple(
            convert_tagged(layer, usable(LAYERS, plugins), "type", f"layers[{i}]")
            for i, layer in enumerate(layers)
        ),
        "loss": convert_tagged(table["loss"], usable(LOSSES, plugins), "type", "loss"),
        "optimizer": convert_tagged(
            table["optimizer"], usable(OPTIMIZERS, plugins), "type", "optimizer"
        ),
    }


def _several(table: dict[str, Any], plugins: tuple[str, ...]) -> dict[str, Any]:
    """Networks, outputs and objectives of a preset with several networks."""
    records = read_tables(table, plugins)
    first = records["objectives"][0]
    predicts = table.get("predicts")
    if predicts is not None:
        find(predicts, records["outputs"], "predicts", "output")
    loss, optimizer = first.losses[0].loss, first.optimizer
    return {
        "layers": (), "loss": loss, "optimizer": optimizer, "predicts": predicts, **records
    }  # fmt: skip


def _title(value: Any) -> str:
    name: str = convert(value, Title, "name")
    if sign := unfit(name):
        raise PresetError("name", f"expected one printable line, got {sign} in it")
    return name


def _source(value: Any, plugins: tuple[str, ...]) -> Source:
    source: Source = convert_tagged(value, usable(SOURCES, plugins), "source", "data")
    return source


def _training(value: Any, plugins: tuple[str, ...]) -> Training:
    """The table ``[training]``; its metrics may be those of a plugin."""
    metrics = value.get("metrics") if isinstance(value, dict) else None
    foreign = usable(METRICS, plugins).keys() - get_args(MetricName)
    if not isinstance(metrics, list) or foreign.isdisjoint(filter(_is_text, metrics)):
        training: Training = convert(value, Training, "training")
        return training
    training = convert({**value, "metrics": []}, Training, "training")
    return msgspec.structs.replace(training, metrics=_metrics(metrics, plugins))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _metrics(names: list[Any], plugins: tuple[str, ...]) -> tuple[Any, ...]:
    """The names of metrics. Raises PresetError for one that is none."""
    known = usable(METRICS, plugins)
    for i, name in enumerate(names):
        if not isinstance(name, str) or name not in known:
            problem = f"no {name!r}{suggestion(str(name), known)}"
            raise PresetError(f"training.metrics[{i}]", problem)
    return tuple(names)


def _weights(table: dict[str, Any], folder: Path) -> Weights | None:
    if "weights" not in table:
        return None
    weights: Weights = convert(table["weights"], Weights, "weights")
    return weights.resolve_paths(folder)
