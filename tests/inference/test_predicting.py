"""The user's own files, read as the training data was, and what is said of them."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.helpers import CONV, LINE, SEQUENCE, preset
from tests.inference.predicted import predicted, shares_of, trained_on
from tuidl.core.errors import DataError
from tuidl.inference.files import read_inputs
from tuidl.inference.preprocessing import Preparation, split_of
from tuidl.model.model import Model
from tuidl.preset.schema import Preset

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
    return trained_on(Preset.parse(TABLE, overrides=overrides, folder=folder))


def _write(path: Path, rows: list[tuple[object, ...]], delimiter: str = ",") -> Path:
    path.write_text("\n".join(delimiter.join(map(str, row)) for row in rows) + "\n")
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
    expected = predicted(model, file)
    monkeypatch.setattr(Preparation, "of", None)
    assert predicted(model, file, preparation=prepared) == expected
    other = msgspec.structs.replace(prepared, classes=("no", "yes", "perhaps"))
    with pytest.raises(DataError, match="and 3 classes, the preset has 4 and 2"):
        predicted(model, file, preparation=other)


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
        ([("age", "job"), ("x", "clerk")], r"line 2, column 'age': 'x', expected a number$"),
        ([("age", "job"), ("1e39", "clerk")], "a number that float32 can hold"),
        ([("age", "job")], "a header but no rows"),
        ([("age", "job"), (1,)], "line 2: 1 field, expected 2"),
        ([("age", "age", "job"), (1, 2, "clerk")], "two columns are named 'age'"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    rows: list[tuple[object, ...]], problem: str, tmp_path: Path
) -> None:
    model = _table(tmp_path)
    with pytest.raises(DataError, match=problem):
        predicted(model, _write(tmp_path / "new.csv", rows))


def test_a_gap_is_refused_where_training_had_none(tmp_path: Path) -> None:
    model = _table(tmp_path, 'data.missing="drop_rows"')
    with pytest.raises(DataError, match="line 2, column 'job': no value"):
        predicted(model, _write(tmp_path / "new.csv", [("age", "job"), (1, "")]))


def test_a_table_without_header_goes_by_the_order(tmp_path: Path) -> None:
    _write(tmp_path / "people.csv", ROWS[1:])
    options = ("data.target=3", "data.header=false")
    model = trained_on(Preset.parse(TABLE, overrides=options, folder=tmp_path))
    new = [(30, "clerk"), (50, "baker")]
    without = predicted(model, _write(tmp_path / "a.csv", new))
    with_target = predicted(model, _write(tmp_path / "b.csv", [(*row, "no") for row in new]))
    assert without == with_target
    with pytest.raises(DataError, match="no column '2'"):
        predicted(model, _write(tmp_path / "c.csv", [(1,)]))


def test_numbers_of_plain_sources_may_come_as_a_table(tmp_path: Path) -> None:
    model = trained_on(preset(IRIS))
    raw = model.preset.data.load().x[:3]
    rows = [tuple(row) for row in raw.tolist()]
    plain = predicted(model, _write(tmp_path / "a.csv", rows))
    headed = predicted(model, _write(tmp_path / "b.csv", [("a", "b", "c", "d"), *rows]))
    np.save(tmp_path / "a.npy", raw)
    assert plain == headed == predicted(model, tmp_path / "a.npy")
    assert {record["class"] for record in plain.records} <= {"setosa", "versicolor", "virginica"}


def test_numbers_come_back_in_their_own_units(tmp_path: Path) -> None:
    text = LINE.replace(
        '"linear",', '"diabetes", normalize = "standard", normalize_targets = true,'
    )
    model = trained_on(preset(text))
    raw = model.preset.data.load()
    np.save(tmp_path / "x.npy", raw.x[:5])
    split = split_of(model.preset)
    inputs, targets = split.inputs, split.targets
    scaled = model.predict(inputs.apply(raw.x[:5]))
    found = predicted(model, tmp_path / "x.npy")
    values = [record["values"] for record in found.records]
    np.testing.assert_allclose(values, scaled * targets.scale + targets.offset, rtol=1e-6)
    assert found.table()[0].split() == ["example", "prediction"]
    assert [line.split()[0] for line in found.table()[1:]] == ["1", "2", "3", "4", "5"]
    assert json.loads(json.dumps(found.records))[0] == found.records[0]


@pytest.mark.parametrize("logits", [False, True])
def test_classes_have_probabilities(logits: bool, tmp_path: Path) -> None:
    ending = "" if logits else 'activation = "softmax"'
    model = trained_on(preset(CONV.replace('activation = "softmax"', ending)))
    x = model.preset.data.load().x[:3]
    np.save(tmp_path / "x.npy", x)
    found, outputs = predicted(model, tmp_path / "x.npy"), model.predict(x)
    shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True) if logits else outputs
    np.testing.assert_allclose(shares_of(found), shares, rtol=1e-5)
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
    model = trained_on(preset(text.replace(', metrics = ["mae", "r2"]', "")))
    x = np.array([[0.0, 1.0], [3.0, -4.0]])
    np.save(tmp_path / "x.npy", x)
    outputs = model.predict(x)
    second = outputs if ending else 1 / (1 + np.exp(-outputs))
    expected = np.hstack([1 - second, second])
    np.testing.assert_allclose(shares_of(predicted(model, tmp_path / "x.npy")), expected, rtol=1e-5)


def test_an_answer_that_is_no_number_is_marked_and_refused_where_it_is_the_only_one(
    tmp_path: Path,
) -> None:
    model = trained_on(preset(LINE))
    model.parameters["dense_1.kernel"][...] = 1e30
    np.save(tmp_path / "x.npy", np.array([[1.0], [1e30]]))
    found = predicted(model, tmp_path / "x.npy")
    assert "values" in found.records[0]
    assert found.problems[1].startswith("example 2: the network's answer is no number")
    np.save(tmp_path / "x.npy", np.array([[1e30]]))
    with pytest.raises(DataError, match="example 1: the network's answer is no number"):
        predicted(model, tmp_path / "x.npy")


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
    model = trained_on(preset(CONV if name == "x.png" else SEQUENCE))
    with pytest.raises(DataError, match=problem):
        predicted(model, tmp_path / name)
    with pytest.raises(DataError, match="No such file"):
        predicted(model, tmp_path / "missing.npy")


@pytest.mark.parametrize(
    ("options", "problem"),
    [({"key": "x"}, "only arrays in a .npz file"), ({"invert": True}, "only pictures")],
)
def test_options_that_would_be_ignored_are_refused(
    options: dict[str, object], problem: str, tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", np.zeros((1, 1)))
    with pytest.raises(DataError, match=problem):
        predicted(trained_on(preset(LINE)), tmp_path / "x.npy", **options)


def test_of_several_folds_the_last_one_scales() -> None:
    chosen = preset(
        LINE.replace('"linear",', '"diabetes", normalize = "standard",'), "training.folds=3"
    )
    last = chosen.data.folds(3)[-1]
    assert Preparation.of(chosen).input_shift == tuple(last.inputs.offset)
    assert Preparation.of(chosen).input_shift != tuple(chosen.data.split().inputs.offset)


def test_the_package_offers_what_the_documents_import() -> None:
    import tuidl.inference
    from tuidl.inference.predictions import predict_file

    assert tuidl.inference.predict_file is predict_file
    assert all(hasattr(tuidl.inference, name) for name in tuidl.inference.__all__)
    with pytest.raises(AttributeError, match="'predict'"):
        tuidl.inference.predict  # noqa: B018
