"""Which arrays are inputs and which targets: what people call them, and what nothing says."""

from pathlib import Path

import numpy as np
import pytest

from tuidl.core.errors import PresetError
from tuidl.proposing.array_names import likely_inputs, likely_targets, partners
from tuidl.proposing.arrays import array_facts


@pytest.mark.parametrize(
    ("names", "inputs", "targets"),
    [
        (("x", "y"), "x", "y"),
        (("Y", "X"), "X", "Y"),
        (("x_test", "x_train", "y_test", "y_train"), "x_train", "y_train"),
        (("train_images", "train_labels", "test_labels"), "train_images", "train_labels"),
        (("trainX", "trainY"), "trainX", "trainY"),
        (("test_x", "test_y"), "test_x", "test_y"),
        (("arr_0", "arr_1"), None, "arr_1"),
        (("spectra", "label"), None, "label"),
        (("images", "age"), "images", "age"),
        (("data", "target", "feature_names"), "data", "target"),
        (("X_val", "X", "y_val", "y"), "X", "y"),
        (("a", "b"), None, None),
        (("arr_0", "arr_1", "arr_2"), None, None),
        (("xlabel", "ylabel"), None, None),
    ],
)  # fmt: skip
def test_names(names: tuple[str, ...], inputs: str | None, targets: str | None) -> None:
    found = likely_targets(names)
    assert (found and found[0]) == targets
    others = [name for name in names if name != targets]
    assert likely_inputs(others) == (inputs if len(others) > 1 or inputs else others[0])


@pytest.mark.parametrize(
    ("name", "others", "expected"),
    [
        ("x", ["y", "z"], ["y"]),
        ("X_train", ["y_train", "y_test", "X_test"], ["y_train"]),
        ("digits_x", ["digits_y", "letters_y"], ["digits_y"]),
        ("images", ["labels", "targets"], ["labels", "targets"]),
        ("y", ["x"], []),
        ("spectra", ["labels"], []),
    ],
)
def test_partners(name: str, others: list[str], expected: list[str]) -> None:
    assert sorted(partners(name, others)) == sorted(expected)


def written(folder: Path, *names: str) -> None:
    for name in names:
        values = np.zeros((120, 3)) if name[0] in "xXi" else np.arange(120) % 3
        np.save(folder / f"{name}.npy", values)


def test_the_targets_beside_a_file_are_a_guess_with_its_key(tmp_path: Path) -> None:
    written(tmp_path, "X_train", "y_train", "X_test", "y_test")
    facts = array_facts(tmp_path / "X_train.npy", None)
    assert facts.data["y"].value == str(tmp_path / "y_train.npy")
    assert facts.notes == ("guessed by their names: targets in 'y_train.npy' (--target, data.y)",)
    assert not array_facts(tmp_path / "X_train.npy", str(tmp_path / "y_test.npy")).notes


@pytest.mark.parametrize(
    ("names", "asked", "message"),
    [
        (("x",), "x", r"which file holds the targets\? --target y\.npy"),
        (("images", "labels", "targets"), "images", r"beside it: labels\.npy, targets\.npy"),
        (("x", "y"), "y", r"y\.npy seems to hold targets.*--target y\.npy"),
    ],
)
def test_files_that_nothing_says(
    tmp_path: Path, names: tuple[str, ...], asked: str, message: str
) -> None:
    written(tmp_path, *names)
    with pytest.raises(PresetError, match=message):
        array_facts(tmp_path / f"{asked}.npy", None)


def test_arrays_without_names_are_taken_in_their_order(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", np.zeros((120, 3)), np.arange(120) % 3)
    facts = array_facts(tmp_path / "a.npz", None)
    assert (facts.data["x"].value, facts.data["y"].value) == ("arr_0", "arr_1")
    assert "(--target, data.y)" in facts.notes[0]
    assert "both without a name" in facts.notes[0]
