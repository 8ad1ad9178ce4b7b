"""Tables whose columns name pictures, and tables with several targets."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tuidl.core.errors import TuidlError
from tuidl.data.preprocessing import read_preprocessing
from tuidl.export.exporting import export
from tuidl.judging.evaluating import Network
from tuidl.judging.file_subject import of_file, target_name
from tuidl.preset.schema import Preset
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.results import load_run
from tuidl.training.start import trainer_for

ROWS = 40
PICTURE = {"photo": {"kind": "picture"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table of 40 flats and houses: a house is a light square in its picture, and costs more."""
    random = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    lines = ["area,colour,front photo,photo,kind,price"]
    for i in range(ROWS):
        is_house, area = i % 2, random.uniform(20, 90)
        pixels = random.integers(0, 60, (6, 6, 3), dtype=np.uint8)
        pixels[1:5, 1:5] += np.uint8(160 * is_house)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{i}.png")
        price = 1000 * area + 30_000 * is_house
        name = "house" if is_house else "flat"
        colour = "red" if i % 3 else "blue"
        file = f"photos/{i}.png"
        lines.append(f"{area:.1f},{colour},{file},{file},{name},{price:.0f}")
    (tmp_path / "own.csv").write_text("\n".join(lines))
    return tmp_path


def layers(*before: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "conv2d", "inputs": ["photo"], "filters": 3, "kernel_size": 3},
        {"type": "global_average_pool2d", "name": "seen"},
        {"type": "concatenate", "inputs": ["table", "seen"]},
        *before,
    ]


def preset_of(folder: Path, **data: Any) -> Preset:
    known = {
        "source": "csv", "path": str(folder / "own.csv"), "target": "kind", "size": [6, 6],
        "columns": PICTURE, "ignore": ["price", "front photo"], "normalize": "standard",
    }  # fmt: skip
    return Preset.of_table({
        "name": "both", "data": {**known, **data},
        "layers": layers({"type": "dense", "activation": "softmax"}),
        "loss": {"type": "cross_entropy"}, "optimizer": {"type": "adam", "learning_rate": 0.05},
        "training": {"epochs": 12, "batch_size": 8, "metrics": ["accuracy"]},
    })  # fmt: skip


def two_targets(folder: Path, predicts: str) -> Preset:
    one = tomllib.loads(preset_of(folder).to_toml())
    data = {**one["data"], "target": ["kind", "price"], "ignore": ["front photo"]}
    networks = [
        {"name": "trunk", "inputs": ["table", "photo"], "layers": layers()},
        {"name": "a", "layers": [{"type": "dense", "activation": "softmax"}]},
        {"name": "b", "layers": [{"type": "dense"}]},
    ]
    outputs = [
        {"name": "features", "network": "trunk", "inputs": ["table", "photo"]},
        {"name": "kind", "network": "a", "inputs": ["features"]},
        {"name": "price", "network": "b", "inputs": ["features"]},
    ]
    losses = [
        {"output": "kind", "target": "kind", "loss": {"type": "cross_entropy"}},
        {"output": "price", "target": "price", "loss": {"type": "mse"}, "metrics": ["mae"]},
    ]
    objective = {"name": "both", "losses": losses, "optimizer": {"type": "adam"}}
    return Preset.of_table({
        "name": "two", "predicts": predicts, "data": {**data, "normalize_targets": True},
        "networks": networks, "outputs": outputs, "objectives": [objective],
        "training": {"epochs": 3, "batch_size": 8},
    })  # fmt: skip


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image).reshape(-1) / np.float32(255)


def test_columns_are_scaled_and_pixels_lie_behind_them(folder: Path) -> None:
    preset = preset_of(folder)
    spec, split = preset.spec(), preset.source.split()
    assert [(field.name, field.shape) for field in spec.inputs] == [
        ("table", (3,)), ("photo", (6, 6, 3)),
    ]  # fmt: skip
    assert split.rows is not None
    np.testing.assert_allclose(split.train.x[:, :3].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(split.train.x[:, :3].std(axis=0), 1, atol=1e-6)
    for x, row in zip(split.train.x, split.rows, strict=True):
        np.testing.assert_array_equal(x[3:], pixels(folder / "photos" / f"{row}.png"))


def test_pictures_alone_are_inputs_as_those_of_a_folder(folder: Path) -> None:
    data = {"ignore": ["area", "colour", "kind", "front photo"], "target": "price"}
    preset = tomllib.loads(preset_of(folder).to_toml())
    preset["data"] |= {**data, "normalize_targets": False, "channels": 1}
    preset |= {"layers": [{"type": "flatten"}, {"type": "dense"}], "loss": {"type": "mse"}}
    preset["training"] = {"epochs": 1}
    known = Preset.of_table(preset)
    assert known.spec().shape == (6, 6, 1)
    assert not known.spec().inputs
    assert known.source.split().train.x.shape == (32, 6, 6, 1)


def kept(preset: Preset, folder: Path) -> Path:
    recorder = RunRecorder.of_new(preset, "cpu", folder / "run")
    recorder.run = "run"
    training = trainer_for(preset, "cpu", 1, checkpointer=recorder)
    recorder.begin()
    list(recorded(training, recorder))
    return folder / "run"


def test_a_run_predicts_evaluates_and_is_exported(folder: Path) -> None:
    run = load_run(kept(preset_of(folder), folder))
    text = (folder / "own.csv").read_text().splitlines()
    (folder / "new.csv").write_text(
        "\n".join([text[0], *text[5:9], text[9].replace("photos/8.png", "photos/none.png")])
    )
    found = run.predict_file(folder / "new.csv")
    assert list(found.problems) == [4]
    assert "line 6, column 'photo'" in found.problems[4]
    assert "no such file" in found.problems[4]
    whole = run.predict_file(folder / "own.csv")
    np.testing.assert_allclose(found.decoded, whole.decoded[4:8], rtol=1e-6)
    subject = of_file(run.preset, run.preparation, folder / "own.csv")
    assert subject.x.shape == (ROWS, 3 + 6 * 6 * 3)
    for kind in ("numpy", "safetensors"):
        exported = export(
            run.preset, run.parameters, kind, folder / kind, preparation=run.preparation
        )
        assert (exported.largest_difference or 0) < 1e-5


@pytest.mark.parametrize("predicts", ["kind", "price"])
def test_of_two_targets_the_one_that_is_predicted_is_in_its_own_terms(
    predicts: str, folder: Path
) -> None:
    run = load_run(kept(two_targets(folder, predicts), folder))
    assert target_name(run.preset, run.preparation) == predicts
    network = Network("run", "final", run.preset, run.parameters, run.preparation)
    subject = of_file(run.preset, run.preparation, folder / "own.csv")
    decoded, targets = network.decoded(subject.x), network.task.targets(subject.y)
    if predicts == "kind":
        assert run.classes == ("flat", "house")
        np.testing.assert_allclose(decoded.sum(axis=1), 1, rtol=1e-6)
        assert targets[:2].ravel().tolist() == [0, 1]
    else:
        assert run.classes == ()
        assert 30_000 < decoded.mean() < 130_000
        assert targets.min() > 20_000
    exported = export(
        run.preset, run.parameters, "numpy", folder / "out", preparation=run.preparation
    )
    assert (exported.largest_difference or 0) < 1e-5


def test_what_is_learned_of_pictures_is_checked(folder: Path) -> None:
    learned = (kept(preset_of(folder), folder) / "preprocessing.json").read_bytes()
    known = read_preprocessing(learned)
    assert known.table is not None
    assert known.table.columns[-1].picture == (6, 6, 3)
    with pytest.raises(ValueError, match="picture: expected height"):
        read_preprocessing(learned.replace(b'"picture":[6,6,', b'"picture":[-6,-6,'))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"size": None}, "data.size: missing"),
        ({"columns": {}}, "data.size: no column"),
        ({"target": ["kind", "kind"]}, "data.target: 'kind' is named twice"),
        ({"target": ["kind", "prize"], "ignore": []}, "data.target: no column 'prize'"),
        ({"target": "photo"}, "it is the target"),
        ({"columns": {"table": {"kind": "picture"}}}, "data.columns.table: no such column"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_key(
    data: dict[str, Any], said: str, folder: Path
) -> None:
    known = {key: value for key, value in data.items() if value is not None}
    table = tomllib.loads(preset_of(folder).to_toml())
    for key in data:
        table["data"].pop(key, None)
    table["data"] |= known
    with pytest.raises(TuidlError) as raised:
        Preset.of_table(table)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("line", "file", "said"),
    [
        (3, "photos/none.png", "line 3, column 'photo': "),
        (4, "", "line 4, column 'photo': no picture is named"),
        (5, "own.csv", "line 5, column 'photo': "),
    ],
)
def test_pictures_that_cannot_be_read_are_named_by_line(
    line: int, file: str, said: str, folder: Path
) -> None:
    lines = (folder / "own.csv").read_text().splitlines()
    fields = lines[line - 1].split(",")
    lines[line - 1] = ",".join([*fields[:3], file, *fields[4:]])
    (folder / "own.csv").write_text("\n".join(lines))
    preset = preset_of(folder)
    with pytest.raises(TuidlError) as raised:
        preset.source.split()
    assert said in str(raised.value)
    if not file:
        dropped = preset_of(folder, missing="drop_rows").source.split()
        assert sum(map(len, dropped.parts or ())) == ROWS - 1
