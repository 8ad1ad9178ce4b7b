"""The source of examples that proposed settings describe."""

from typing import Any

from tuidl.data.catalog import SOURCES
from tuidl.data.dataset import Source
from tuidl.preset.decoding import convert_tagged, set_value
from tuidl.proposing.facts import Setting, Settings

SECTION = "data"


def stated(data: Settings, overrides: tuple[str, ...]) -> Settings:
    """The settings of ``[data]`` with those that ``KEY=VALUE`` texts of ``data.…`` state. Raises
    PresetError."""
    table: dict[str, Any] = {key: setting.value for key, setting in data.items()}
    for override in overrides:
        if override.lstrip().startswith(f"{SECTION}."):
            set_value({SECTION: table}, override)
    return {
        key: data[key] if key in data and data[key].value == value else Setting(value, "as stated")
        for key, value in table.items()
    }


def source_of(data: Settings) -> Source:
    """Raises PresetError."""
    table = {key: setting.value for key, setting in data.items()}
    source: Source = convert_tagged(table, SOURCES, "source", SECTION)
    return source


def are_labels(source: Source) -> bool:
    """Whether targets are several numbers a row, 0 and 1 alone. Raises DataError."""
    spec = source.spec()
    if spec.classes or spec.outputs < 2 or spec.target_shape or spec.targets:
        return False
    y = source.load().y
    return bool(((y == 0) | (y == 1)).all())


def class_counts(source: Source) -> tuple[int, ...]:
    """Examples of each class, () where targets are numbers. Raises DataError."""
    import numpy as np

    classes = source.spec().classes
    if not classes:
        return ()
    labels = source.load().y[:, 0]
    labels = labels[np.isfinite(labels)].astype(np.int64)
    return tuple(np.bincount(labels, minlength=len(classes)).tolist())
