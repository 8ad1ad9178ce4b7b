"""A run is used after the data that it was trained on has gone: the folder has what it takes."""

import json
import os
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

import tuidl
from tests.runs.kept import resume, start
from tuidl.cli import cli
from tuidl.core.errors import DataError, PresetError, RunError, TuidlError
from tuidl.data.preprocessing import FORMAT
from tuidl.data.trained_files import paths_of
from tuidl.preset.schema import Preset
from tuidl.runs.comparing import compared
from tuidl.runs.listing import look_at
from tuidl.runs.results import load_run
from tuidl.storage.folder import RunFolder

BASE = """
name = "gone"
layers = [{type = "flatten"}, {type = "dense", units = 4, activation = "tanh"}, {type = "dense"}]
optimizer = {type = "adam", learning_rate = 0.01}
training = {epochs = 2, batch_size = 8}
"""
FLAT = BASE.replace('{type = "flatten"}, ', "")
JOBS = ("clerk", "smith", "baker")
TABLE = """[data]
source = "csv"
path = "data/people.csv"
target = "paid"
missing = "mean"
normalize = "standard"
"""
ARRAYS = '[data]\nsource = "npz"\npath = "data/arrays.npz"\nx = "x"\ny = "y"\n'
CLASSES, NUMBERS = 'loss = {type = "cross_entropy"}\n', 'loss = {type = "mse"}\n'


def people(folder: Path, target: Callable[[int], object]) -> Path:
    rows = ["age,job,paid"]
    rows += [f"{'' if i == 5 else 20 + i % 30},{JOBS[i % 3]},{target(i)}" for i in range(48)]
    (folder / "people.csv").write_text("\n".join(rows) + "\n")
    return folder / "people.csv"


def pictures(folder: Path) -> None:
    random = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 128)):
        (folder / "pictures" / name).mkdir(parents=True)
        for i in range(12):
            pixels = random.integers(low, low + 128, (5, 6, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "pictures" / name / f"{i}.png")


def table_of_classes(folder: Path) -> tuple[str, Path]:
    return FLAT + CLASSES + TABLE, people(folder, lambda i: ("yes", "no")[i % 2])


def table_of_numbers(folder: Path) -> tuple[str, Path]:
    text = FLAT + NUMBERS + TABLE + "normalize_targets = true\n"
    return text, people(folder, lambda i: 100 + 3 * i)


def table_in_folds(folder: Path) -> tuple[str, Path]:
    text, path = table_of_numbers(folder)
    return text.replace("epochs = 2,", "epochs = 2, folds = 3,"), path


def table_without_header(folder: Path) -> tuple[str, Path]:
    path = folder / "people.csv"
    path.write_text("".join(f"{i % 7};{i % 5};{i % 2}\n" for i in range(40)))
    text = TABLE.replace('"paid"', "3").replace('missing = "mean"', "header = false")
    return FLAT + CLASSES + text, path


def a_folder_of_pictures(folder: Path) -> tuple[str, Path]:
    pictures(folder)
    data = (
        '[data]\nsource = "images"\npath = "data/pictures"\nsize = [6, 6]\nnormalize = "standard"\n'
    )
    return BASE + CLASSES + data, folder / "pictures" / "dark" / "3.png"


def arrays_of_numbers(folder: Path) -> tuple[str, Path]:
    random = np.random.default_rng(1)
    x = random.normal(3.0, 5.0, (40, 4)).astype(np.float32)
    np.savez(folder / "arrays.npz", x=x, y=x.sum(axis=1) * 100)
    text = FLAT + NUMBERS + ARRAYS + 'normalize = "min_max"\nnormalize_targets = true\n'
    return text, folder / "arrays.npz"


def arrays_of_classes(folder: Path) -> tuple[str, Path]:
    x = np.random.default_rng(2).normal(size=(40, 3, 2))
    np.savez(folder / "arrays.npz", x=x, y=np.arange(40) % 3 + 5)
    return BASE + CLASSES + ARRAYS, folder / "arrays.npz"


def built_in(folder: Path) -> tuple[str, Path]:
    np.save(folder / "x.npy", np.random.default_rng(3).normal(size=(5, 4)).astype(np.float32))
    return FLAT + CLASSES + '[data]\nsource = "iris"\nnormalize = "standard"\n', folder / "x.npy"


KINDS = [
    table_of_classes, table_of_numbers, table_in_folds, table_without_header, a_folder_of_pictures,
    arrays_of_numbers, arrays_of_classes, built_in,
]  # fmt: skip

Kind = Callable[[Path], tuple[str, Path]]


def trained(kind: Kind, place: Path) -> tuple[Path, Path]:
    """A run's folder, and a copy of a file to predict that lies elsewhere."""
    (place / "data").mkdir()
    text, file = kind(place / "data")
    asked = place / f"asked{file.suffix}"
    shutil.copy(file, asked)
    start(Preset.parse(text, folder=place), place / "run")
    return place / "run", asked


def taken_away(data: Path) -> None:
    shutil.rmtree(data)


def overwritten(data: Path) -> None:
    """Other columns, other classes, other shapes: nothing that fits any more."""
    taken_away(data)
    data.mkdir()
    (data / "people.csv").write_text("a,b\n" + "1,2\n" * 9)
    np.savez(data / "arrays.npz", x=np.zeros((9, 7)), y=np.zeros(9))
    for name in ("cat", "dog", "eel"):
        (data / "pictures" / name).mkdir(parents=True)
        Image.new("L", (3, 3)).save(data / "pictures" / name / "1.png")


def garbled(data: Path) -> None:
    for path in list(data.rglob("*")):
        if path.is_file():
            path.write_bytes(b"\0not what it was")


@pytest.mark.parametrize("spoilt", [taken_away, overwritten, garbled])
@pytest.mark.parametrize("kind", KINDS)
def test_predict_and_export_without_the_training_data(
    kind: Kind, spoilt: Callable[[Path], None], tmp_path: Path
) -> None:
    run, asked = trained(kind, tmp_path)
    before = load_run(run).predict_file(asked).records
    first = load_run(run).export("numpy", tmp_path / "before")
    spoilt(tmp_path / "data")
    moved = tmp_path / "elsewhere" / "run"
    shutil.move(run, moved)
    after = load_run(moved)
    assert after.predict_file(asked).records == before
    second = after.export("numpy", tmp_path / "after")
    assert second.largest_difference is not None
    assert second.largest_difference < 1e-5
    program, other = (done.files[0].read_text() for done in (first, second))
    assert program == other, "scales, columns and classes are those of training"
    folder = RunFolder(moved)
    assert look_at(folder).state == "done"
    assert compared(folder).keys["data.source"] == folder.preset.data.kind()


def test_the_commands_and_the_python_interface_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, asked = trained(table_of_classes, tmp_path)
    taken_away(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    cli(["predict", str(run), str(asked), "--json"], standalone_mode=False)
    said = json.loads(capsys.readouterr().out)
    assert said == list(tuidl.load_run(str(run)).predict_file(asked).records)
    cli(["export", str(run), "--to", "numpy"], standalone_mode=False)
    assert "random inputs, since the data is not here" in capsys.readouterr().err
    model = tuidl.load_run(run).model()
    assert model.predict(np.zeros((2, 4), np.float32)).shape == (2, 2)


def test_examples_of_the_data_prove_an_export_where_it_is_still_the_same(tmp_path: Path) -> None:
    run, _ = trained(table_of_numbers, tmp_path)
    assert "validation examples" in load_run(run).export("numpy", tmp_path / "a").message
    people(tmp_path / "data", lambda i: 7 * i)
    assert "random inputs" in load_run(run).export("numpy", tmp_path / "b").message


def test_data_that_has_changed_is_noticed_and_changes_no_answer(tmp_path: Path) -> None:
    """Its content counts, not its date; and what is not there has not changed."""
    run, asked = trained(table_of_numbers, tmp_path)
    known = load_run(run).predict_file(asked).records
    (path,) = paths_of(load_run(run).preset.data)
    os.utime(path[1], (1, 1))
    assert load_run(run).data_notice == ""
    people(tmp_path / "data", lambda i: 7 * i)
    changed = load_run(run)
    assert changed.data_notice.startswith(f"{path[1]} has changed since the run was trained")
    assert changed.predict_file(asked).records == known
    path[1].unlink()
    assert load_run(run).data_notice == ""
    (run / "data.json").unlink()  # as in runs of an older tuidl
    people(tmp_path / "data", lambda i: 7 * i)
    assert load_run(run).data_notice == ""


def test_a_folder_of_pictures_that_has_changed_is_noticed(tmp_path: Path) -> None:
    run, _ = trained(a_folder_of_pictures, tmp_path)
    ((_, folder),) = paths_of(load_run(run).preset.data)
    assert load_run(run).data_notice == ""
    first = next(path for path in sorted(folder.rglob("*")) if path.is_file())
    first.rename(first.with_name(f"x{first.name}"))
    assert load_run(run).data_notice


def test_numbers_of_an_older_run_are_rounded_before_they_are_scaled(tmp_path: Path) -> None:
    """As they were when it was trained, so its answers have the same bits."""
    run, _ = trained(table_of_numbers, tmp_path)
    assert not load_run(run).preparation.is_rounded
    path = run / "preprocessing.json"
    path.write_text(path.read_text().replace(f'"format":{FORMAT}', '"format":1'))
    older = load_run(run).preparation
    assert older.is_rounded
    x = np.array([[30.123456789, 1.0, 0.0, 0.0]])
    expected = (np.float32(x) - np.array(older.input_shift)) / np.array(older.input_width)
    np.testing.assert_array_equal(older.inputs(x), expected.astype(np.float32))


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_made_before_needs_its_data_as_it_did(kind: Kind, tmp_path: Path) -> None:
    run, asked = trained(kind, tmp_path)
    known = load_run(run).predict_file(asked).records
    (run / "preprocessing.json").unlink()
    assert load_run(run).predict_file(asked).records == known
    if kind is built_in:
        return
    taken_away(tmp_path / "data")
    with pytest.raises((RunError, DataError, PresetError)) as error:
        load_run(run)
    assert "\n" not in str(error.value)
    assert str(tmp_path / "data") in str(error.value)


def test_a_run_made_before_learns_it_when_it_goes_on(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    text, asked = table_of_numbers(tmp_path / "data")
    start(Preset.parse(text, folder=tmp_path), tmp_path / "run", stop_after=5, every=2)
    learned = (tmp_path / "run" / "preprocessing.json").read_bytes()
    (tmp_path / "run" / "preprocessing.json").unlink()
    resume(tmp_path / "run")
    assert (tmp_path / "run" / "preprocessing.json").read_bytes() == learned
    assert len(load_run(tmp_path / "run").predict_file(asked).records) == 48


def test_data_that_has_changed_is_not_learned_from_by_a_refused_resumption(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    text, _ = table_of_numbers(tmp_path / "data")
    start(Preset.parse(text, folder=tmp_path), tmp_path / "run", stop_after=5, every=2)
    learned = (tmp_path / "run" / "preprocessing.json").read_bytes()
    people(tmp_path / "data", lambda i: 5 * i)
    with pytest.raises(RunError, match="the data has changed"):
        resume(tmp_path / "run")
    assert (tmp_path / "run" / "preprocessing.json").read_bytes() == learned


def change(run: Path, **fields: object) -> None:
    path = run / "preprocessing.json"
    path.write_bytes(msgspec.json.encode({**json.loads(path.read_bytes()), **fields}))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("whole")
    run, _ = trained(table_of_classes, place)
    return run


SPEC = {"shape": [4], "outputs": 2, "classes": ["no", "yes"]}
HOSTILE = [
    ({"format": 3}, "format 3; this tuidl reads 2"),
    ({"format": "1"}, "Expected `int`"),
    ({"preset_sha256": "0" * 64}, "of another run"),
    ({"examples": None}, "Expected `object`"),
    ({"examples": {**SPEC, "shape": []}}, "examples.shape"),
    ({"examples": {**SPEC, "shape": [0]}}, "examples.shape"),
    ({"examples": {**SPEC, "shape": [-4]}}, "examples.shape"),
    ({"examples": {**SPEC, "shape": [4, 1 << 40]}}, "examples.shape"),
    ({"examples": {**SPEC, "shape": [1] * 9}}, "examples.shape"),
    ({"examples": {**SPEC, "outputs": 3}}, "examples.outputs"),
    ({"examples": {**SPEC, "classes": [], "outputs": 0}}, "examples.outputs"),
    ({"examples": {**SPEC, "classes": ["a", "a"]}}, "examples.classes"),
    ({"examples": {**SPEC, "classes": ["\x1b[31mno", "yes"]}}, "expected printable names"),
    ({"examples": {**SPEC, "classes": ["no", "y\nes"]}}, "expected printable names"),
    ({"inputs": {"offset": [1.0], "scale": [1.0]}}, "inputs.offset: expected 4 numbers, got 1"),
    ({"inputs": {"offset": [0.0] * 4, "scale": [1.0] * 3}}, "inputs.scale: expected 4 numbers"),
    ({"inputs": {"offset": [0.0] * 4, "scale": [0.0] * 4}}, "other than 0"),
    ({"inputs": {"offset": [0.0] * 4, "scale": [None] * 4}}, "Expected `float`"),
    ({"targets": {"offset": [0.0], "scale": [1.0]}}, "targets.offset: expected 0 numbers"),
    ({"table": {"columns": [], "delimiter": ",", "has_header": True}}, "table.columns"),
    ({"table": {"columns": [["age", [], 1.0], ["job", [*JOBS]]], "delimiter": ",,",
                "has_header": True}}, "Expected `object`"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "problem"), HOSTILE)
def test_a_damaged_or_hostile_file_is_one_clear_line(
    fields: dict[str, object], problem: str, whole: Path, tmp_path: Path
) -> None:
    shutil.copytree(whole, tmp_path / "run")
    change(tmp_path / "run", **fields)
    _refused(tmp_path / "run", problem)


COLUMN = {"name": "job", "categories": [*JOBS], "filling": None}


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"delimiter": ",,"}, "table.delimiter"),
        ({"delimiter": '"'}, "table.delimiter"),
        ({"columns": [COLUMN]}, "table.columns: expected 4 inputs"),
        ({"columns": [COLUMN, {**COLUMN, "categories": []}]}, "two have the same name"),
        ({"columns": [{**COLUMN, "categories": ["a", "a", "b", "c"]}]}, "two are the same"),
        ({"columns": [{**COLUMN, "filling": "z"}, {"name": "age"}]}, "expected a category"),
        ({"columns": [COLUMN, {"name": "age", "filling": "old"}]}, "expected a number"),
    ],
)
def test_a_hostile_table_is_one_clear_line(
    table: dict[str, object], problem: str, whole: Path, tmp_path: Path
) -> None:
    shutil.copytree(whole, tmp_path / "run")
    before = json.loads((whole / "preprocessing.json").read_bytes())["table"]
    change(tmp_path / "run", table={**before, **table})
    _refused(tmp_path / "run", problem)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000, b'{"format": 1e999}']
)
def test_what_is_no_json_is_one_clear_line(data: bytes, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "run")
    (tmp_path / "run" / "preprocessing.json").write_bytes(data)
    _refused(tmp_path / "run", "damaged")


def test_links_and_large_files_are_refused(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(whole, tmp_path / "run")
    path = tmp_path / "run" / "preprocessing.json"
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    _refused(tmp_path / "run", "a link, which is not followed")
    path.unlink()
    (tmp_path / "elsewhere.json").rename(path)
    monkeypatch.setattr("tuidl.storage.learned.LARGEST", 100)
    _refused(tmp_path / "run", "expected at most 100")


@pytest.mark.parametrize("command", [["resume", "--no-ui"], ["verify"], ["replay"]])
def test_what_trains_says_that_the_data_is_missing(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    (tmp_path / "data").mkdir()
    text, _ = table_of_numbers(tmp_path / "data")
    start(Preset.parse(text, folder=tmp_path), tmp_path / "run", stop_after=5, every=2)
    taken_away(tmp_path / "data")
    with pytest.raises(TuidlError, match="No such file") as error:
        cli([command[0], str(tmp_path / "run"), *command[1:]], standalone_mode=False)
    assert str(error.value).startswith(str(tmp_path / "data" / "people.csv"))
    assert "\n" not in str(error.value)


ODD = [
    "a b",
    "tab\tin",
    'quo"te',
    "\u202ertl",
    "e\u0301",
    "\u00e9",
    "😀",
    "-1",
    "1e5",
    "NaN?",
    "x=y",
]


def test_categories_of_any_text_are_those_of_training(tmp_path: Path) -> None:
    import csv

    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "people.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["age", "job", "paid"])
        writer.writerows([i % 9, ODD[i % len(ODD)], f"class {i % 2}"] for i in range(66))
    start(Preset.parse(FLAT + CLASSES + TABLE, folder=tmp_path), tmp_path / "run")
    asked = tmp_path / "asked.csv"
    shutil.copy(path, asked)
    before = load_run(tmp_path / "run").predict_file(asked).records
    taken_away(tmp_path / "data")
    assert load_run(tmp_path / "run").predict_file(asked).records == before


def test_shapes_that_do_not_fit_the_weights_are_refused(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "run")
    change(tmp_path / "run", examples={**SPEC, "shape": [5]}, inputs=None, table=None)
    with pytest.raises(TuidlError, match="expected shape"):
        load_run(tmp_path / "run").model()


def _refused(run: Path, problem: str) -> None:
    with pytest.raises(RunError) as error:
        load_run(run)
    text = str(error.value)
    assert problem in text
    assert text.startswith(f"{run / 'preprocessing.json'}: ")
    assert "\n" not in text


def test_the_file_says_what_was_learned_in_plain_json(whole: Path) -> None:
    known = json.loads((whole / "preprocessing.json").read_text())
    assert known["format"] == FORMAT
    several = {"target_shape": None, "inputs": [], "targets": []}
    assert known["examples"] == {**known["examples"], **SPEC, **several}
    assert [column["name"] for column in known["table"]["columns"]] == ["age", "job"]
    assert sorted(known["table"]["columns"][1]["categories"]) == sorted(JOBS)
    assert len(known["inputs"]["offset"]) == 4


def test_the_presets_text_does_not_hold_it(whole: Path) -> None:
    text = RunFolder(whole).preset.to_toml()
    assert "examples" not in textwrap.dedent(text)
    assert text == (whole / "preset.toml").read_text()
