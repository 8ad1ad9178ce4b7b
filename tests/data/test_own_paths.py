"""Where presets find the user's own files."""

from pathlib import Path

import pytest

from tests import helpers
from tests.cli.here import tuidl
from tests.data.test_csv import PEOPLE
from tuidl.core.errors import TuidlError
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset


def preset_on(path: Path, data: str) -> Path:
    preset = path / "mine.toml"
    lines = [line for line in helpers.CONV.splitlines() if line]
    layers = 'layers = [{type = "flatten"}, {type = "dense"}]'
    rest = "\n".join(lines[lines.index("[loss]"):])  # fmt: skip
    preset.write_text(f'name = "mine"\ndata = {data}\n{layers}\n{rest}\n')
    return preset


def test_paths_are_relative_to_the_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "people.csv").write_text(PEOPLE)
    path = preset_on(tmp_path, '{source = "csv", path = "sub/people.csv", target = "paid"}')
    preset = Preset.load(path)
    assert preset.data.path == str(tmp_path / "sub" / "people.csv")
    assert Preset.parse(preset.to_toml()) == preset  # from anywhere: a run keeps its whole path
    monkeypatch.chdir(tmp_path)
    assert Preset.parse(path.read_text()).data.path == preset.data.path


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            '{source = "csv", path = "../people.csv", target = "paid"}',
            "data.path: '../people.csv' leaves the preset's folder",
        ),
        ('{source = "csv", path = "a/../../b.csv", target = "paid"}', "leaves the preset's folder"),
        ('{source = "npy", x = "x.npy", y = "../y.npy"}', "data.y: '../y.npy' leaves"),
        ('{source = "csv", path = "none.csv", target = "paid"}', "none.csv: No such file"),
        ('{source = "csv", path = ".", target = "paid"}', "not a file"),
        ('{source = "csv", path = "/dev/zero", target = "paid"}', "/dev/zero: not a file"),
        ('{source = "npz", path = "/dev/zero"}', "/dev/zero: not a file"),
        ('{source = "images", path = "none", size = [8, 8]}', "none: No such file"),
        ('{source = "images", path = "mine.toml", size = [8, 8]}', "mine.toml: Not a directory"),
        (
            '{source = "csv", path = "a\\u0000b", target = "paid"}',
            "data.path: expected a path without control",
        ),
        ('{source = "csv", path = "x.csv"}', "data.target: missing"),
        ('{source = "images", path = "x", size = [8]}', "data.size"),
        ('{source = "images", path = "x", size = [8, 0]}', "data.size[1]: expected a whole number"),
        ('{source = "csv", path = "x.csv", target = "t", delimiter = ";;"}', "data.delimiter"),
    ],
)
def test_wrong_paths_and_keys_are_preset_errors(tmp_path: Path, data: str, message: str) -> None:
    with pytest.raises(TuidlError) as caught:
        Preset.load(preset_on(tmp_path, data))
    assert message in str(caught.value)


def test_a_table_trains_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE * 1 + PEOPLE.partition("\n")[2] * 10)
    path = preset_on(tmp_path, '{source = "csv", path = "people.csv", target = "paid"}')
    result = tuidl(str(path), "--no-ui")
    assert result.returncode == 0, result.stderr
    (tmp_path / "people.csv").unlink()
    result = tuidl(str(path), "--no-ui")
    assert result.returncode == 2
    assert "people.csv: No such file" in result.stderr


def test_paths_in_a_table_of_set_start_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"{i},{i % 7}.5,{i * i % 11}.25\n" for i in range(20))
    (tmp_path / "t.csv").write_text(f"n,a b,y\n{rows}")
    monkeypatch.chdir(tmp_path)
    said = 'data={source="csv", path="t.csv", target="y", columns={"a b"={kind="ignore"}}}'
    preset = load_preset("linear_regression", (said,))
    assert preset.data.path == str(tmp_path / "t.csv")
    assert preset.data.columns["a b"].said == "ignore"


@pytest.mark.parametrize(
    ("rest", "error"),
    [
        ('target=["a", "b", "c"]', "data.target: names every column: expected one to learn from"),
        ("target=[1, 2, 3]", "data.target: names every column"),
        ('target=["a", "b"], weight="c"', "data.target: names every column, and data.weight the"),
        ('target=["a", "b"], split="by c"', "names every column, and data.split the others"),
        ('target="a", ignore=["b", "c"]', "data.ignore: leaves no column to learn from"),
        (
            'target=["a", "b"], columns={c={kind="ignore"}}',
            "data.target: leaves no column to learn from: 'c' is left out (by data.columns.c.kind)",
        ),
    ],
)
def test_columns_that_leave_none_to_learn_from(tmp_path: Path, rest: str, error: str) -> None:
    (tmp_path / "t.csv").write_text("a,b,c\n" + "1,2,3\n4,5,6\n7,8,9\n" * 4)
    path = preset_on(tmp_path, f'{{source = "csv", path = "t.csv", {rest}}}')
    with pytest.raises(TuidlError) as caught:
        Preset.load(path).source.split()
    assert error in str(caught.value)
