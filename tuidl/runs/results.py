"""What a run has learned, and using it: predicting, exporting."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tuidl.core.errors import RunError
from tuidl.core.own_files import is_there
from tuidl.data.trained_files import TrainedFiles
from tuidl.preset.schema import Preset
from tuidl.runs.changed_preset import changed_preset
from tuidl.runs.naming import find_run
from tuidl.storage.arrays import read_arrays
from tuidl.storage.contents import BEST, WEIGHTS
from tuidl.storage.folder import RunFolder

if TYPE_CHECKING:
    from tuidl.export import Exported
    from tuidl.inference.predictions import Predictions
    from tuidl.inference.preprocessing import Preparation
    from tuidl.model.model import Model

Which = Literal["final", "best"]


@dataclass(frozen=True, repr=False)
class TrainedRun:
    """A run's network, to be used where its training data is not.

    Attributes
    ----------
    preset : Preset
        What was trained.
    parameters : dict of arrays
        By names like ``dense_1.kernel``.
    preparation : Preparation
        Scales, categories, class names: what lies between the user's values and the network's.
    files : TrainedFiles
        The files of data that it was trained on, as they were.
    folder : Path or None
        Where the run lies.
    class_weights : dict
        Of each loss with ``class_weights = "balanced"``, as the training part had them.
    """

    preset: Preset
    parameters: dict[str, Any]
    preparation: "Preparation"
    files: TrainedFiles = field(default_factory=TrainedFiles)
    folder: Path | None = None
    class_weights: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        count = sum(values.size for values in self.parameters.values())
        name = self.folder.name if self.folder else ""
        return f"<{type(self).__name__} {name!r}: {self.preset.name!r}, {count:,} parameters>"

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names, in the order of ``predict``'s columns; empty for numbers."""
        return self.preparation.classes

    @cached_property
    def data_notice(self) -> str:
        """That the data is there and has changed since, which alters no answer; else empty."""
        changed = [str(path) for path in self.files.differing(self.preset.data)]
        if not changed:
            return ""
        has = "has" if len(changed) == 1 else "have"
        return (
            f"{' and '.join(changed)} {has} changed since the run was trained; its answers are of "
            "what it has kept from then"
        )

    def model(self, backend: str = "cpu", threads: int | None = None) -> "Model":
        """The network with these parameters.

        Parameters
        ----------
        backend, threads
            As in ``tuidl.build``, but for "auto".

        Returns
        -------
        Model
            ``predict`` takes inputs as ``preparation.inputs`` makes them. BackendError where the
            backend or the memory is not to be had.
        """
        from tuidl.inference.trained import model_of

        return model_of(self.preset, self.parameters, backend=backend, threads=threads)

    def predict(self, x: Any) -> Any:
        """What the network says of arrays or a data frame.

        Parameters
        ----------
        x : array (examples, ...) or data frame
            As the training data has them: scaled, filled and encoded here. An array is also taken
            where the network was trained on a table, with columns in that order.

        Returns
        -------
        array (examples, classes) or (examples, outputs)
            Shares of the ``classes``, or numbers in the unit of the targets, float64; NaN in the
            rows that cannot be predicted, of which ``predictions`` says why.

        Raises
        ------
        DataError
            For what does not fit the network, or where no row can be predicted.
        """
        import numpy as np

        found = self.predictions(x)
        if not found.problems:
            return found.decoded
        answers = np.full((len(found.names), *found.decoded.shape[1:]), np.nan)
        answers[[i for i in range(len(answers)) if i not in found.problems]] = found.decoded
        return answers

    def predictions(self, x: Any) -> "Predictions":
        """As ``predict``, with names and problems: ``records``, ``table()``, ``problems``."""
        from tuidl.inference.predictions import answered
        from tuidl.runs.asking import inputs_of

        inputs = inputs_of(self.preset, self.preparation, x)
        return answered(self.model(), self.preparation, inputs)

    def evaluate(self, x: Any, y: Any = None) -> dict[str, float]:
        """Loss and the preset's metrics on other examples, as training has them.

        Parameters
        ----------
        x : array or data frame
            As ``predict`` takes it.
        y : array, or the name of a column of ``x``
            Targets as those of the training; by default the column of that name. Of several a
            data frame, or all numbers side by side.

        Returns
        -------
        dict
            ``{"loss": ..., "accuracy": ...}``

        Raises
        ------
        DataError
            For what does not fit the network, unknown classes, and rows that cannot be predicted.
        """
        from tuidl.runs.asking import scores_of

        known = self.class_weights, self.folder
        return scores_of(self.preset, self.parameters, self.preparation, x, y, *known)

    def save(self, path: Path | str) -> Path:
        """Keep the run in a folder of its own, for ``tuidl.load_run`` and all commands; training
        data that was handed over in Python is left out.

        Raises RunError where something is there, or nothing can be written.
        """
        from tuidl.runs.asking import saved

        return saved(self.folder, Path(path))

    def predict_file(
        self, path: Path | str, *, key: str | None = None, invert: bool | None = None
    ) -> "Predictions":
        """What the network says of a picture, a table or an array.

        Parameters
        ----------
        path : path of a file
            Its ending says what it is: .png and other pictures, .csv, .npy, .npz.
        key : str, optional
            Which array of several in an .npz file.
        invert : bool, optional
            Whether light and dark of a picture are exchanged; by default as its border tells.

        Returns
        -------
        Predictions
            ``records``: a dictionary of plain values for each example.

        Raises
        ------
        DataError
            Where the file does not fit the network, or cannot be read.
        """
        return self.predict_files([path], key=key, invert=invert)[0]

    def predict_files(
        self,
        paths: Sequence[Path | str],
        *,
        key: str | None = None,
        invert: bool | None = None,
    ) -> "list[Predictions]":
        """``predict_file`` of each, by a network that is built once. Raises DataError."""
        from tuidl.inference.files import read_inputs
        from tuidl.inference.predictions import answered

        preset, prepared = self.preset, self.preparation
        given = [read_inputs(preset, prepared, Path(p), key=key, invert=invert) for p in paths]
        model = self.model()
        return [answered(model, prepared, inputs) for inputs in given]

    def recommended(self, user: str, count: int) -> "Predictions":
        """As ``tuidl.inference.recommending.recommendations``. Raises DataError."""
        from tuidl.inference.recommending import recommendations

        return recommendations(self.model(), self.preparation, user, count)

    def export(
        self,
        format: str,  # noqa: A002 - what the command line calls it
        path: Path | str,
        *,
        force: bool = False,
        part: str | None = None,
    ) -> "Exported":
        """Write the network to files of another format, and prove that it is the same one.

        Parameters
        ----------
        format : str
            "safetensors", "onnx", "numpy" or "torch".
        path : path of a folder, or of a file with the format's suffix
        force, part
            As in ``tuidl.export.export``, which also says what is raised.
        """
        from tuidl.export import export

        return export(
            self.preset, self.parameters, format, Path(path), force=force,
            preparation=self.preparation, part=part,
        )  # fmt: skip


def load_run(run: str | Path, which: Which = "final", step: int | None = None) -> TrainedRun:
    """A run's network, by the run's name or the path of its folder.

    The training data is needed only for a run of a tuidl that did not keep what preprocessing
    learned (no ``preprocessing.json`` in its folder).

    Parameters
    ----------
    run : str or path
        A folder, a name that ``tuidl runs`` lists or the beginning of one, "last", or
        "best:METRIC".
    which : {"final", "best"}
        The weights that the run ended with, or was last saved with, or those of its best epoch.
    step : int, optional
        Those after so many steps of the whole run instead; this needs the training data.

    Returns
    -------
    TrainedRun

    Raises
    ------
    RunError
        Where there is no such run or step, nothing was saved yet, or files of it are damaged.
    DataError
        Where the data is needed and cannot be had.
    """
    from tuidl.inference.preprocessing import Preparation

    folder = RunFolder(find_run(str(run)).path)
    preset, learned = folder.preset, folder.preprocessing
    if step is None:
        changed, parameters = changed_preset(folder), trained(folder, which)
    else:
        from tuidl.runs.rewinding import trained_at

        changed, parameters = trained_at(folder, step)
    preset, learned = (preset, learned) if changed is None else (changed, None)
    prepared = Preparation.of_learned(preset, learned) if learned else Preparation.of(preset)
    weights = learned.class_weights if learned else {}
    return TrainedRun(preset, parameters, prepared, folder.trained_files, folder.path, weights)


def trained(folder: RunFolder, which: Which = "final") -> dict[str, Any]:
    """The parameters by their names: ``final``, those that the run ended with or was last saved
    with, or those of its ``best`` epoch. Raises RunError."""
    path = folder.path / (BEST if which == "best" else WEIGHTS)
    if is_there(path):
        return read_arrays(path)[1]
    if which == "best":
        raise RunError(f"{folder.path}: no best epoch: none has ended yet, or nothing is held out")
    snapshot, _ = folder.checkpoints.newest()
    if snapshot is None:
        raise RunError(f"{folder.path}: nothing was saved yet")
    return snapshot.under("parameters")
