"""Exported PyTorch programs and ONNX models answer as the model does, run by their own library."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.export.exports import NAMES, Answers, Trained, perturbed, trained
from tests.export.test_text_writing import writes_the_same
from tests.helpers import wanted
from tests.judges.packages import require
from tuidl.export import export
from tuidl.export.exporting import LIMIT
from tuidl.export.proof import ProofError, difference, outputs_of
from tuidl.export.torch_names import TAKEN
from tuidl.inference.preprocessing import Preparation
from tuidl.model.model import Model
from tuidl.preset.schema import Preset

JUDGES = {"torch": ("torch",), "onnx": ("onnx", "onnxruntime")}


@pytest.fixture(scope="session", params=JUDGES)
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What all exports of one format say, from one process."""
    for package in JUDGES[request.param]:
        require(package)
    return Answers.of(
        request.param, wanted(request, "name"), tmp_path_factory.mktemp(request.param)
    )


@pytest.mark.parametrize("name", NAMES)
def test_an_export_answers_as_the_model(name: str, answers: Answers) -> None:
    assert answers.difference(name) <= LIMIT


def test_a_name_that_modules_have_is_never_given_to_a_layer() -> None:
    """The list of names is complete for this version of PyTorch."""
    require("torch")
    code = "import torch; m = torch.nn.Module(); print({*dir(m), *vars(m)})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = {name for name in ast.literal_eval(done.stdout) if not name.startswith("_")}
    assert names - TAKEN == set()


@pytest.mark.parametrize("kind", JUDGES)
def test_an_export_proves_itself(kind: str, tmp_path: Path) -> None:
    for package in JUDGES[kind]:
        require(package)
    known = trained("preset cnn_digits")
    done = export(known.model.preset, known.model.parameters, kind, tmp_path)
    assert done.largest_difference <= LIMIT
    assert done.message.startswith("proved: ")


def test_a_wrong_onnx_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in JUDGES["onnx"]:
        require(package)
    from tuidl.export.layers import recurrent_onnx

    monkeypatch.setitem(recurrent_onnx.ORDERS, "gru", (1, 0, 2))
    known = trained("preset gru_sine")
    with pytest.raises(ProofError, match="differ from the model's by"):
        export(known.model.preset, known.model.parameters, "onnx", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_number_of_a_word_is_nan_in_onnx_too(tmp_path: Path) -> None:
    for package in JUDGES["onnx"]:
        require(package)
    known = trained("layer embedding")
    x = known.x.copy()
    x[1, 2], x[3, 0] = 7, -1
    expected = np.isnan(known.model.predict(x))
    said = outputs_of(known.write(tmp_path, "onnx"), x)
    np.testing.assert_array_equal(np.isnan(said), expected)
    assert expected[:, 0].tolist() == [False, True, False, True, False]


@pytest.mark.parametrize("kind", JUDGES)
def test_a_transformer_takes_shorter_sequences(kind: str, tmp_path: Path) -> None:
    """With ``causal``, what it says of the first steps is what it says of them in a long one."""
    for package in JUDGES[kind]:
        require(package)
    known = trained("preset tiny_gpt")
    path, expected = known.write(tmp_path, kind), known.expected
    for steps in (1, 7, expected.shape[1]):
        said = outputs_of(path, known.x[:, :steps])
        assert difference(said, expected[:, :steps]) <= LIMIT


@pytest.mark.parametrize("kind", ["every", "transformer"])
def test_a_pytorch_program_writes_the_same_text(kind: str, tmp_path: Path) -> None:
    require("torch")
    writes_the_same(tmp_path, kind, "torch")


ENCODER = """
name = "texts"
data = {source = "text_csv", path = "texts.csv", text = "text", target = "y", window = 9}
layers = [{type = "embedding", output_dim = 12}, {type = "position_embedding"},
          {type = "transformer_block", num_heads = 3, mask = "input"},
          {type = "transformer_block", num_heads = 2, mask = "input", normalize_first = false},
          {type = "global_%s_pool1d", mask = "input"}, {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam"}
training = {batch_size = 8}
"""


@pytest.mark.parametrize("kind", JUDGES)
@pytest.mark.parametrize("pooling", ["average", "max"])
def test_an_encoder_takes_any_number_of_texts_of_any_length(
    kind: str, pooling: str, tmp_path: Path
) -> None:
    """With padding left out, what it says of a text does not depend on how much there is."""
    for package in JUDGES[kind]:
        require(package)
    texts = ["good", "very good", "not bad at all", "bad"] * 6
    rows = [f"{text},{'yes' if i % 4 < 3 else 'no'}" for i, text in enumerate(texts)]
    (tmp_path / "texts.csv").write_text("\n".join(["text,y", *rows]) + "\n", encoding="utf-8")
    preset = Preset.parse(ENCODER % pooling, folder=tmp_path)
    model = Model(preset, batch=8)
    perturbed(model)
    x = preset.data.split().train.x
    path = Trained(model, Preparation.of(preset), x).write(tmp_path / "out", kind)
    for count, steps in ((1, 4), (3, 9), (len(x), 5)):
        known = model.predict(x[:count])
        assert difference(outputs_of(path, x[:count, :steps]), known) <= LIMIT
