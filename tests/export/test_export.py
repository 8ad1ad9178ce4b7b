"""Exports answer as the model does: every layer, every shipped preset, every format."""

from pathlib import Path

import numpy as np
import pytest

from tests.export.exports import NAMES, Answers, Trained, trained
from tests.helpers import preset, wanted
from tuidl.compiler.graph import Graph
from tuidl.core.errors import DataError, TuidlError
from tuidl.export import FORMAT_NAMES, FORMATS, export, numpy_program, prove
from tuidl.export.exporting import LIMIT, Exported
from tuidl.export.proof import ProofError, difference
from tuidl.export.registry import NUMPY, ONNX, TORCH
from tuidl.export.templates import torch_template
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.trained import read_parameters
from tuidl.nn.layers import LAYERS, Layer


@pytest.fixture(scope="session")
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What all exported NumPy programs say, from one process."""
    return Answers.of("numpy", wanted(request, "name"), tmp_path_factory.mktemp("numpy"))


@pytest.mark.parametrize("name", NAMES)
def test_a_numpy_program_answers_as_the_model(name: str, answers: Answers) -> None:
    assert answers.difference(name) <= LIMIT


SINGLE = [kind for kind, layer in LAYERS.items() if layer.parts is Layer.parts]
"""Layers that have no parts, which are other layers."""


@pytest.mark.parametrize("kind", SINGLE)
def test_every_layer_has_an_export(kind: str) -> None:
    assert kind in NUMPY or LAYERS[kind].reference
    assert kind in TORCH or LAYERS[kind].__name__ in torch_template().parts
    assert kind in ONNX


def test_every_layer_is_among_the_cases_that_are_exported() -> None:
    kinds = {node.layer.kind() for name in NAMES for node in _graph(name).nodes}
    assert kinds == set(SINGLE)


def test_a_swapped_moment_would_show() -> None:
    """The parameters that tests export are none that could be exchanged without a trace."""
    known = trained("layer batch_normalization of images")
    names = [name for name in known.model.parameters if "batch_normalization" in name]
    first = known.expected
    for name in names:
        values = known.model.parameters[name]
        kept = values.copy()
        values[...] = values[::-1]
        assert np.abs(known.expected - first).max() > 100 * LIMIT, name
        values[...] = kept


@pytest.mark.parametrize("kind", ["numpy", "safetensors"])
def test_an_export_proves_itself(kind: str, tmp_path: Path) -> None:
    known = trained("preset cnn_digits")
    done = _export(known, kind, tmp_path)
    assert done.largest_difference is not None
    assert done.largest_difference <= LIMIT
    assert done.message.startswith("proved: ")
    assert done.message.endswith("(64 validation examples)")
    assert [path.name for path in done.files] == {
        "numpy": ["model.py", "model.npz", "model_examples.npz"],
        "safetensors": ["model.safetensors", "model_examples.npz"],
    }[kind]
    with np.load(tmp_path / "model_examples.npz") as examples:
        assert len(examples["x"]) == len(examples["expected"]) == 64
        np.testing.assert_array_equal(known.model.predict(examples["x"]), examples["expected"])


def test_the_weights_keep_names_and_bits(tmp_path: Path) -> None:
    known = trained("preset gru_sine")
    (path, _) = _export(known, "safetensors", tmp_path / "my.safetensors").files
    assert path.name == "my.safetensors"
    for name, values in read_parameters(path).items():
        np.testing.assert_array_equal(values, known.model.parameters[name])
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        metadata = file.metadata()
    assert preset(metadata["preset"]) == known.model.preset
    import msgspec

    assert msgspec.json.decode(metadata["preparation"], type=Preparation) == known.prepared


def test_a_wrong_export_is_refused_and_nothing_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = numpy_program.program
    monkeypatch.setattr(
        "tuidl.export.numpy_program.program",
        lambda *arguments: write(*arguments).replace("relu(dense(", "(dense("),
    )
    with pytest.raises(ProofError, match="differ from the model's by"):
        _export(trained("preset cnn_digits"), "numpy", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_does_not_run_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuidl.export.numpy_program.program", lambda *arguments: "nonsense")
    with pytest.raises(ProofError, match=r"(?s)model\.py could not be run.*NameError"):
        _export(trained("preset cnn_digits"), "numpy", tmp_path)


def test_prove_reads_what_lies_there(tmp_path: Path) -> None:
    known = trained("layer dense")
    path = known.write(tmp_path, "numpy")
    parameters = known.model.parameters
    arguments = (known.model.preset, parameters, known.x)
    assert prove("numpy", path, *arguments, known.expected) <= LIMIT
    with pytest.raises(ProofError):
        prove("numpy", path, *arguments, known.expected + 1)


def test_nothing_is_written_over_unless_forced(tmp_path: Path) -> None:
    known = trained("preset mlp_xor")
    _export(known, "numpy", tmp_path)
    with pytest.raises(TuidlError, match=r"model\.py: is there already; --force"):
        _export(known, "numpy", tmp_path)
    _export(known, "numpy", tmp_path, force=True)


@pytest.mark.parametrize(
    ("kind", "path", "problem"),
    [("onxx", "x", "did you mean 'onnx'"), ("numpy", "x.onnx", "a folder or a .py file")],
)
def test_wrong_formats_and_places_are_refused(
    kind: str, path: str, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(TuidlError, match=problem):
        _export(trained("preset mlp_xor"), kind, tmp_path / path)


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"\xff" * 8 + b"{}"])
def test_weights_that_are_damaged_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged, or no safetensors file"):
        read_parameters(path)


def test_parameters_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    known = trained("preset mlp_xor")
    parameters = dict(known.model.parameters)
    parameters["dense_1.kernl"] = parameters.pop("dense_1.kernel")
    with pytest.raises(DataError, match=r"did you mean 'dense_1\.kernel'"):
        export(known.model.preset, parameters, "numpy", tmp_path)
    parameters["dense_1.kernel"] = parameters.pop("dense_1.kernl")[:1]
    with pytest.raises(DataError, match=r"expected shape \(2, 8\), got \(1, 8\)"):
        export(known.model.preset, parameters, "numpy", tmp_path)


@pytest.mark.parametrize("package", ["torch", "onnx"])
def test_what_is_missing_is_said(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuidl.export.exporting.missing", lambda packages: list(packages))
    known = trained("preset mlp_xor")
    if package == "onnx":
        with pytest.raises(TuidlError, match=r"pip install 'tuidl\[onnx\]'"):
            _export(known, "onnx", tmp_path)
    else:
        done = _export(known, "torch", tmp_path)
        assert done.largest_difference is None
        assert done.message.startswith("written, not proved: torch is not installed")
        assert [path.name for path in done.files][:2] == ["model.py", "model.safetensors"]


def test_data_that_is_not_here_is_stood_in_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path / "nothing"))
    done = _export(trained("preset mnist_mlp_dropout"), "numpy", tmp_path)
    assert done.message.endswith("(64 random inputs, since the data is not here)")


def test_float32_that_is_coarse_itself_is_no_fault(tmp_path: Path) -> None:
    """Sums of large terms that all but cancel: no two orders of adding them agree to 1e-5."""
    known = trained("layer dense")
    known.model.parameters["dense_2.kernel"][...] *= 30_000
    assert _export(known, "numpy", tmp_path).largest_difference is not None


def test_the_formats_are_a_closed_list() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES == ("safetensors", "onnx", "numpy", "torch")


def test_nan_is_a_difference() -> None:
    assert not difference(np.array([np.nan]), np.array([1.0])) <= LIMIT
    assert difference(np.array([2000.02]), np.array([2000.0])) == pytest.approx(1e-5)


def _graph(name: str) -> Graph:
    return trained(name).model.program.graph


def _export(known: Trained, kind: str, path: Path, **options: bool) -> Exported:
    return export(known.model.preset, known.model.parameters, kind, path, **options)
