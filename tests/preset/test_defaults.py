"""Defaults that a preset's file leaves out: filled in, it is the same preset."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tuidl.preset.defaults import with_defaults
from tuidl.preset.library import shipped
from tuidl.preset.schema import Preset
from tuidl.runs.settings import flat


@pytest.mark.sample(12)
@pytest.mark.parametrize("path", shipped().values(), ids=lambda path: path.stem)
def test_with_its_defaults_written_it_is_the_same_preset(path: Path) -> None:
    """So no default is made up, and none is in a place where it does not belong."""
    table = tomllib.loads(path.read_text())
    before = copy.deepcopy(table)
    filled = with_defaults(table)
    assert table == before
    assert len(str(filled)) > len(str(table))
    assert Preset.of_table(filled, path.parent) == Preset.of_table(table, path.parent)


def test_defaults_are_those_of_the_kind_that_is_named() -> None:
    table = {
        "name": "two kinds",
        "data": {"source": "linear"},
        "layers": [{"type": "dense"}, {"type": "dropout", "rate": 0.1}],
        "loss": {"type": "mse"},
        "optimizer": {"type": "sgd", "schedule": {"type": "step", "epochs": 2}},
        "training": {"early_stopping": {}},
    }
    filled = with_defaults(table)
    assert filled["optimizer"]["learning_rate"] == 0.01
    assert "beta_1" not in filled["optimizer"]
    assert filled["optimizer"]["schedule"]["warmup_epochs"] == 0
    assert filled["layers"][0]["activation"] == "linear"
    assert filled["layers"][1]["enabled"] is True
    assert filled["training"]["batch_size"] == 32
    assert filled["training"]["early_stopping"]["restore_best"] is True
    assert "folds" not in filled["training"]
    other = with_defaults({**table, "optimizer": {"type": "adam"}})
    assert other["optimizer"]["schedule"]["type"] == "constant"
    assert other["optimizer"]["beta_1"] == 0.9


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"layers": 3, "optimizer": [], "data": "digits", "training": None},
        {"layers": [1, {"type": ["dense"]}, {"type": "no such"}, {}]},
        {"optimizer": {"type": {"a": 1}}, "data": {"source": 7}, "loss": {}},
        {"optimizer": {"type": "adam", "schedule": {"type": 4}}},
        {"objectives": [{"losses": {"output": 1}}, 4], "networks": [{"layers": "none"}]},
        {"of_a_later_version": {"type": "adam"}},
    ],
)
def test_what_is_no_preset_stays_as_it_is_written(table: dict[str, Any]) -> None:
    found = flat(with_defaults(table))
    assert flat(table).items() <= found.items()
    is_told = {key for key in found if key.startswith(("layers", "data", "loss"))}
    assert is_told <= flat(table).keys()
