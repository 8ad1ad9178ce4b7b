"""The preset of a training on arrays: any way of giving one, with the arrays as its data."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tuidl.core.errors import DataError, PresetError
from tuidl.data.catalog import SOURCES
from tuidl.preset.decoding import set_value
from tuidl.preset.library import find, load_preset
from tuidl.preset.schema import Preset
from tuidl.runs.given import class_texts

OF_FILES = ("source", "path", "x", "y", "weight", "target", "delimiter", "header")
"""Keys of a preset's data that say where it lies, which arrays do not have."""


def tables_of(preset: Any) -> dict[str, Any]:
    """The preset's tables, to be changed. Raises PresetError."""
    if isinstance(preset, Preset):
        table = tomllib.loads(preset.to_toml())
    elif isinstance(preset, Mapping):
        table = msgspec.to_builtins(dict(preset))
    elif isinstance(preset, str) and "\n" in preset:
        try:
            table = tomllib.loads(preset)
        except ValueError as error:
            raise PresetError("", f"not TOML: {error}") from None
    elif _is_named(preset):
        table = tomllib.loads(load_preset(str(preset)).to_toml())
    else:
        what = type(preset).__name__
        raise DataError(f"preset: expected a Preset, a dictionary, a name or TOML, got {what}")
    table.setdefault("name", "fit")
    return table


def folder_of(preset: Any) -> Path:
    """Where the preset's file is, for plugins beside it."""
    return find(str(preset)).parent if _is_named(preset) else Path()


def weigh_classes(table: dict[str, Any], weights: Any) -> None:
    """Raises DataError."""
    if "loss" not in table:
        raise DataError("class_weight: the preset has several losses; say class_weights of one")
    if isinstance(weights, Mapping):
        weights = dict(zip(class_texts(list(weights)), map(float, weights.values()), strict=True))
    table["loss"] = {**table["loss"], "class_weights": weights}


def preset_of(
    table: dict[str, Any], given: dict[str, Any], settings: tuple[str, ...], folder: Path
) -> Preset:
    """The preset with the given data. Raises PresetError, DataError."""
    known = table.get("data") or {}
    fitting = {field.name for field in msgspec.structs.fields(SOURCES[given["source"]])}
    kept = {key: value for key, value in known.items() if key in fitting - {*OF_FILES}}
    table["data"] = {**kept, **given}
    for setting in settings:
        set_value(table, setting)
    return Preset.of_table(table, folder)


def _is_named(preset: Any) -> bool:
    """Whether it is a name or a path, and not text."""
    return isinstance(preset, Path) or (isinstance(preset, str) and "\n" not in preset)
