"""Training on arrays and data frames from Python, in one call."""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tuidl.backends import choose
from tuidl.charts.report import loss_chart
from tuidl.core.errors import DataError, RunError
from tuidl.core.names import new_run_name
from tuidl.core.own_files import error_text
from tuidl.preset.schema import Preset
from tuidl.protocol.events import EpochEnded, Event, RunEnded, RunFailed, Scores
from tuidl.protocol.history import History
from tuidl.runs.fit_preset import folder_of, preset_of, tables_of, weigh_classes
from tuidl.runs.given import write_given
from tuidl.runs.progress import Progress, in_notebook
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.results import TrainedRun, load_run
from tuidl.storage.contents import RUN
from tuidl.storage.locations import claimed
from tuidl.training.start import trainer_for

WIDTH, HEIGHT = 80, 14


@dataclass(frozen=True, eq=False, repr=False)
class Fitted(TrainedRun):
    """A network that ``tuidl.fit`` has trained; also all that a run's network is.

    Attributes
    ----------
    scores : dict of dicts
        ``{"train": {"loss": ..., ...}, "validation": ..., "test": ...}`` at the end, of the parts
        that there are.
    history : dict of lists
        A value an epoch of each score: ``"train loss"``, ``"validation accuracy"``.
    """

    scores: dict[str, Scores] = field(default_factory=dict)
    history: dict[str, list[float]] = field(default_factory=dict)
    curves: History = field(default_factory=History)
    place: Any = None
    """What keeps the folder, where nobody else does."""

    def plot(self, measure: str = "loss") -> str:
        """A chart of a score over the epochs, as text: ``print(model.plot("accuracy"))``.

        Raises DataError where there is no such score.
        """
        train, validation = (
            self.curves.series.get(f"{part} {measure}") for part in ("train", "validation")
        )
        if train is None and validation is None:
            known = dict.fromkeys(name.partition(" ")[2] for name in self.history)
            raise DataError(f"no score {measure!r} (there are: {', '.join(known)})")
        lines = loss_chart(measure, train, validation, WIDTH, HEIGHT, color=False)
        return "\n".join(lines)


def fit(
    preset: Preset | Mapping[str, Any] | str | Path,
    x: Any,
    y: Any = None,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    validation: float | None = None,
    normalize: str | None = None,
    seed: int | None = None,
    sample_weight: Any = None,
    class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
    overrides: tuple[str, ...] = (),
    keep: bool | str | Path = False,
    backend: str = "cpu",
    threads: int | None = None,
    progress: bool | None = None,
    each: Callable[[Event], Any] | None = None,
) -> Fitted:
    """Train a preset's network on arrays or a data frame.

    Parameters
    ----------
    preset : Preset, mapping, str or path
        What to train: a preset, its name or file, its TOML text, or a dictionary of its tables
        (``layers``, ``loss``, ``optimizer``, ``training``). Its data is replaced by ``x`` and
        ``y``; how that was split, scaled and filled counts on, where it fits those.
    x : array (examples, ...) or data frame
        Of a data frame (pandas, Polars, a mapping of columns) texts become categories and dates
        several inputs, by the rules of tables.
    y : array (examples,) or (examples, k), or the name of a column of ``x``
        Whole numbers and texts are classes, other numbers are predicted as such.
    epochs, batch_size, seed : int, optional
        As ``training.epochs`` and so on, instead of the preset's.
    validation : float, optional
        As ``data.validation``: the share of the examples to be held out; 0.2 by default.
    normalize : {"none", "standard", "min_max"}, optional
        As ``data.normalize``.
    sample_weight : array (examples,), or the name of a column of ``x``, optional
        How much each example counts in the loss; as ``data.weight``.
    class_weight : mapping or "balanced", optional
        How much each class counts in the loss; as ``loss.class_weights``.
    overrides : tuple of str
        ``"KEY=VALUE"``, as in ``tuidl.load_preset``.
    keep : bool, str or path
        Whether to keep the run, among the others or in a folder of this name, with a copy of the
        data, so that it can be resumed and verified.
    backend, threads
        As in ``tuidl.train``.
    progress : bool, optional
        Whether epochs are printed; by default on a terminal and in a notebook, where a chart
        follows.
    each : callable, optional
        Called with every event, as ``tuidl.train`` yields them.

    Returns
    -------
    Fitted
        ``predict``, ``evaluate``, ``save``, ``scores``, ``history``, ``plot``.

    Raises
    ------
    PresetError, DataError, BackendError
        As ``tuidl.build``; RunError where the training failed or diverged, or cannot be kept.

    Examples
    --------
    >>> import numpy as np, tuidl
    >>> x = np.random.default_rng(0).normal(size=(200, 3))
    >>> preset = {"layers": [{"type": "dense"}], "loss": {"type": "mse"},
    ...           "optimizer": {"type": "adam", "learning_rate": 0.05},
    ...           "training": {"epochs": 60, "metrics": ["r2"]}}
    >>> model = tuidl.fit(preset, x, x @ [1.0, -2.0, 0.5], progress=False)
    >>> model.scores["validation"]["r2"] > 0.99
    True
    >>> model.predict([[1.0, 0.0, 0.0]]).round().tolist()
    [[1.0]]
    """
    table = tables_of(preset)
    said = {
        "training.epochs": epochs, "training.batch_size": batch_size, "training.seed": seed,
        "data.validation": validation,
        "data.normalize": None if normalize is None else repr(normalize),
    }  # fmt: skip
    settings = [f"{key}={value}" for key, value in said.items() if value is not None]
    folder, place = _folder(keep, table["name"])
    try:
        given = write_given(x, y, folder, sample_weight)
        if class_weight is not None:
            weigh_classes(table, class_weight)
        whole = preset_of(table, given, (*settings, *overrides), folder_of(preset))
        trainer = _Fit(whole, folder, choose(backend).name, threads)
        return trainer.run(Progress(progress, whole.training.epochs), each, place)
    except BaseException:
        if not (folder / RUN).exists():  # nothing of it was kept
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _folder(keep: bool | str | Path, name: str) -> tuple[Path, Any]:
    """An empty folder for the run, and what keeps it alive. Raises SaveError, RunError."""
    if keep is True:
        return claimed(new_run_name(name)), None
    if keep is False:
        place = _Place()
        path = place.path / "run"
        path.mkdir()
        return path, place
    path = Path(keep)
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise RunError(f"{path}: not empty; a run needs a folder of its own")
    except OSError as error:
        raise RunError(error_text(error, path)) from None
    return path.absolute(), None


class _Place:
    """A folder for as long as somebody holds this, or the process lives."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="tuidl-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class _Fit:
    """A training of a preset, recorded in a folder."""

    def __init__(self, preset: Preset, folder: Path, backend: str, threads: int | None) -> None:
        """Raises TuidlError."""
        self._folder = folder
        self._recorder = RunRecorder.of_new(preset, backend, folder)
        self._recorder.run = folder.name
        self._training = trainer_for(preset, backend, threads, checkpointer=self._recorder)
        self._recorder.begin()

    def run(self, progress: Progress, each: Callable[[Event], Any] | None, place: Any) -> Fitted:
        """Train to the end. Raises RunError where it fails."""
        curves, history, last = History(), dict[str, list[float]](), None
        for last in recorded(self._training, self._recorder):
            curves.handle(last)
            if isinstance(last, EpochEnded):
                _note(history, last)
            progress.handle(last)
            if each is not None:
                each(last)
        if isinstance(last, RunFailed):
            raise RunError(f"the training failed: {last.error}")
        assert isinstance(last, RunEnded)
        run = load_run(self._folder)
        parts = {"train": last.train, "validation": last.validation, "test": last.test}
        fitted = Fitted(
            **{f.name: getattr(run, f.name) for f in run.__dataclass_fields__.values()},
            scores={name: scores for name, scores in parts.items() if scores},
            history=history, curves=curves, place=place,
        )  # fmt: skip
        if progress.is_shown and in_notebook() and history:
            print(fitted.plot())
        return fitted


def _note(history: dict[str, list[float]], event: EpochEnded) -> None:
    for part, scores in (("train", event.train), ("validation", event.validation)):
        for name, value in (scores or {}).items():
            history.setdefault(f"{part} {name}", []).append(value)
