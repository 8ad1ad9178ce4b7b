"""Preset: what to train. The only configuration there is; reads and writes TOML."""

import shlex
import tomllib
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Self

import msgspec
import tomli_w
from msgspec import Meta

from tuidl.core.config import Config
from tuidl.core.errors import PresetError, suggestion
from tuidl.core.own_files import FileError, TooLargeError, read_bounded
from tuidl.data.catalog import SOURCES
from tuidl.data.dataset import Source
from tuidl.data.spec import ExampleSpec, sampled_target
from tuidl.data.tables.formats import is_table
from tuidl.nn.layers.base import Layer, LayerName
from tuidl.nn.losses import Loss
from tuidl.nn.losses.regression import Regression
from tuidl.nn.metrics import METRICS
from tuidl.nn.monitoring import Patience
from tuidl.nn.optimizers import Optimizer
from tuidl.nn.schedules import ReduceOnPlateau
from tuidl.plugins.loading import MOST, guarding, load, load_installed_for, usable
from tuidl.preset.alerts import Alerts, read_alerts
from tuidl.preset.decoding import convert, convert_tagged, set_value
from tuidl.preset.networks import TABLES, LossTerm, Network, Noise, Objective, Output
from tuidl.preset.tables import read_several, read_single, read_title, read_weights
from tuidl.preset.training import Training, checked_metrics, read_training, require_no_metrics
from tuidl.preset.warm_start import Weights
from tuidl.tasks.choice import task_of

Plugins = Annotated[tuple[str, ...], Meta(max_length=MOST)]
"""Python files beside the preset."""

KEYS = {"name", "about", "plugins", "data", "layers", "loss", "optimizer", "training", "alerts",
        "weights", "predicts", *TABLES}  # fmt: skip
LARGEST_FILE = 1 << 20
UNBOUNDED = ("linear", "leaky_relu")
"""Activations that answer with any number."""


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
    alerts: Alerts | None = None
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
            raise PresetError("", f"not TOML: {error}{_of_data(source)}", source) from None
        except RecursionError:
            raise PresetError("", "not a preset: nested too deeply", source) from None
        for override in overrides:
            set_value(table, override)
        return cls.of_table(table, folder, examples, source)

    @classmethod
    def of_table(
        cls,
        table: dict[str, Any],
        folder: Path = Path(),
        examples: ExampleSpec | None = None,
        source: str = "preset",
    ) -> Self:
        """From the tables that its TOML has, as ``table()`` returns them. Raises PresetError."""
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
        for key in table:
            if key not in KEYS:
                raise PresetError(key, f"unknown key{suggestion(key, KEYS)}")
        has_several = any(key in table for key in TABLES)
        own = () if has_several else ("layers", "loss", "optimizer")
        for key in ("name", "data", *own):
            if key not in table:
                raise PresetError(key, "missing: every preset needs it")
        plugins: tuple[str, ...] = convert(table.get("plugins", []), Plugins, "plugins")
        load(plugins, folder)
        load_installed_for(table)
        preset = cls(
            name=read_title(table["name"]),
            about=convert(table.get("about", ""), str, "about"),
            plugins=plugins,
            data=convert_tagged(
                table["data"], usable(SOURCES, plugins), "source", "data"
            ).resolve_paths(folder),
            training=read_training(table.get("training", {}), plugins),
            alerts=read_alerts(table.get("alerts", {})),
            weights=read_weights(table, folder),
            examples=examples,
            **(read_several(table, plugins) if has_several else read_single(table, plugins)),
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
        checked_metrics(list(self.training.metrics), self.plugins)
        self._check()
        return self

    def _check(self) -> None:
        """What no single table can know."""
        with guarding(self.data, "data"):
            if self.examples is None:
                self.data.check()
            self._check_sampling()
        self._check_monitors()
        if self.networks:
            require_no_metrics(self.training, is_trained=self.examples is not None)
            return
        with guarding(self.data, "data"):
            task = task_of(self)
        for i, name in enumerate(self.training.metrics):
            key = f"training.metrics[{i}]"
            if problem := task.metric_problem(METRICS[name]):
                raise PresetError(key, problem)
            if name in self.training.metrics[:i]:
                raise PresetError(key, f"{name!r} is named twice")

    @property
    def evens_classes(self) -> bool:
        """Whether rare classes count as much as others in training."""
        losses = (self.loss, *(term.loss for term in self.terms))
        weighed = any(getattr(loss, "class_weights", None) for loss in losses)
        return weighed or self.training.sampling is not None

    def _check_sampling(self) -> None:
        """Raises PresetError where classes are to be drawn evenly and cannot be."""
        if self.training.sampling is None:
            return
        key = "training.sampling"
        if not self.training.shuffle:
            raise PresetError(key, "draws examples at random, but training.shuffle is false")
        if sampled_target(self.spec()) is None:
            problem = "draws classes evenly, but the targets are not one class an example"
            raise PresetError(key, problem)

    def _watches(self) -> dict[str, str]:
        """What watches a score of the validation part, by its key, and which."""
        schedules = {"optimizer": self.optimizer.schedule}
        if self.objectives:
            schedules = {
                f"objectives[{i}].optimizer": objective.optimizer.schedule
                for i, objective in enumerate(self.objectives)
            }
        found = {f"{key}.schedule": schedule for key, schedule in schedules.items()}
        watches = {"training.early_stopping": self.training.stopping, **found}
        return {
            key: watch.monitor
            for key, watch in watches.items()
            if isinstance(watch, ReduceOnPlateau | Patience)
        }

    def require_unwatched(self, problem: str) -> None:
        """Raises PresetError, with the ``problem``, where something watches the validation part."""
        for key in self._watches():
            raise PresetError(key, f"watches the validation part, but {problem}")

    def _check_monitors(self) -> None:
        """Raises PresetError where a score is watched that will not be there."""
        if not (self.data.validation or self.training.folds):
            self.require_unwatched("data.validation is 0")
        for key, monitor in self._watches().items():
            if monitor not in (known := ("loss", *self.training.metrics)):
                among = "those of several networks" if self.networks else "training.metrics"
                problem = f"{monitor!r} is not among {among} (known: {', '.join(known)})"
                raise PresetError(f"{key}.monitor", problem)

    @property
    def source(self) -> Source:
        """The data as this network is trained on it: targets are scaled by default only for one
        network that can answer with any number, and for a loss that compares numbers."""
        if getattr(self.data, "normalize_targets", False) is not None or self._answers_numbers:
            return self.data
        return msgspec.structs.replace(self.data, normalize_targets=False)

    @property
    def _answers_numbers(self) -> bool:
        if self.networks or not isinstance(self.loss, Regression):
            return False
        ends = [layer for layer in self.layers if layer.enabled and not layer.reshapes_only]
        return not ends or getattr(ends[-1], "activation", "linear") in UNBOUNDED

    def batch(self) -> int:
        """Examples of one step. The data is loaded only where nothing else can tell.

        Raises DataError.
        """
        size = self.training.batch_size
        if size != "full" and size <= self.data.fewest_to_train():
            return size
        return self.training.batch_for(len(self.source.split().train))

    def spec(self) -> ExampleSpec:
        """Shapes of the examples, known without loading any. Raises DataError."""
        return self.examples or self.data.full_spec()

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


def _of_data(source: str) -> str:
    """What to say of a table that is given in the place of a preset."""
    if not is_table(Path(source)):
        return ""
    return f"; it is a file of data: tuidl new {shlex.quote(source)} --target COLUMN makes a preset"
