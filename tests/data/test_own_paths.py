"""Where presets find the user's own files."""

from pathlib import Path

import pytest

from tests import helpers
from tests.cli.here import tuidl
from tests.data.test_csv import PEOPLE
from tuidl.core.errors import TuidlError
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
