"""The user's own files, read as the training data was, and what is said of them."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from tests.data_files import write_mnist
from tests.exports import perturbed
from tests.helpers import CONV, LINE, SEQUENCE, preset
from tuidl.errors import DataError
from tuidl.model import Model
from tuidl.predicting import Predictions, predict_file, read_inputs
from tuidl.preparing import Preparation, split_of
from tuidl.preset import Preset

TABLE = """
name = "table"
layers = [{type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "sgd"}
training = {batch_size = 4}
[data]
source = "csv"
path = "people.csv"
target = "paid"
missing = "mean"
normalize = "standard"
validation = 0.25
"""
IRIS = """
name = "iris"
data = {source = "iris", normalize = "min_max"}
layers = [{type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "sgd"}
"""
ROWS = [("age", "job", "paid"), (30, "clerk", "yes"), (40, "smith", "no"), (50, "clerk", "yes"),
        (20, "baker", "no"), ("", "smith", "yes"), (45, "baker", "no"), (33, "clerk", "yes"),
        (28, "smith", "no"), (61, "baker", "yes"), (37, "clerk", "no")]  # fmt: skip


def _table(folder: Path, *overrides: str) -> Model:
    _write(folder / "people.csv", ROWS)
    return _trained(Preset.parse(TABLE, overrides=overrides, folder=folder))


def _trained(chosen: Preset) -> Model:
    model = Model(chosen, batch=4, backend="numpy")
    perturbed(model)
    return model


def _write(path: Path, rows: list[tuple[object, ...]], delimiter: str = ",") -> Path:
    path.write_text("\n".join(delimiter.join(map(str, row)) for row in rows) + "\n")
    return path


def _predicted(model: Model, path: Path, **options: object) -> Predictions:
    return predict_file(model.preset, model.parameters, path, backend="numpy", **options)


def _shares(found: Predictions) -> np.ndarray:
    return np.array([list(record["probabilities"].values()) for record in found.records])


def _save(path: Path, pixels: np.ndarray, mode: str | None = None) -> Path:
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(path)
    return path


def test_rows_are_read_as_those_of_training(tmp_path: Path) -> None:
    """The training file itself, its columns in another order and among others, gives what the
    training's own examples give."""
    model = _table(tmp_path)
    split = split_of(model.preset)
    shuffled = [("note", "job", "paid", "age")]
    shuffled += [("?", job, paid, age) for age, job, paid in ROWS[1:]]
    inputs = read_inputs(
        model.preset, Preparation.of(model.preset), _write(tmp_path / "new.csv", shuffled, ";")
    )
    np.testing.assert_array_equal(inputs.x[split.rows], split.train.x)
    held_out = sorted(set(range(10)) - set(split.rows))
    np.testing.assert_array_equal(inputs.x[held_out], split.validation.x)


def test_a_missing_value_is_filled_by_what_training_knew(tmp_path: Path) -> None:
    model = _table(tmp_path)
    prepared = Preparation.of(model.preset)
    rows = split_of(model.preset).rows
    known = [float(ROWS[1 + row][0]) for row in rows if ROWS[1 + row][0]]
    (age, _) = prepared.table.columns
    assert age.filling == pytest.approx(np.mean(known))
    file = _write(tmp_path / "new.csv", [("age", "job"), ("", "smith"), (30, "clerk")])
    x = read_inputs(model.preset, prepared, file).x
    assert x[0, 0] == pytest.approx((age.filling - prepared.input_shift[0])
                                    / prepared.input_width[0], abs=1e-6)  # fmt: skip


def test_what_training_learned_survives_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With it, nothing is learned again from the data."""
    model = _table(tmp_path)
    prepared = Preparation.of(model.preset)
    assert Preparation.from_json(prepared.to_json()) == prepared
    file = _write(tmp_path / "new.csv", [("age", "job"), (30, "clerk"), (50, "baker")])
    expected = _predicted(model, file)
    monkeypatch.setattr(Preparation, "of", None)
    assert _predicted(model, file, preparation=prepared) == expected
    other = msgspec.structs.replace(prepared, classes=("no", "yes", "perhaps"))
    with pytest.raises(DataError, match="and 3 classes, the preset has 4 and 2"):
        _predicted(model, file, preparation=other)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"input_shift": ["x"]}, "Expected `float`"),
        ({"input_shift": [1.0, 2.0]}, "input_shift: expected 1 numbers"),
        ({"input_shift": [1.0]}, "expected as many numbers"),
        ({"input_shift": [1.0], "input_width": [0.0]}, "other than 0"),
        ({"target_shift": [1.0]}, "target_shift and target_width"),
        ({"shape": []}, "shape: expected"),
        ({"answer": "guesses"}, "Invalid enum value"),
    ],
)
def test_preparations_that_are_damaged_are_refused(change: dict[str, object], problem: str) -> None:
    table = json.loads(Preparation.of(preset(LINE)).to_json()) | change
    with pytest.raises(DataError, match=f"^here: .*{problem}"):
        Preparation.from_json(json.dumps(table).encode(), "here")


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([("agee", "job"), (1, "clerk")], r"no column 'age', .* did you mean 'agee'\?"),
        ([("age", "job"), ("x", "clerk")], r"line 2, column 'age': 'x', expected a number"),
        ([("age", "job"), ("1e39", "clerk")], "a number that float32 can hold"),
        ([("age", "job"), (1, "clark")], "'clark' was not there in training; did you mean 'clerk'"),
        ([("age", "job")], "no rows to predict"),
        ([("age", "job"), (1,)], "line 2: 1 fields, expected 2"),
        ([("age", "age", "job"), (1, 2, "clerk")], "two columns are named 'age'"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    rows: list[tuple[object, ...]], problem: str, tmp_path: Path
) -> None:
    model = _table(tmp_path)
    with pytest.raises(DataError, match=problem):
        _predicted(model, _write(tmp_path / "new.csv", rows))


def test_a_gap_is_refused_where_training_had_none(tmp_path: Path) -> None:
    model = _table(tmp_path, 'data.missing="drop_rows"')
    with pytest.raises(DataError, match="line 2, column 'job': no value"):
        _predicted(model, _write(tmp_path / "new.csv", [("age", "job"), (1, "")]))


def test_a_table_without_header_goes_by_the_order(tmp_path: Path) -> None:
    _write(tmp_path / "people.csv", ROWS[1:])
    options = ("data.target=3", "data.header=false")
    model = _trained(Preset.parse(TABLE, overrides=options, folder=tmp_path))
    new = [(30, "clerk"), (50, "baker")]
    without = _predicted(model, _write(tmp_path / "a.csv", new))
    with_target = _predicted(model, _write(tmp_path / "b.csv", [(*row, "no") for row in new]))
    assert without == with_target
    with pytest.raises(DataError, match="no column '2'"):
        _predicted(model, _write(tmp_path / "c.csv", [(1,)]))


def test_numbers_of_plain_sources_may_come_as_a_table(tmp_path: Path) -> None:
    model = _trained(preset(IRIS))
    raw = model.preset.data.load().x[:3]
    rows = [tuple(row) for row in raw.tolist()]
    plain = _predicted(model, _write(tmp_path / "a.csv", rows))
    headed = _predicted(model, _write(tmp_path / "b.csv", [("a", "b", "c", "d"), *rows]))
    np.save(tmp_path / "a.npy", raw)
    assert plain == headed == _predicted(model, tmp_path / "a.npy")
    assert {record["class"] for record in plain.records} <= {"setosa", "versicolor", "virginica"}


def test_numbers_come_back_in_their_own_units(tmp_path: Path) -> None:
    text = LINE.replace(
        '"linear",', '"diabetes", normalize = "standard", normalize_targets = true,'
    )
    model = _trained(preset(text))
    raw = model.preset.data.load()
    np.save(tmp_path / "x.npy", raw.x[:5])
    split = split_of(model.preset)
    inputs, targets = split.inputs, split.targets
    scaled = model.predict(inputs.apply(raw.x[:5]))
    found = _predicted(model, tmp_path / "x.npy")
    values = [record["values"] for record in found.records]
    np.testing.assert_allclose(values, scaled * targets.width + targets.shift, rtol=1e-6)
    assert found.table()[0].split() == ["example", "prediction"]
    assert [line.split()[0] for line in found.table()[1:]] == ["1", "2", "3", "4", "5"]
    assert json.loads(json.dumps(found.records))[0] == found.records[0]


@pytest.mark.parametrize("logits", [False, True])
def test_classes_have_probabilities(logits: bool, tmp_path: Path) -> None:
    ending = "" if logits else 'activation = "softmax"'
    model = _trained(preset(CONV.replace('activation = "softmax"', ending)))
    x = model.preset.data.load().x[:3]
    np.save(tmp_path / "x.npy", x)
    found, outputs = _predicted(model, tmp_path / "x.npy"), model.predict(x)
    shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True) if logits else outputs
    np.testing.assert_allclose(_shares(found), shares, rtol=1e-5)
    for record, row in zip(found.records, shares, strict=True):
        assert record["class"] == str(row.argmax())
        assert record["probability"] == max(record["probabilities"].values())
    heading, first, *_ = found.table()
    assert heading.split() == ["example", "class", "probability", "else"]
    assert first.split()[:2] == ["1", found.records[0]["class"]]


@pytest.mark.parametrize("ending", ["", ', activation = "sigmoid"'])
def test_two_classes_from_one_number(ending: str, tmp_path: Path) -> None:
    text = LINE.replace('"linear"', '"xor", points = 40').replace('{type = "dense"}', "DENSE")
    text = text.replace("DENSE", f'{{type = "dense"{ending}}}').replace(
        "mse", "binary_cross_entropy"
    )
    model = _trained(preset(text.replace(', metrics = ["mae", "r2"]', "")))
    x = np.array([[0.0, 1.0], [3.0, -4.0]])
    np.save(tmp_path / "x.npy", x)
    outputs = model.predict(x)
    second = outputs if ending else 1 / (1 + np.exp(-outputs))
    expected = np.hstack([1 - second, second])
    np.testing.assert_allclose(_shares(_predicted(model, tmp_path / "x.npy")), expected, rtol=1e-5)


@pytest.mark.parametrize("shape", [(3, 8, 8, 1), (3, 8, 8), (8, 8, 1), (8, 8)])
def test_arrays_may_leave_out_what_is_one(shape: tuple[int, ...], tmp_path: Path) -> None:
    model = _trained(preset(CONV))
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random(shape))
    assert len(_predicted(model, tmp_path / "x.npy").records) == (3 if shape[0] == 3 else 1)


@pytest.mark.parametrize("shape", [(8, 9), (2, 8, 9, 1), (64,), (2, 64), ()])
def test_other_shapes_are_refused_with_what_was_expected(
    shape: tuple[int, ...], tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", np.zeros(shape))
    with pytest.raises(DataError, match=r"expected \(examples, 8, 8, 1\)"):
        _predicted(_trained(preset(CONV)), tmp_path / "x.npy")


def test_arrays_of_archives_are_named(tmp_path: Path) -> None:
    model = _trained(preset(LINE))
    path = tmp_path / "a.npz"
    np.savez(path, first=np.ones((2, 1)), second=np.zeros((3, 1)))
    with pytest.raises(DataError, match="2 arrays, say which: first, second"):
        _predicted(model, path)
    assert len(_predicted(model, path, key="second").records) == 3
    with pytest.raises(DataError, match="no array 'secnd'; did you mean 'second'"):
        _predicted(model, path, key="secnd")
    np.savez(path, x=np.ones((2, 1)), y=np.zeros((3, 1)))
    assert len(_predicted(model, path).records) == 2


def test_bytes_are_pixels_and_bright_numbers_are_pointed_out(tmp_path: Path) -> None:
    model = _trained(preset(CONV))
    x = model.preset.data.load().x[:2]
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "b.npy", (16 * x).astype(np.uint8))
    np.save(tmp_path / "f.npy", 16 * x)
    expected = _predicted(model, tmp_path / "x.npy")
    assert _predicted(model, tmp_path / "b.npy") == expected
    (note,) = _predicted(model, tmp_path / "f.npy").notes
    assert note.startswith("f.npy: values up to 16, but the network learned from 0 to 1")


@pytest.mark.parametrize("values", [np.array([[np.nan]]), np.array([[1e300]])])
def test_values_that_are_not_finite_are_refused(values: np.ndarray, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", values)
    with pytest.raises(DataError, match="example 1 has values that are not finite"):
        _predicted(_trained(preset(LINE)), tmp_path / "x.npy")


def test_an_answer_that_is_no_number_is_an_error(tmp_path: Path) -> None:
    model = _trained(preset(LINE))
    model.parameters["dense_1.kernel"][...] = 1e30
    np.save(tmp_path / "x.npy", np.array([[1.0], [1e30]]))
    with pytest.raises(DataError, match="example 2: the network's answer is no number"):
        _predicted(model, tmp_path / "x.npy")


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([[{}]], object), allow_pickle=True)
    with pytest.raises(DataError, match="expected numbers"):
        _predicted(_trained(preset(LINE)), tmp_path / "x.npy")


def test_a_promise_of_too_much_is_refused_before_it_is_allocated(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000, 1), }"
    text = header.ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode())
    with pytest.raises(DataError, match="does not fit into"):
        _predicted(_trained(preset(LINE)), path)


def _digit() -> np.ndarray:
    """A seven, light on dark, 28 x 28 bytes."""
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:7, 6:22] = 250
    pixels[7:25, 15:18] = 250
    return pixels


def _mnist_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    write_mnist(folder)
    monkeypatch.setenv("TUIDL_DATA_DIR", str(folder))
    return _trained(preset(CONV.replace('"digits"', '"mnist"').replace("test = 0.1\n", "")))


def test_a_picture_is_what_its_pixels_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _mnist_model(tmp_path, monkeypatch)
    path = _save(tmp_path / "seven.png", _digit())
    prepared = Preparation.of(model.preset)
    inputs = read_inputs(model.preset, prepared, path)
    np.testing.assert_array_equal(inputs.x[0, :, :, 0], _digit() / np.float32(255))
    assert (inputs.names, inputs.notes) == (("seven.png",), ())
    np.save(tmp_path / "seven.npy", _digit())
    found, same = _predicted(model, path), _predicted(model, tmp_path / "seven.npy")
    assert found.records[0]["probabilities"] == same.records[0]["probabilities"]


def test_dark_on_light_is_exchanged_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A photograph of a pen's stroke on paper is the other way round than MNIST."""
    model = _mnist_model(tmp_path, monkeypatch)
    prepared = Preparation.of(model.preset)
    path = _save(tmp_path / "paper.png", 255 - _digit())
    seen = read_inputs(model.preset, prepared, path)
    np.testing.assert_allclose(seen.x[0, :, :, 0], _digit() / 255, atol=1e-6)
    (note,) = seen.notes
    assert note.startswith("paper.png: light and dark were exchanged")
    kept = read_inputs(model.preset, prepared, path, invert=False)
    np.testing.assert_allclose(kept.x, 1 - seen.x, atol=1e-6)
    assert kept.notes == ()
    light = _save(tmp_path / "seven.png", _digit())
    forced = read_inputs(model.preset, prepared, light, invert=True)
    np.testing.assert_allclose(forced.x, kept.x, atol=1e-6)


def test_what_is_transparent_is_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Black ink on nothing, as drawing programs save it."""
    model = _mnist_model(tmp_path, monkeypatch)
    pixels = np.zeros((28, 28, 4), np.uint8)
    pixels[..., 3] = _digit()
    path = _save(tmp_path / "ink.png", pixels)
    seen = read_inputs(model.preset, Preparation.of(model.preset), path)
    np.testing.assert_allclose(seen.x[0, :, :, 0], _digit() / 255, atol=0.01)


def test_pictures_are_scaled_and_squeezing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = _mnist_model(tmp_path, monkeypatch)
    prepared = Preparation.of(model.preset)
    large = _save(tmp_path / "large.jpg", np.kron(_digit(), np.ones((10, 10), np.uint8)), "RGB")
    seen = read_inputs(model.preset, prepared, large)
    assert seen.notes == ()
    np.testing.assert_allclose(seen.x[0, 1:-1, 1:-1, 0], (_digit() / 255)[1:-1, 1:-1], atol=0.3)
    wide = _save(tmp_path / "wide.png", np.zeros((28, 60), np.uint8))
    (note,) = read_inputs(model.preset, prepared, wide).notes
    assert note == "wide.png: 28 x 60 pixels were squeezed into 28 x 28"


def test_pictures_of_a_folder_are_read_as_in_training(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for i in range(4):
            pixels = random.integers(0, 256, (9, 14, 3), np.uint8)
            _save(tmp_path / "pets" / name / f"{i}.png", pixels)
    text = CONV.replace('source = "digits"', 'source = "images"\npath = "pets"\nsize = [6, 6]'
                        '\nnormalize = "standard"')  # fmt: skip
    text = text.replace("test = 0.1", "test = 0.0").replace("validation = 0.1", "validation = 0.25")
    model = _trained(Preset.parse(text, folder=tmp_path))
    split = split_of(model.preset)
    prepared = Preparation.of(model.preset)
    paths = [tmp_path / "pets" / name / f"{i}.png" for name in ("cat", "dog") for i in range(4)]
    for place, row in enumerate(split.rows):
        x = read_inputs(model.preset, prepared, paths[row]).x
        np.testing.assert_array_equal(x[0], split.train.x[place])
    assert {r["class"] for r in _predicted(model, paths[0]).records} <= {"cat", "dog"}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("x.png", b"no picture", "broken, or no picture"),
        ("x.csv", b"1,2\n", "a table, but this network reads 12 x 1 numbers"),
        ("x.doc", b"", r"no kind of file to predict \(expected .csv"),
        ("x.npy", b"no array", "damaged, or no array"),
        ("x.npz", b"no archive", "damaged, or no array"),
    ],
)
def test_other_files_are_refused(name: str, content: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    model = _trained(preset(CONV if name == "x.png" else SEQUENCE))
    with pytest.raises(DataError, match=problem):
        _predicted(model, tmp_path / name)
    with pytest.raises(DataError, match="No such file"):
        _predicted(model, tmp_path / "missing.npy")


@pytest.mark.parametrize(
    ("options", "problem"),
    [({"key": "x"}, "only arrays in a .npz file"), ({"invert": True}, "only pictures")],
)
def test_options_that_would_be_ignored_are_refused(
    options: dict[str, object], problem: str, tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", np.zeros((1, 1)))
    with pytest.raises(DataError, match=problem):
        _predicted(_trained(preset(LINE)), tmp_path / "x.npy", **options)


def test_a_picture_for_a_network_of_numbers_is_refused(tmp_path: Path) -> None:
    path = _save(tmp_path / "x.png", _digit())
    with pytest.raises(DataError, match=r"a picture, but this network reads 1 numbers \(linear\)"):
        _predicted(_trained(preset(LINE)), path)


def test_of_several_folds_the_last_one_scales() -> None:
    chosen = preset(
        LINE.replace('"linear",', '"diabetes", normalize = "standard",'), "training.folds=3"
    )
    last = chosen.data.folds(3)[-1]
    assert Preparation.of(chosen).input_shift == tuple(last.inputs.shift)
    assert Preparation.of(chosen).input_shift != tuple(chosen.data.split().inputs.shift)
