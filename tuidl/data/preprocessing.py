"""What preprocessing learned from the training data.

With it a trained network can be used where the data is not: new inputs are scaled, and categories
encoded, as those in training were. It lies in a run's folder, as JSON, which anyone may have
written: ``read_preprocessing`` checks what it says.
"""

import math
from collections.abc import Iterator
from math import prod
from typing import Any, Self

import msgspec

from tuidl.data.dataset import Source, Split
from tuidl.data.scaling import Scaling
from tuidl.data.spec import ExampleSpec
from tuidl.data.table_layout import InputColumn, TableLayout
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.source import Textual

FORMAT = 2
"""Raised when what is written changes its meaning. Format 1 knew no dates, units, indicators or
rare categories: it is read as it is, and what has no table is still written in it."""
FIRST_FORMAT = 1
EXACT = 2
"""From this format on, numbers of tables are float64 until they are scaled."""
LARGEST = 1 << 26
"""Bytes of the file: a million classes or categories."""
LONGEST = 1 << 14
"""Pixels of a side of a picture."""
MOST_DIMENSIONS, MOST_NUMBERS = 8, 1 << 27
"""Of the shape of one input, and numbers in one."""

LATER = ("text", "class_weights")
"""What older runs did not know of."""
OF_SERIES = ("window", "series", "reverse", "gaps")
"""Of the table of a series, which older runs did not keep."""

Numbers = tuple[float, ...]


class FittedScaling(msgspec.Struct, frozen=True):
    """(values - offset) / scale by feature or channel; JSON keeps every bit of a float64."""

    offset: Numbers
    scale: Numbers

    @classmethod
    def of(cls, scaling: Scaling | None) -> Self | None:
        """None where nothing is scaled."""
        if scaling is None:
            return None
        return cls(tuple(map(float, scaling.offset)), tuple(map(float, scaling.scale)))


class Preprocessing(msgspec.Struct, frozen=True, kw_only=True):
    """``preset_sha256``: of the preset, as the run's folder has it. ``examples``: their shapes and
    the names of the classes. ``inputs``, ``targets``: how they are scaled, None where they are not.
    ``table``: the columns of a text file, with their categories and what stands in for missing
    values. ``text``: the vocabulary, and how text becomes inputs. ``class_weights``: of each loss
    whose classes are "balanced", by its name.
    """

    preset_sha256: str
    examples: ExampleSpec
    inputs: FittedScaling | None = None
    targets: FittedScaling | None = None
    table: TableLayout | None = None
    text: TextLayout | None = None
    class_weights: dict[str, Numbers] = {}
    format: int = FORMAT

    @classmethod
    def learned(cls, source: Source, split: Split, preset_sha256: str = "") -> Self:
        """From a split of ``source``: scales and fillings are of its training part."""
        table = None if split.rows is None else source.layout(split.rows)
        return cls(
            preset_sha256=preset_sha256,
            examples=source.full_spec(),
            inputs=FittedScaling.of(split.inputs),
            targets=FittedScaling.of(split.targets),
            table=table,
            text=source.text_layout() if isinstance(source, Textual) else None,
            format=FIRST_FORMAT if table is None else FORMAT,
        )


def read_preprocessing(data: bytes) -> Preprocessing:
    """What ``msgspec.json.encode`` wrote. Raises ValueError, which says what is wrong with it."""
    try:
        known = msgspec.json.decode(data, type=Preprocessing)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    for problem in _problems(known):
        raise ValueError(problem)
    return known


def identity(known: Preprocessing) -> dict[str, Any]:
    """What a run knows its data by: without what metrics alone need, and without keys that older
    runs did not have, where they say nothing."""
    found: dict[str, Any] = msgspec.to_builtins(known)
    found["examples"].pop("positive")
    fields = [*found["examples"]["inputs"], *found["examples"]["targets"]]
    for table, keys in (
        (found["examples"], ("vocabulary", "weighted", "labels", "reconstructs")),
        (found, LATER),
        *((field, ("vocabulary",)) for field in fields),
    ):
        for key in keys:
            if not table[key]:
                del table[key]
    if known.table is not None and known.table.window:
        found |= {"table": None, "format": FIRST_FORMAT}
    elif known.table is not None:
        for key in OF_SERIES:
            del found["table"][key]
    return found


def as_first_written(known: Preprocessing) -> bytes:
    """The file that format 1 had for the same, as far as it knew the same: by it, runs of that time
    know their data again."""
    found = identity(known)
    if known.table is not None and not known.table.window:
        columns = known.table.columns
        found["table"] = {
            "columns": [
                {"name": c.name, "categories": c.categories, "filling": c.filling} for c in columns
            ],
            "delimiter": known.table.delimiter,
            "has_header": known.table.has_header,
        }
    return msgspec.json.encode({**found, "format": FIRST_FORMAT})


def _problems(known: Preprocessing) -> Iterator[str]:
    if not 1 <= known.format <= FORMAT:
        yield f"format {known.format}; this tuidl reads {FORMAT} and older ones"
    spec = known.examples
    if not 1 <= len(spec.shape) <= MOST_DIMENSIONS or min(spec.shape, default=0) < 1:
        yield f"examples.shape: expected 1 to {MOST_DIMENSIONS} numbers of at least 1"
    if prod(spec.shape) > MOST_NUMBERS:
        yield f"examples.shape: expected at most {MOST_NUMBERS:,} numbers in one input"
    if spec.outputs != len(spec.classes) if spec.classes else spec.outputs < 1:
        yield "examples.outputs: expected one for each class, and at least 1"
    shapes = [spec.target_shape or (), *(field.shape for field in (*spec.inputs, *spec.targets))]
    if any(len(shape) > MOST_DIMENSIONS or min(shape, default=1) < 1 for shape in shapes):
        yield f"examples: expected shapes of up to {MOST_DIMENSIONS} numbers of at least 1"
    if any(prod(shape) > MOST_NUMBERS for shape in shapes):
        yield f"examples: expected at most {MOST_NUMBERS:,} numbers in one target or input"
    if spec.inputs and (sum(field.width for field in spec.inputs),) != spec.shape:
        yield f"examples.inputs: expected {spec.shape[0]:,} numbers together"
    if len(set(spec.classes)) < len(spec.classes):
        yield "examples.classes: two have the same name"
    if spec.positive and (spec.positive not in spec.classes or len(spec.classes) != 2):
        yield "examples.positive: expected one of two classes"
    if not all(map(str.isprintable, spec.classes)):
        yield "examples.classes: expected printable names"
    weights = [weight for of in known.class_weights.values() for weight in of]
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights):
        yield "class_weights: expected finite numbers of at least 0"
    yield from _scaling_problems("inputs", known.inputs, spec.shape[-1])
    yield from _scaling_problems("targets", known.targets, 0 if spec.classes else spec.outputs)
    if known.table is not None:
        yield from _table_problems(known.table, spec.shape)
    if known.text is not None:
        yield from known.text.problems(spec.shape, spec.vocabulary)


def _scaling_problems(name: str, scaling: FittedScaling | None, width: int) -> Iterator[str]:
    if scaling is None:
        return
    for key, values in (("offset", scaling.offset), ("scale", scaling.scale)):
        if len(values) != width:
            yield f"{name}.{key}: expected {width:,} numbers, got {len(values):,}"
        if not all(map(math.isfinite, values)):
            yield f"{name}.{key}: expected finite numbers"
    if 0 in scaling.scale:
        yield f"{name}.scale: expected numbers other than 0"


def _table_problems(table: TableLayout, shape: tuple[int, ...]) -> Iterator[str]:
    width = shape[-1] if table.window else prod(shape)
    if sum(column.width for column in table.columns) != width:
        yield f"table.columns: expected {width:,} inputs together"
    if table.window and shape[:-1] != (table.window,):
        yield f"table.window: expected {shape[0]:,} rows"
    if len(table.delimiter) != 1 or table.delimiter in '"\r\n\0':
        yield "table.delimiter: expected one character"
    names = [column.name for column in table.columns]
    if len(set(names)) < len(names):
        yield "table.columns: two have the same name"
    for i, column in enumerate(table.columns):
        if problem := _column_problem(column):
            yield f"table.columns[{i}].{problem}"


def _column_problem(column: InputColumn) -> str:
    if column.picture is not None and not 0 < min(column.picture) <= max(column.picture) <= LONGEST:
        return f"picture: expected height, width and channels of 1 to {LONGEST:,}"
    if column.text is not None:
        layout = column.text
        problems = layout.problems((layout.window,), layout.tokenizer.names)
        return next(problems, "") if layout.window > 0 else "text.window: expected at least 1"
    apart = () if column.numbered else column.rare
    names = (*column.categories, *apart, *([column.other] if column.other else []))
    if len(set(names)) < len(names):
        return "categories: two are the same"
    if column.numbered and not (column.other and set(column.rare) <= set(column.categories)):
        return "numbered: expected a name for ids that are not known, and rare ones among all"
    if column.titles and len(column.titles) != len(column.categories):
        return "titles: expected one for each category"
    if column.date is not None and (column.categories or not math.isfinite(column.date.first)):
        return "date: expected no categories, and a finite number"
    marks = (column.number.decimal, *column.number.groups)
    if not set(marks) <= set(".,' ") or len(set(marks)) < len(marks):
        return "number: expected marks of .,' and space, each once"
    return _filling_problem(column)


def _filling_problem(column: InputColumn) -> str:
    filling = column.filling
    if filling is None or (filling == "" and column.kind != "number"):
        return ""
    if column.has_categories:
        is_known = filling in column.categories or (filling == column.other != "")
        return "" if is_known else "filling: expected a category"
    is_number = isinstance(filling, float) and math.isfinite(filling)
    return "" if is_number else "filling: expected a number"
