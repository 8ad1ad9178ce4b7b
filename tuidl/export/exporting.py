"""Writing a trained network to files of another format, and proving that it is the same one."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.core.errors import TuidlError, suggestion
from tuidl.core.lazy import Array
from tuidl.core.own_files import error_text
from tuidl.export.formats import FORMATS, Files, Format
from tuidl.export.proof import ProofError, difference, missing
from tuidl.export.subject import Subject, subject_of
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.trained import model_of
from tuidl.preset.schema import Preset
from tuidl.storage.files import replace_file

LIMIT = 1e-5
"""How far an export may lie off, of outputs beyond 1 as a share of them."""
OWN_ERRORS = 10
"""Where float32 itself is coarser than that: so many times its own distance from float64."""

STEM, EXAMPLES = "model", "_examples.npz"


@dataclass(frozen=True)
class Exported:
    """What ``export`` has written.

    Attributes
    ----------
    files : tuple of Path
        The one to be run or read first.
    largest_difference : float or None
        From what the model predicts on the examples beside it; None where that could not be
        asked here.
    message : str
        The same in words.
    """

    files: tuple[Path, ...]
    largest_difference: float | None
    message: str


def export(
    preset: Preset,
    parameters: Mapping[str, Array],
    format: str,  # noqa: A002 - what the command line calls it
    path: Path,
    *,
    force: bool = False,
    preparation: Preparation | None = None,
    part: str | None = None,
) -> Exported:
    """Write a trained network to files of another format.

    The export is read back before anything is put in its place, and must answer as the model does
    to held-out examples, which lie beside it.

    Parameters
    ----------
    preset : Preset
        What was trained.
    parameters : mapping of str to array
        ``model.parameters``: float32 arrays by ``layer.parameter``, of the preset's shapes.
    format : str
        One of ``tuidl.export.FORMAT_NAMES``: "safetensors", "onnx", "numpy", "torch".
    path : Path
        A folder, or a file with the format's suffix.
    force : bool
        Whether files that are there are replaced.
    preparation : Preparation, optional
        What training learned from the data (scales, categories, names of classes); by default it
        is learned again from the preset's data.
    part : str, optional
        Of several networks one alone: its name, or "encoder", "decoder" or "generator". What it
        reads from other networks it is given.

    Returns
    -------
    Exported
        The files, and how far their answers lie off the model's: at most 1e-5, of outputs beyond
        1 as a share of them.

    Raises
    ------
    TuidlError
        Where the format or the parameters are wrong, a layer has no translation, files are there,
        or a package is missing; ProofError where the export answers something else.
    DataError
        Where the data is needed and cannot be had.
    """
    chosen = _format(format)
    folder, stem = _place(path, chosen)
    if lacking := missing(chosen.needs):
        packages = " and ".join(lacking)
        raise TuidlError(f"export to {format}: {packages} missing: pip install 'tuidl[{format}]'")
    of = subject_of(preset, parameters, preparation, part)
    files = chosen.write(of.graph, of.prepared, of.needed, stem)
    _require_free(folder, stem, [*files, EXAMPLES], force)
    proved, message = _proved(chosen, of, files, stem)
    examples = _npz(x=of.x, expected=of.expected)
    written = _written(folder, stem, {**files, EXAMPLES: examples})
    return Exported(written, proved, f"{message} ({len(of.x)} {of.origin})")


def prove(
    format: str,  # noqa: A002 - what the command line calls it
    path: Path,
    preset: Preset,
    parameters: Mapping[str, Array],
    x: Array,
    expected: Array,
) -> float:
    """How far an export lies off the model's answers.

    Parameters
    ----------
    format : str
        As in ``export``.
    path : Path
        The first of the export's files.
    preset, parameters
        As in ``export``.
    x : array (examples, *shape)
        Inputs of the network, float32: scaled as in training.
    expected : array (examples, *outputs)
        What ``Model.predict`` answers to ``x``.

    Returns
    -------
    float
        The largest difference, of outputs beyond 1 as a share of them.

    Raises
    ------
    ProofError
        Where it is larger than float32 explains.
    TuidlError
        Where the export cannot be run here.
    """
    chosen = _format(format)
    if lacking := missing(chosen.judges):
        raise TuidlError(f"{path}: not proved: {' and '.join(lacking)} is not installed")
    off = difference(chosen.answers(Graph.build(preset).answering, path, x), expected)
    if off <= LIMIT:
        return off
    single, double = (
        model_of(preset, parameters, backend="numpy", dtype=dtype).predict(x)
        for dtype in ("float32", "float64")
    )
    limit = max(LIMIT, OWN_ERRORS * difference(single, double))
    if not off <= limit:
        raise ProofError(
            f"{path.name}: answers differ from the model's by {off:.2g}, expected at most "
            f"{limit:.2g}; nothing was written: this is a fault of tuidl, please report it"
        )
    return off


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise TuidlError(f"no format {name!r}{suggestion(name, FORMATS)}")
    return FORMATS[name]


def _place(path: Path, chosen: Format) -> tuple[Path, str]:
    """The folder and the stem of the files' names. Raises TuidlError."""
    suffixes = {known.suffix for known in FORMATS.values()} | {".npz", ".pt", ".pth"}
    if path.suffix == chosen.suffix and not path.is_dir():
        return path.parent, path.stem
    if path.suffix in suffixes and not path.is_dir():
        raise TuidlError(f"{path}: this format is written to a folder or a {chosen.suffix} file")
    return path, STEM


def _require_free(folder: Path, stem: str, ends: list[str], force: bool) -> None:
    """Raises TuidlError where a file is there already, or the folder cannot be had."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TuidlError(error_text(error, folder)) from None
    for path in (folder / f"{stem}{end}" for end in ends):
        if path.is_dir() or (path.exists() and not force):
            raise TuidlError(f"{path}: is there already; --force replaces it")


def _proved(chosen: Format, of: Subject, files: Files, stem: str) -> tuple[float | None, str]:
    """The largest difference, and what is said of it; in a folder of their own."""
    name = next(name for name, known_format in FORMATS.items() if known_format is chosen)
    if lacking := missing(chosen.judges):
        return None, f"written, not proved: {' and '.join(lacking)} is not installed"
    with TemporaryDirectory(prefix="tuidl-") as folder:
        paths = _written(Path(folder), stem, files)
        off = prove(name, paths[0], of.preset, of.known, of.x, of.expected)
    return off, f"proved: answers differ from the model's by at most {off:.1g}"


def _written(folder: Path, stem: str, files: Files) -> tuple[Path, ...]:
    paths = tuple(folder / f"{stem}{end}" for end in files)
    try:
        for path, data in zip(paths, files.values(), strict=True):
            replace_file(path, data)
    except OSError as error:
        raise TuidlError(error_text(error, folder)) from None
    return paths


def _npz(**arrays: Array) -> bytes:
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()
