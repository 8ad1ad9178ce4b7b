"""Exported programs as people read and run them."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.helpers import CONV, LINE, SEQUENCE, preset
from tuidl.compiler.graph import Graph
from tuidl.core.version import __version__
from tuidl.export import FORMATS, export, numpy_program, torch_program
from tuidl.export.steps import identifiers
from tuidl.export.writing import constant
from tuidl.inference.preprocessing import Preparation
from tuidl.model.model import Model
from tuidl.preset.library import load_preset


def test_a_program_prints_answers_in_the_users_units(tmp_path: Path) -> None:
    """Scaled inputs and targets: raw values in, values in their own units out."""
    text = LINE.replace(
        '"linear",', '"diabetes", normalize = "standard", normalize_targets = true,'
    )
    model = Model(preset(text), batch=8)
    export(model.preset, model.parameters, "numpy", tmp_path)
    raw = model.preset.data.load().x[:3]
    prepared = Preparation.of(model.preset)
    expected = prepared.decode(model.predict(prepared.inputs(raw)))
    assert 0 < abs(expected).min() < abs(expected).max() < 1000
    lines = _printed(tmp_path, raw)
    np.testing.assert_allclose([float(line) for line in lines], expected[:, 0], rtol=1e-4)


@pytest.mark.parametrize("ending", ["", 'activation = "softmax"'])
def test_a_program_prints_classes(ending: str, tmp_path: Path) -> None:
    """From probabilities and from scores, from images as bytes or as numbers."""
    known = Model(preset(CONV.replace('activation = "softmax"', ending)), batch=8)
    export(known.preset, known.parameters, "numpy", tmp_path)
    x = known.preset.data.load().x[:4]
    probabilities = Preparation.of(known.preset).decode(known.predict(x))
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
    text = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    shown = re.search(r"```python\n(\"\"\"XOR.*?)```", text, re.S)[1]
    chosen = load_preset("mlp_xor")
    written = numpy_program.program(Graph.build(chosen), Preparation.of(chosen), "xor")
    assert re.sub(r"tuidl \d+\.\d+\.\d+", f"tuidl {__version__}", shown) == written


def test_the_documentation_names_every_format() -> None:
    text = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
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


def _printed(folder: Path, values: np.ndarray) -> list[str]:
    np.save(folder / "inputs.npy", values)
    command = [sys.executable, "-I", str(folder / "model.py"), str(folder / "inputs.npy")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()
