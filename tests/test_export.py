"""Exports answer as the model does: every layer, every shipped preset, every format."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.exports import NAMES, Answers, Trained, trained
from tests.helpers import CONV, LINE, SEQUENCE, preset
from tuidl import __version__
from tuidl.errors import DataError, TuidlError
from tuidl.export import FORMAT_NAMES, FORMATS, export, numpy_program, prove, torch_program
from tuidl.export.exporting import LIMIT, Exported
from tuidl.export.proof import ProofError, difference
from tuidl.export.steps import identifiers
from tuidl.export.writing import constant
from tuidl.graph import Graph
from tuidl.layers import LAYERS
from tuidl.library import load_preset
from tuidl.model import Model
from tuidl.preparing import Preparation
from tuidl.trained import read_parameters


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What all exported NumPy programs say, from one process."""
    return Answers.of("numpy", NAMES, tmp_path_factory.mktemp("numpy"))


@pytest.mark.parametrize("name", NAMES)
def test_a_numpy_program_answers_as_the_model(name: str, answers: Answers) -> None:
    assert answers.difference(name) <= LIMIT


@pytest.mark.parametrize("kind", LAYERS)
def test_every_layer_has_an_export(kind: str) -> None:
    from tuidl.export import torch_layers

    assert kind in numpy_program.LAYERS
    assert kind in torch_layers.LAYERS


def test_every_layer_is_among_the_cases_that_are_exported() -> None:
    kinds = {node.layer.kind() for name in NAMES for node in _graph(name).nodes}
    assert kinds == set(LAYERS)


def test_a_layer_of_onnx_for_every_layer() -> None:
    pytest.importorskip("onnx")
    from tuidl.export import onnx_layers

    assert set(onnx_layers.LAYERS) == set(LAYERS)


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


def test_a_program_prints_answers_in_the_users_units(tmp_path: Path) -> None:
    """Scaled inputs and targets: raw values in, values in their own units out."""
    text = LINE.replace(
        '"linear",', '"diabetes", normalize = "standard", normalize_targets = true,'
    )
    model = Model(preset(text), batch=8)
    export(model.preset, model.parameters, "numpy", tmp_path)
    raw = model.preset.data.load().x[:3]
    prepared = Preparation.of(model.preset)
    expected = prepared.numbers(model.predict(prepared.inputs(raw)))
    assert 0 < abs(expected).min() < abs(expected).max() < 1000
    lines = _printed(tmp_path, raw)
    np.testing.assert_allclose([float(line) for line in lines], expected[:, 0], rtol=1e-4)


@pytest.mark.parametrize("ending", ["", 'activation = "softmax"'])
def test_a_program_prints_classes(ending: str, tmp_path: Path) -> None:
    """From probabilities and from scores, from images as bytes or as numbers."""
    known = Model(preset(CONV.replace('activation = "softmax"', ending)), batch=8)
    export(known.preset, known.parameters, "numpy", tmp_path)
    x = known.preset.data.load().x[:4]
    probabilities = Preparation.of(known.preset).probabilities(known.predict(x))
    expected = [f"{row.argmax()}  {row.max():.1%}" for row in probabilities]
    assert _printed(tmp_path, x) == expected
    assert _printed(tmp_path, (16 * x).astype(np.uint8)) == expected
    assert _printed(tmp_path, x[0]) == expected[:1]


def test_programs_read_like_written_by_hand() -> None:
    graph = Graph.build(preset(CONV))
    lines = numpy_program.predicting(graph).splitlines()
    assert lines[2].split("  # ")[0].strip() == (
        'x = relu(conv2d(x, **W["conv2d_1"], padding=((1, 1), (1, 1))))'
    )
    assert max(map(len, lines)) <= 100
    module = torch_program.module(graph)
    assert "self.conv2d_1 = nn.Conv2d(1, 5, kernel_size=3, padding=1)\n" in module
    assert "x = F.max_pool2d(x, 2, stride=2) " in module
    assert "lstm" not in numpy_program.program(graph, Preparation.of(graph.preset), "m")


def test_the_program_in_the_documentation_is_what_is_written() -> None:
    text = (Path(__file__).parent.parent / "docs" / "export.md").read_text(encoding="utf-8")
    shown = re.search(r"```python\n(\"\"\"XOR.*?)```", text, re.S)[1]
    chosen = load_preset("mlp_xor")
    written = numpy_program.program(Graph.build(chosen), Preparation.of(chosen), "xor")
    assert re.sub(r"tuidl \d+\.\d+\.\d+", f"tuidl {__version__}", shown) == written


def test_the_documentation_names_every_format() -> None:
    text = (Path(__file__).parent.parent / "docs" / "export.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"| `{name}` |" not in text] == []


def test_values_read_later_bear_their_layers_name() -> None:
    text = SEQUENCE.replace(
        'layers = [{type = "gru", units = 7, return_sequences = true}',
        'layers = [{type = "dense", units = 7, name = "class"}, {type = "dense", units = 7, '
        'name = "x"}, {type = "add", inputs = ["class", "x"]}, {type = "gru", units = 7}, '
        '{type = "reshape", shape = [7, 1]}',
    )
    lines = numpy_program.predicting(Graph.build(preset(text)))
    assert 'layer_class = dense(x, **W["class"])' in lines
    assert "x = layer_class + x " in lines


def test_names_become_different_identifiers() -> None:
    names = ["a-b", "a_b", "1", "for", "x", "relu", "relu_2"]
    found = identifiers(names, frozenset({"x", "relu"}))
    assert found == ["a_b", "a_b_2", "layer_1", "layer_for", "x_2", "relu_2", "relu_2_2"]


def test_the_formats_are_a_closed_list() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES == ("safetensors", "onnx", "numpy", "torch")


def test_nan_is_a_difference() -> None:
    assert not difference(np.array([np.nan]), np.array([1.0])) <= LIMIT
    assert difference(np.array([2000.02]), np.array([2000.0])) == pytest.approx(1e-5)


@pytest.mark.parametrize(
    "values",
    [("a", "it's", 'say "x"', "'\"", "back\\slash", "\u202ered", "naïve", "日本"), (0.1, 3.0)],
)
def test_constants_are_read_as_they_were(values: tuple[float | str, ...]) -> None:
    text = constant("VALUES", values)
    scope: dict[str, object] = {}
    exec(text, scope)
    assert scope["VALUES"] == values
    assert "\u202e" not in text


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    """Names and abouts of presets come from strangers."""
    text = CONV.replace("tiny CNN", 'x\\"\\"\\"; raise SystemExit; \\"\\"\\"\\\\')
    hostile = Model(preset(text, "about='''a\\\"\"\" + 1/0 + \"\"\"\\'''"), batch=8)
    name = tmp_path / 'a"""; raise SystemExit; """.py'
    done = export(hostile.preset, hostile.parameters, "numpy", name)
    assert done.largest_difference is not None


def _graph(name: str) -> Graph:
    return trained(name).model.program.graph


def _export(known: Trained, kind: str, path: Path, **options: bool) -> Exported:
    return export(known.model.preset, known.model.parameters, kind, path, **options)


def _printed(folder: Path, values: np.ndarray) -> list[str]:
    np.save(folder / "inputs.npy", values)
    command = [sys.executable, "-I", str(folder / "model.py"), str(folder / "inputs.npy")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()
