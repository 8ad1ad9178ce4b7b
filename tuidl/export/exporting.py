"""Writing a trained network to files of another format, and proving that it is the same one."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tuidl.compiler.codes import decodes
from tuidl.compiler.graph import Graph
from tuidl.compiler.parts import part_of
from tuidl.core.errors import TuidlError, suggestion
from tuidl.core.lazy import Array
from tuidl.core.own_files import error_text
from tuidl.data.dataset import Split
from tuidl.export.formats import FORMATS, Files, Format
from tuidl.export.parts import needed_by, of_part
from tuidl.export.proof import ProofError, difference, missing
from tuidl.inference.preprocessing import Preparation, prepared_for, split_of
from tuidl.inference.trained import checked, model_of
from tuidl.nn.layers.embedding import Embedding
from tuidl.preset.schema import Preset
from tuidl.storage.files import replace_file

MOST_EXAMPLES = 64
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
    known = checked(Graph.build(preset), parameters)
    exported = part_of(preset, part) if part else preset
    whole = Graph.build(exported)
    graph = whole.answering
    if lacking := missing(chosen.needs):
        packages = " and ".join(lacking)
        raise TuidlError(f"export to {format}: {packages} missing: pip install 'tuidl[{format}]'")
    split, reason = _split(preset, preparation) if _reads_data(whole) else (None, _source(exported))
    x, origin = _examples(split, reason, graph)
    prepared, needed = prepared_for(preset, preparation, split), known
    if part:
        prepared, needed = of_part(prepared, preset, exported), needed_by(graph, known)
    expected = model_of(exported, known, examples=len(x)).predict(x)
    files = chosen.write(graph, prepared, needed, stem)
    _require_free(folder, stem, [*files, EXAMPLES], force)
    proved, message = _proved(chosen, exported, known, files, stem, x, expected)
    written = _written(folder, stem, {**files, EXAMPLES: _npz(x=x, expected=expected)})
    return Exported(written, proved, f"{message} ({len(x)} {origin})")


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


def _reads_data(graph: Graph) -> bool:
    """Whether what the model answers is made of the data, and not of noise."""
    noise = {data.name for data in graph.inputs if data.noise}
    return not any(data.name in noise for data in graph.answering.inputs)


def _source(preset: Preset) -> str:
    """Why a network that does not read the data has no examples."""
    return "it reads what another part answers" if decodes(preset) else "it reads noise"


def _split(preset: Preset, preparation: Preparation | None) -> tuple[Split | None, str]:
    """The preset's data; None where it is not here, or is not what the network learned from, and
    nothing has to be learned from it, with the reason.

    Raises DataError.
    """
    try:
        split = split_of(preset)
        is_of_the_network = preparation is None or preparation.is_of(
            preset, preset.data.full_spec(), split
        )
    except TuidlError:
        if preparation is None and preset.data.normalize != "none":
            raise
        return None, "the data is not here"
    return (split, "") if is_of_the_network else (None, "the data has changed since the training")


def _examples(split: Split | None, reason: str, graph: Graph) -> tuple[Array, str]:
    """Held-out inputs as the network sees them, up to MOST_EXAMPLES, and what they are; random
    numbers where there is no data, for a ``reason``."""
    if split is None:
        return _made_up(graph), f"random inputs, since {reason}"
    parts = {"test": split.test, "validation": split.validation, "training": split.train}
    name, part = next((name, part) for name, part in parts.items() if len(part))
    return np.ascontiguousarray(part.x[:MOST_EXAMPLES]), f"{name} examples"


def _made_up(graph: Graph) -> Array:
    """Numbers from 0 to 1; whole ones below the size of a table of embeddings that reads them."""
    random = np.random.default_rng(0)
    shape = (MOST_EXAMPLES, *graph.spec.shape)
    sizes = [node.layer.words for node in graph.nodes if isinstance(node.layer, Embedding)]
    if sizes:
        return random.integers(0, min(sizes), shape).astype(np.float32)
    return random.random(shape, dtype=np.float32)


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


def _proved(
    chosen: Format,
    preset: Preset,
    known: dict[str, Array],
    files: Files,
    stem: str,
    x: Array,
    expected: Array,
) -> tuple[float | None, str]:
    """The largest difference, and what is said of it; in a folder of their own."""
    name = next(name for name, known_format in FORMATS.items() if known_format is chosen)
    if lacking := missing(chosen.judges):
        return None, f"written, not proved: {' and '.join(lacking)} is not installed"
    with TemporaryDirectory(prefix="tuidl-") as folder:
        paths = _written(Path(folder), stem, files)
        off = prove(name, paths[0], preset, known, x, expected)
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
