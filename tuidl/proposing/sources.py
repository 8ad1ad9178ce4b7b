"""The source of examples that proposed settings describe."""

from typing import Any

from tuidl.data.catalog import SOURCES
from tuidl.data.dataset import Source
from tuidl.preset.decoding import convert_tagged, set_value
from tuidl.proposing.setting import Setting, Settings
from tuidl.proposing.target_kinds import ClassTarget, LabelTarget, NumberTarget, Target

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


def target_of(source: Source) -> Target:
    """What the source's targets are. Raises DataError."""
    spec = source.spec()
    if spec.classes:
        return ClassTarget(spec.classes, _class_counts(source, len(spec.classes)))
    may_be_labels = spec.outputs > 1 and not spec.target_shape and not spec.targets
    if may_be_labels and _are_zeros_and_ones(source):
        return LabelTarget(spec.outputs)
    return NumberTarget(spec.outputs)


def _are_zeros_and_ones(source: Source) -> bool:
    y = source.load().y
    return bool(((y == 0) | (y == 1)).all())


def _class_counts(source: Source, classes: int) -> tuple[int, ...]:
    """Examples of each class."""
    import numpy as np

    labels = source.load().y[:, 0]
    labels = labels[np.isfinite(labels)].astype(np.int64)
    return tuple(np.bincount(labels, minlength=classes).tolist())
