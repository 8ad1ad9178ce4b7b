"""The column that is predicted: numbers, or classes."""

from dataclasses import dataclass
from dataclasses import replace as replace_reading

import numpy as np
from msgspec.structs import replace

from tuidl.core.lazy import Array
from tuidl.data.tables.as_category import FEWEST_OF_EACH
from tuidl.data.tables.choice import Task
from tuidl.data.tables.fields import SHOWN, Reading
from tuidl.data.tables.kinds import read_column
from tuidl.data.tables.raw import RawColumn
from tuidl.data.tables.settings import AS_FOUND, ColumnSettings

LEFT_OUT = 'kind = "ignore"'
"""What helps with any column but this one."""
MOST_CLASSES = 1000
MOST_GUESSED_CLASSES = 20
"""Different whole numbers that are still taken for classes."""


@dataclass(frozen=True)
class Target:
    """``values`` (rows,) float64: numbers, or the places of ``classes``; NaN where missing.
    ``problem``: why it cannot be predicted, in words."""

    reading: Reading
    values: Array
    classes: tuple[str, ...] = ()
    problem: str = ""


def read_target(raw: RawColumn, settings: ColumnSettings, task: Task | None) -> Target:
    """What is predicted. ``task``: as the preset says, None where the column decides."""
    reading = read_column(raw, _with_task(raw, settings, task), MOST_CLASSES)
    if reading.values is None or reading.problem:
        remedy = tuple(key for key in reading.remedy if key != LEFT_OUT)
        reading = replace_reading(reading, remedy=remedy)
        return Target(reading, np.zeros(0), problem=reading.problem or "dates are no targets")
    values = reading.values.values
    if reading.kind == "date":
        return Target(reading, values, problem="dates cannot be predicted; numbers of days can")
    if reading.kind == "category":
        return _checked(Target(reading, values, reading.column.categories))
    return _of_numbers(reading, values, "regression" if settings.said == "number" else task)


def unlabelled(rows: int) -> Target:
    """Of a table whose rows have none: zeros, in a column without a name."""
    values = np.zeros(rows)
    raw = RawColumn("", values, (), np.full(rows, -1, np.int32))
    return Target(read_column(raw, AS_FOUND), values)


def _with_task(raw: RawColumn, settings: ColumnSettings, task: Task | None) -> ColumnSettings:
    """What the task says of the column, where the settings do not."""
    if settings.said is None and task == "regression":
        return replace(settings, said="number")
    if settings.said is None and task == "classification":
        plain = read_column(raw, settings, MOST_CLASSES)
        if plain.kind != "number" or plain.problem:
            return replace(settings, said="category")
    return settings


def _of_numbers(reading: Reading, numbers: Array, task: Task | None) -> Target:
    different = np.unique(numbers[~np.isnan(numbers)])
    are_whole = bool((different == np.round(different)).all())
    few = len(different) <= MOST_GUESSED_CLASSES and not reading.column.number.style
    if task is None and are_whole and few:
        task = "classification"
    if task != "classification":
        return Target(reading, numbers)
    if not are_whole or len(different) > MOST_CLASSES:
        problem = f"no classes: expected texts or at most {MOST_CLASSES} different whole numbers"
        return Target(reading, numbers, problem=problem)
    places = np.searchsorted(different, numbers).astype(np.float64)
    names = tuple(str(int(number)) for number in different)
    return _checked(Target(reading, np.where(np.isnan(numbers), np.nan, places), names))


def _hardly_repeats(target: Target) -> str:
    """What to say of so many different texts that there is no class to learn: sentences, names."""
    count, rows = len(target.classes), int((~np.isnan(target.values)).sum())
    if target.reading.is_said or target.reading.kind != "category":
        return ""
    if count <= MOST_GUESSED_CLASSES or rows >= FEWEST_OF_EACH * count:
        return ""
    return (
        f"{count:,} different texts in {rows:,} rows, as {target.classes[0][:SHOWN]!r}, hardly "
        "repeat: an id or free text is no class to predict; if each is one"
    )


def _checked(target: Target) -> Target:
    """With what is wrong with its classes."""
    if strange := [name for name in target.classes if not name.isprintable()]:
        problem = f"{strange[0][:60]!r} is no name of a class"
    elif len(target.classes) < 2:
        problem = "one class only, nothing to tell apart"
    elif hardly := _hardly_repeats(target):
        reading = replace_reading(target.reading, remedy=('kind = "category"',))
        return Target(reading, target.values, target.classes, hardly)
    else:
        return target
    return Target(target.reading, target.values, target.classes, problem)
