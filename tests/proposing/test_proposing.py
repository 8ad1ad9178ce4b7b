"""A file of data becomes a preset that can be trained, with a reason for what stands there."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from tests.proposing.files import pictures, table
from tuidl.core.errors import DataError, PresetError
from tuidl.preset.schema import Preset
from tuidl.proposing.facts import Facts
from tuidl.proposing.files import is_data, proposal_for
from tuidl.proposing.proposal import proposed
from tuidl.proposing.setting import Setting
from tuidl.proposing.target_kinds import NumberTarget
from tuidl.proposing.targets import likely_target
from tuidl.proposing.writing import written


def preset_for(path: Path, target: str | None = None) -> Preset:
    text = written(proposal_for(path, target).seen_from(path.parent), "tuidl new")
    return Preset.parse(text, folder=path.parent)


def facts(rows: int) -> Facts:
    return Facts("t", {"source": Setting("csv")}, rows, (5,), NumberTarget())


def test_how_a_file_is_written_can_be_stated(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    text = "größe;n;y\n" + "".join(f"{i % 7},5;{i % 5};{'ab'[i % 2]}\n" for i in range(40))
    path.write_bytes(text.encode("cp1252"))
    with pytest.raises(DataError, match=r"data\.encoding = 'cp1252'"):
        proposal_for(path, "y")
    proposal = proposal_for(path, "y", overrides=("data.encoding=cp1252",))
    assert proposal.data["encoding"].value == "cp1252"


def test_a_text_target_becomes_classes(tmp_path: Path) -> None:
    preset = preset_for(table(tmp_path / "people.csv"), "job")
    assert preset.spec().classes == ("clerk", "cook", "smith")
    assert (preset.loss.kind(), preset.data.normalize) == ("cross_entropy", "standard")
    assert preset.name == "people: job"
    assert preset.training.stopping is not None


def test_a_number_becomes_a_scaled_regression(tmp_path: Path) -> None:
    preset = preset_for(table(tmp_path / "people.csv"), "paid")
    assert preset.spec().outputs == 1
    assert not preset.spec().classes
    assert preset.data.normalize_targets
    assert preset.training.metrics == ("mae", "r2")


def test_gaps_are_filled_and_counted(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv", gaps=7)
    proposal = proposal_for(path, "job")
    assert proposal.data["missing"].value == "mean"
    assert "7 gaps in 'age'" in proposal.data["missing"].why
    assert preset_for(path, "job").data.count() == 200


def test_rows_without_a_target_are_left_out(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv", gaps=7)
    assert any("7 rows without a target" in note for note in proposal_for(path, "age").notes)
    assert preset_for(path, "age").data.count() == 193


def test_gaps_in_target_and_inputs_cost_only_the_rows_without_a_target(tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    rows = [f"{i if i % 10 else ''},{1.5 * i if i % 20 != 3 else ''}" for i in range(200)]
    path.write_text("a,b\n" + "\n".join(rows) + "\n")
    assert preset_for(path, "b").data.count() == 190


def test_what_only_counts_rows_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "counted.csv"
    rows = [f"{i + 1},{i * 5 % 7},{'ab'[i % 2]}" for i in range(60)]
    path.write_text("id,v,kind\n" + "\n".join(rows) + "\n")
    proposal = proposal_for(path, "kind")
    assert proposal.data["ignore"].value == ["id"]
    assert any("'id'" in note and "counts the rows" in note for note in proposal.notes)
    assert preset_for(path, "kind").spec().shape == (1,)


def test_rows_in_time_are_said(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    rows = [f"{i // 2},{i * 5 % 7},{'ab'[i % 2]}" for i in range(60)]
    path.write_text("time,v,kind\n" + "\n".join(rows) + "\n")
    notes = proposal_for(path, "kind").notes
    assert any("'time' never falls" in note and "data.split = 'ordered'" in note for note in notes)
    assert not any("never falls" in note for note in proposal_for(path, "time").notes)


def test_stated_keys_are_heeded_while_the_file_is_looked_at(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv", gaps=7)
    stated = ("data.missing=drop_rows", "training.epochs=3")
    proposal = proposal_for(path, "job", overrides=stated)
    assert proposal.data["missing"].value == "drop_rows"
    assert "193 examples" in proposal.about


def test_a_column_of_names_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "named.csv"
    rows = [f"person {i},{i * 5 % 7},{'ab'[i % 2]}" for i in range(150)]
    path.write_text("name,v,kind\n" + "\n".join(rows) + "\n")
    assert preset_for(path, "kind").data.ignore == ("name",)


def test_numbers_name_columns_where_there_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("".join(f"{i * 5 % 7},{i * 3 % 11},{i % 2}\n" for i in range(60)))
    preset = preset_for(path, "3")
    assert preset.data.target == 3
    assert preset.spec().shape == (2,)


def test_a_lopsided_target_is_said(tmp_path: Path) -> None:
    proposal = proposal_for(table(tmp_path / "people.csv"), "fraud")
    assert any("95.0% are 'no'" in note for note in proposal.notes)
    assert "recall" in proposal.training["metrics"].value


@pytest.mark.parametrize("wanted", ["Job", "jobs", "9", ""])
def test_a_target_that_is_not_there_is_refused(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(PresetError, match=r"columns: age, job, paid, fraud"):
        proposal_for(table(tmp_path / "people.csv"), wanted)


def test_two_targets_are_told_what_takes_them(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match=r"one column; .*data\.target = \['age', 'job'\]"):
        proposal_for(table(tmp_path / "people.csv"), "age, job")


def test_without_a_target_the_columns_are_listed_and_one_guessed(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match=r"guess is 'fraud'.*last column.*--target fraud .*age"):
        proposal_for(table(tmp_path / "people.csv"), None)


@pytest.mark.parametrize(
    ("names", "likely"),
    [(("a", "b"), "b"), (("Class", "b"), "Class"), (("y", "target", "z"), "target")],
)
def test_the_likeliest_target(names: tuple[str, ...], likely: str) -> None:
    assert likely_target(names)[0] == likely


@pytest.mark.parametrize(("mode", "channels"), [("RGB", 3), ("L", 1)])
def test_pictures_become_a_small_cnn(tmp_path: Path, mode: str, channels: int) -> None:
    preset = preset_for(pictures(tmp_path / "pets", mode=mode))
    assert preset.spec().shape == (40, 60, channels)
    assert preset.layers[0].kind() == "conv2d"
    assert preset.name == "pets"


def test_large_pictures_are_scaled_down(tmp_path: Path) -> None:
    preset = preset_for(pictures(tmp_path / "pets", size=(300, 150)))
    assert preset.spec().shape == (64, 32, 3)


def test_folders_of_parts_are_the_parts(tmp_path: Path) -> None:
    for part in ("train", "val"):
        pictures(tmp_path / "pets" / part)
    preset = preset_for(tmp_path / "pets")
    assert preset.data.part_sizes() == (12, 12, 0)
    assert preset.training.stopping is not None


def test_a_broken_picture_does_not_hide_the_others(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "pets")
    (folder / "cat" / "0.png").write_bytes(b"no picture")
    assert preset_for(folder).spec().shape == (40, 60, 3)


def test_pictures_have_no_target(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="folders of the pictures are the classes"):
        proposal_for(pictures(tmp_path / "pets"), "cat")


@pytest.mark.parametrize(
    ("shape", "kind"),
    [((7,), "dense"), ((9, 2), "gru"), ((8, 8, 1), "conv2d"), ((1, 1, 1), "conv2d")],
)
def test_arrays_get_layers_by_their_shape(
    tmp_path: Path, shape: tuple[int, ...], kind: str
) -> None:
    random = np.random.default_rng(0)
    path = tmp_path / "own.npz"
    np.savez(path, x_train=random.normal(size=(120, *shape)), y_train=np.arange(120) % 3)
    preset = preset_for(path)
    assert preset.layers[0].kind() == kind
    assert (preset.data.x, preset.data.y, len(preset.spec().classes)) == ("x_train", "y_train", 3)


def test_two_npy_files(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((120, 3)))
    np.save(tmp_path / "t.npy", np.linspace(0, 1, 240).reshape(120, 2))
    with pytest.raises(PresetError, match=r"--target y\.npy"):
        proposal_for(tmp_path / "x.npy", None)
    preset = preset_for(tmp_path / "x.npy", str(tmp_path / "t.npy"))
    assert preset.layers[-1].units == 2


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    table(tmp_path / "people.csv")
    with pytest.raises(DataError, match=r"no such file; did you mean 'people\.csv'"):
        proposal_for(tmp_path / "peple.csv", "job")


@pytest.mark.parametrize("rows", [2, 30, 99, 100, 5_000, 50_000, 2_000_000])
def test_held_out_parts_leave_most_to_train_on(rows: int) -> None:
    made = proposed(facts(rows))
    held = made.data["validation"].value + (made.data["test"].value if "test" in made.data else 0)
    assert 0 < held <= 0.3
    assert ("test" in made.data) == (rows >= 100)
    assert 1 <= made.training["batch_size"].value <= 256
    assert 30 <= made.training["epochs"].value <= 300


def test_more_examples_get_a_wider_network_and_fewer_epochs() -> None:
    few, many = proposed(facts(150)), proposed(facts(80_000))
    assert few.layers[0]["units"].value < many.layers[0]["units"].value
    assert few.training["epochs"].value > many.training["epochs"].value


def test_every_value_of_data_and_training_has_a_reason(tmp_path: Path) -> None:
    made = proposal_for(table(tmp_path / "people.csv", gaps=3), "job")
    named = {"source", "path"}
    for table_of in (made.data, made.loss, made.optimizer, made.training, made.stopping):
        assert all(s.why for key, s in table_of.items() if key not in named)


def test_odd_names_are_written_as_toml(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    rows = "".join(f"{i * 5 % 7},{'ab'[i % 2]}\n" for i in range(60))
    path.write_text("v\n".replace("\n", "") + ',"say ""yes"" # \\ é\x1b[1m"\n' + rows)
    proposal = proposal_for(path, 'say "yes" # \\ é\x1b[1m')
    text = written(proposal)
    assert tomllib.loads(text)["data"]["target"] == 'say "yes" # \\ é\x1b[1m'
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.csv", True), ("A.CSV", True), ("a.npz", True), ("a.jsonl", True), ("a.toml", False)],
)
def test_which_words_are_data(name: str, expected: bool) -> None:
    assert is_data(name) == expected


@pytest.mark.parametrize("rows", [90, 400, 700])
def test_small_tables_of_numbers_get_one_layer_whose_weights_decay(
    tmp_path: Path, rows: int
) -> None:
    random = np.random.default_rng(0)
    lines = (
        f"{a:.3f},{b:.3f},{a - b:.3f},{'xy'[int(a > 0)]}\n"
        for a, b in random.normal(size=(rows, 2))
    )
    path = tmp_path / "t.csv"
    path.write_text("a,b,number,kind\n" + "".join(lines))
    preset, classes = preset_for(path, "number"), preset_for(path, "kind")
    is_small = rows < 700
    assert preset.optimizer.kind() == ("adamw" if is_small else "adam")
    if is_small:
        assert [layer.units for layer in preset.layers] == [128, 1]
        assert preset.optimizer.weight_decay == 1.0
    assert classes.optimizer.kind() == "adam"


def test_gaps_that_are_said_are_filled(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "".join(f"{i / 7},{i % 5 / 3}\n" for i in range(80)) + "weg,1.5\n")
    with pytest.raises(DataError, match="'weg' is no number"):
        proposal_for(path, "b")
    proposal = proposal_for(path, "b", None, ('data.columns.a={gaps=["weg"]}',))
    assert proposal.data["missing"].value == "mean"


def test_what_is_different_in_every_row_is_left_out_unless_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,n,y\n" + "".join(f"p{i},{i * 7 % 11},{'ab'[i % 2]}\n" for i in range(40)))
    proposal = proposal_for(path, "y")
    assert proposal.data["ignore"].value == ["name"]
    assert any("different in every row" in note for note in proposal.notes)
    said = proposal_for(path, "y", overrides=("data.columns.name.kind=category",))
    assert "ignore" not in said.data


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_rows_of_yes_and_no_are_labels(tmp_path: Path, dtype: str) -> None:
    random = np.random.default_rng(0)
    y = random.integers(0, 2, (200, 3)).astype(dtype)
    np.savez(tmp_path / "own.npz", x=random.normal(size=(200, 4)), y=y)
    preset = preset_for(tmp_path / "own.npz")
    assert (preset.layers[-1].units, preset.layers[-1].activation) == (3, "sigmoid")
    assert preset.loss.kind() == "binary_cross_entropy"
    assert preset.about.startswith("3 labels, yes or no each, from 4 inputs")
    assert not preset.training.metrics


def test_rows_of_small_numbers_are_no_labels(tmp_path: Path) -> None:
    y = np.random.default_rng(0).integers(0, 3, (200, 3)).astype("float32")
    np.savez(tmp_path / "own.npz", x=np.random.default_rng(1).normal(size=(200, 4)), y=y)
    assert preset_for(tmp_path / "own.npz").loss.kind() == "mse"
