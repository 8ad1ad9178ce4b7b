"""From a file to a trained model in one command, and a preset written down."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.proposing.files import table
from tuidl.cli import cli, training
from tuidl.core.errors import PresetError
from tuidl.preset.library import shipped
from tuidl.preset.schema import Preset

SHORT = ("--no-ui", "--no-keep", "--set", "training.epochs=2")


def tuidl(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_a_table_is_trained_without_a_preset(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv")
    result = tuidl(str(path), "--target", "job", *SHORT)
    assert result.exit_code == 0, result.output
    assert "examples: 140 train, 30 validation, 30 test" in result.output
    assert "test " in result.stdout


def test_options_go_through_set(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv")
    result = tuidl(str(path), "--target", "job", *SHORT, "--set", "data.validation=0.3")
    assert "60 validation" in result.output


def test_new_writes_what_training_would_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table(tmp_path / "people.csv")
    result = tuidl("new", "people.csv", "--target", "job")
    assert (result.exit_code, result.stdout) == (0, "people.toml\n")
    text = (tmp_path / "people.toml").read_text()
    assert 'path = "people.csv"' in text
    assert text.startswith("# Proposed by: tuidl new people.csv --target job\n")
    preset = Preset.load(tmp_path / "people.toml")
    assert preset.data.path == str(tmp_path / "people.csv")
    assert tuidl("new", "people.csv", "--target", "job", "--out", "-").stdout == text


def test_new_replaces_nothing(tmp_path: Path) -> None:
    path, place = table(tmp_path / "people.csv"), tmp_path / "mine.toml"
    place.write_text("mine")
    with pytest.raises(PresetError, match="is there already"):
        cli.main(["new", str(path), "--target", "job", "--out", str(place)], standalone_mode=False)
    assert place.read_text() == "mine"


def test_on_a_terminal_the_target_may_be_ticked_instead_of_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, played = table(tmp_path / "people.csv"), list[dict[str, Any]]()
    monkeypatch.setattr(training, "require_screen", lambda *given: None)

    def play(**options: Any) -> None:
        played.append(options)
        raise SystemExit(0)

    monkeypatch.setattr(training, "play", play)
    assert tuidl(str(path), "--set", "training.epochs=2", "--threads", "1").exit_code == 0
    assert played[0]["data"] == (path, ("training.epochs=2",))
    assert tuidl(str(path), "--target", "job").exit_code == 0
    assert played[1]["preset"].data.target == "job"
    refused = tuidl(str(path), "--start")
    assert (refused.exit_code, "--target names it" in refused.output) == (2, True)
    assert "no such file" in str(tuidl(str(tmp_path / "peple.csv")).exception)
    arrays = tmp_path / "arrays.npz"
    np.savez(arrays, one=np.zeros((9, 2)), two=np.zeros((9, 3)), three=np.arange(9.0))
    assert tuidl(str(arrays)).exit_code == 0
    assert played[2]["data"] == (arrays, ())
    assert isinstance(tuidl(str(arrays), "--target", "four").exception, PresetError)
    assert len(played) == 3
    assert played[1]["file"] is None, "no preset is there to go back to"


def test_the_file_of_a_preset_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = list[dict[str, Any]]()
    monkeypatch.setattr(training, "require_screen", lambda *given: None)
    monkeypatch.setattr(training, "play", lambda **options: played.append(options))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(shipped()["mlp_xor"].read_text())
    for name in ("gru_sine", "mine.toml"):
        tuidl(name)
    assert [one["file"] for one in played] == [shipped()["gru_sine"], tmp_path / "mine.toml"]


def test_a_preset_takes_no_target() -> None:
    with pytest.raises(PresetError, match="cnn_digits is a preset"):
        cli.main(["cnn_digits", "--target", "x", "--no-ui"], standalone_mode=False)


def test_a_preset_outside_of_the_data_folder_names_the_whole_path(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv")
    (tmp_path / "sub").mkdir()
    place = tmp_path / "sub" / "p.toml"
    assert tuidl("new", str(path), "--target", "job", "--out", str(place)).exit_code == 0
    assert Preset.load(place).data.path == str(path)


def test_data_is_trained_at_once_on_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(training, "require_screen", lambda *given: None)
    monkeypatch.setattr(training, "play", lambda **options: shown.append(options))
    path = table(tmp_path / "people.csv")
    assert tuidl(str(path), "--target", "job").exit_code == 0
    assert tuidl("cnn_digits").exit_code == 0
    data, preset = shown
    assert data["start"]
    assert (data["preset"].data.target, data["folder"]) == ("job", tmp_path)
    assert not preset["start"]
