"""Settings of runs: what presets say, and the defaults that they leave out."""

import json
from pathlib import Path
from typing import Any

import pytest

from tuidl.preset.library import shipped
from tuidl.preset.schema import Preset
from tuidl.runs.coordinates import Coordinates
from tuidl.runs.labelling import labels, telling
from tuidl.runs.listing import UNSET, Listed, as_lines
from tuidl.runs.setting_importance import importances, settings_that_differ
from tuidl.runs.settings import (
    PresetSettings,
    differing,
    flat,
    in_order,
    settings_in,
    settings_of,
    those_where,
    to_json,
    value_of,
)
from tuidl.storage.contents import PRESET
from tuidl.tui.renderers.run_table import cell

SIZES = (16, 32, 64)


def kept(folder: Path, *overrides: str) -> dict[str, Any]:
    """Settings of a run of the digits as its folder keeps them."""
    text = Preset.load(shipped()["cnn_digits"], overrides).to_toml()
    folder.mkdir(exist_ok=True)
    (folder / PRESET).write_text(text)
    return settings_of(folder)


def sized(folder: Path) -> list[dict[str, Any]]:
    """Three runs, of which one has the default."""
    return [kept(folder / str(size), f"training.batch_size={size}") for size in SIZES]


def as_run(name: str, settings: dict[str, Any], **more: Any) -> Listed:
    return Listed(
        run=name, preset="digits", created="", state="done", epochs=3, seconds=1.0, part="test",
        scores={"accuracy": 0.5}, weights_sha256=None, settings=settings, **more,
    )  # fmt: skip


@pytest.fixture
def three(tmp_path: Path) -> list[Listed]:
    return [as_run(str(size), one) for size, one in zip(SIZES, sized(tmp_path), strict=True)]


def test_a_default_is_known_though_the_file_has_it_not(tmp_path: Path) -> None:
    one, other = kept(tmp_path / "32"), kept(tmp_path / "64", "training.batch_size=64")
    assert "batch_size" not in (tmp_path / "32" / PRESET).read_text()
    assert (one["training.batch_size"], other["training.batch_size"]) == (32, 64)
    assert isinstance(one, PresetSettings)
    assert isinstance(other, PresetSettings)
    assert "training.batch_size" in one.defaults
    assert "training.batch_size" not in other.defaults
    assert one.written | one.left_out == one


def test_conditions_and_orders_find_it(three: list[Listed]) -> None:
    found = those_where(three, "training.batch_size < 64")
    assert [run.run for run in found] == ["16", "32"]
    assert [run.run for run in in_order(three[::-1], "training.batch_size")] == ["16", "32", "64"]
    assert value_of(three[1], "optimizer.schedule.type") == "constant"
    switched = as_run("none", {})
    assert those_where([*three, switched], "training.shuffle") == three


def test_what_all_objectives_have_alike_is_the_runs() -> None:
    """Rates that differ are shown one by one, and are no number to sort by."""
    text = Preset.load(shipped()["gan_digits"]).to_toml()
    gan = as_run("gan", settings_in(text.encode()))
    assert (value_of(gan, "optimizer.type"), value_of(gan, "optimizer.learning_rate")) == (
        "adam", 3e-4,
    )  # fmt: skip
    assert cell(gan, "optimizer.learning_rate") == "0.0003"
    two = as_run("two", {**gan.settings, "objectives[1].optimizer.learning_rate": 1e-4})
    assert value_of(two, "optimizer.learning_rate") is None
    assert cell(two, "optimizer.learning_rate") == "0.0003, 0.0001"
    assert cell(two, "optimizer.momentum") == UNSET
    assert [run.run for run in those_where([gan, two], "optimizer.learning_rate < 0.01")] == ["gan"]
    assert "0.0003, 0.0001" in "\n".join(as_lines([two], ("optimizer.learning_rate",)))


def test_runs_that_differ_in_a_default_show_it(three: list[Listed]) -> None:
    tables = [run.settings for run in three]
    assert differing(tables) == [("training.batch_size", ["16", "32", "64"])]
    assert labels(["a", "b", "c"], tables) == [f"batch_size={size}" for size in SIZES]
    assert settings_that_differ(tables) == ["training.batch_size"]


def test_axis_and_importance_have_a_number_for_it(three: list[Listed]) -> None:
    tables = [run.settings for run in three]
    axis = Coordinates(["training.batch_size"], tables, "accuracy", [0.1, 0.2, 0.3]).axis(
        "training.batch_size"
    )
    assert axis.values.tolist() == list(SIZES)
    assert not axis.has_unset
    [one] = importances(tables, [0.1, 0.2, 0.3])
    assert (one.values, one.rank) == (3, pytest.approx(1.0))


def test_defaults_of_another_kind_are_no_difference(tmp_path: Path) -> None:
    """That Adam has no momentum follows from its being Adam."""
    sgd = ("optimizer={type = 'sgd', learning_rate = 0.003}",)
    tables = [kept(tmp_path / "a"), kept(tmp_path / "b", *sgd)]
    assert "optimizer.beta_1" in tables[0]
    assert "optimizer.momentum" in tables[1]
    assert "optimizer.type" in telling(tables)
    assert {"optimizer.beta_1", "optimizer.momentum"}.isdisjoint(telling(tables))


def test_what_somebody_gave_is_one_also_where_others_have_it_not(tmp_path: Path) -> None:
    sgd = "optimizer={type = 'sgd', learning_rate = 0.003, momentum = 0.5}"
    rows = dict(differing([kept(tmp_path / "a"), kept(tmp_path / "b", sgd)]))
    assert rows["optimizer.momentum"] == [UNSET, "0.5"]


def test_values_that_read_alike_are_no_difference(tmp_path: Path) -> None:
    tables = [{"rate": 0.1}, {"rate": 0.1 + 1e-12}]
    assert differing(tables, lambda value: f"{value:g}") == []
    assert [key for key, _ in differing(tables)] == ["rate"]


def test_json_has_what_is_written_and_defaults_beside_it(three: list[Listed]) -> None:
    log = as_run("log", {"lr": 0.1}, format="CSV")
    one, two, _, foreign = json.loads(to_json([*three, log]))
    assert one["settings"]["training.batch_size"] == 16
    assert "training.batch_size" not in one["defaults"]
    assert two["defaults"]["training.batch_size"] == 32
    assert "training.batch_size" not in two["settings"]
    assert (foreign["settings"], "defaults" in foreign) == ({"lr": 0.1}, False)


@pytest.mark.parametrize("text", [b"", b"\xff", b"a = [", b"a = " + b"[" * 100_000])
def test_what_is_no_preset_has_no_settings(tmp_path: Path, text: bytes) -> None:
    (tmp_path / PRESET).write_bytes(text)
    assert settings_of(tmp_path) == {}
    assert settings_of(tmp_path / "nowhere") == {}


def test_lists_of_tables_have_numbers_in_their_keys() -> None:
    table = {"a": [{"b": 1}, {"c": [1, 2]}], "d": {"e": {"f": True}}, "g": []}
    assert flat(table) == {"a[0].b": 1, "a[1].c": [1, 2], "d.e.f": True, "g": []}
    assert flat(3, "name") == {"name": 3}
