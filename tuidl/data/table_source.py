"""The user's own table, in a file of delimited text or one of the other formats."""

from functools import lru_cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.errors import PresetError
from tuidl.core.lazy import Array
from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.examples import Examples
from tuidl.data.origin import Origin
from tuidl.data.paths import FilePath, resolved_path, stamp
from tuidl.data.scaling import NormalizeTargets, Scaling, TargetScaling, scaling_of_targets
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_rule import group_name
from tuidl.data.split_source import SplitSource
from tuidl.data.table_layout import TableLayout
from tuidl.data.tables.encodings import Encoding
from tuidl.data.tables.settings import WEIGHT, ColumnSettings, Missing

if TYPE_CHECKING:
    from tuidl.data.table import Table
    from tuidl.data.table_inputs import Known, TableInputs
    from tuidl.data.tables.column_report import TableReport
    from tuidl.data.tables.text_columns import TextFeature

Name = Annotated[str, Meta(min_length=1, max_length=1000)]
Number = Annotated[int, Meta(ge=1, le=10_000)]
Delimiter = Annotated[str, Meta(min_length=1, max_length=1, pattern=r'[^"\r\n\x00]')]
Several = Annotated[tuple[Name | Number, ...], Meta(min_length=1, max_length=64)]
Side = Annotated[int, Meta(ge=1, le=4096)]


class Csv(SplitSource, frozen=True, kw_only=True, tag="csv"):
    """Rows of a file of text, JSON, Parquet or Excel.

    ``target``: the column to predict, by name or number (from 1), or several: then each is a target
    of that name, for ``[[objectives]]``. Where ``targets`` are the inputs these are but labels.

    What each column is, its fields decide (``tables.kinds``), unless ``columns`` says. ``task``
    follows from the target unless it is given; ``missing`` says what to do about gaps, and
    ``indicator`` adds an input to every column that has some, which is 1 where one is.
    ``weight``: the column of what each row counts in the loss. ``skip_lines``: they are no rows.
    ``size`` and ``channels``: of columns of kind "picture", which name files.
    """

    path: FilePath
    target: Name | Number | Several | None = None
    delimiter: Delimiter | None = None
    header: bool | None = None
    encoding: Encoding | None = None
    sheet: Name | Number | None = None
    ignore: tuple[Name | Number, ...] = ()
    task: Literal["classification", "regression"] | None = None
    missing: Missing = "refuse"
    indicator: bool = False
    columns: dict[Name, ColumnSettings] = msgspec.field(default_factory=dict)
    normalize_targets: NormalizeTargets | None = None
    weight: Name | Number | None = None
    skip_lines: tuple[Annotated[int, Meta(ge=1)], ...] = ()
    size: tuple[Side, Side] | None = None
    channels: Literal[1, 3] | None = None

    needs_inputs: ClassVar[bool] = True
    """Whether there must be a column beside the target."""
    id_names: ClassVar[tuple[str, ...]] = ()
    """What networks call columns of ids; empty for the columns' own names."""

    @property
    def keeps_gaps(self) -> bool:
        """Whether rows without a target stay."""
        return False

    def resolve_paths(self, folder: Path) -> Self:
        path = resolved_path(self.path, folder, "data.path")
        return msgspec.structs.replace(self, path=path)

    def check(self) -> None:
        super().check()
        if self.target is None and (not self.targets_are or type(self) is not Csv):
            raise PresetError("data.target", "missing: it has no default")
        if self.normalize_targets and self.target_scaling() == "none":
            raise PresetError("data.normalize_targets", "the targets are classes, not numbers")
        for key in ("size", "channels"):
            if getattr(self, key) is not None and not self._table().pictures:
                raise PresetError(f"data.{key}", "no column is said to be of kind 'picture'")

    def spec(self) -> ExampleSpec:
        from tuidl.data.table_fields import targets_of

        table, inputs = self._table(), self._inputs()
        targets, own = targets_of(table), inputs.fields if inputs.are_named else ()
        if len(targets) > 1:
            return ExampleSpec(inputs.shape, len(targets), inputs=own, targets=targets)
        return ExampleSpec(inputs.shape, len(table.classes) or 1, table.classes, inputs=own)

    def class_counts(self) -> tuple[int, ...] | None:
        import numpy as np

        if not (table := self._table()).classes or table.more_targets:
            return None
        known = table.target[~np.isnan(table.target)].astype(int)
        return tuple(np.bincount(known, minlength=len(table.classes)).tolist())

    def count(self) -> int:
        return len(self._table().target)

    def bytes_a_number(self) -> int:
        return FLOAT_BYTES if self._table().fits_float32 else 2 * FLOAT_BYTES

    @property
    def can_spill(self) -> bool:
        return self._inputs().are_plain

    def bytes_stored(self) -> int:
        """The targets, and rows as they are made, where all of them are plain numbers."""
        from tuidl.data.stored_rows import BLOCK

        if not self.can_spill:
            return super().bytes_stored()
        spec, size = self.spec(), self.bytes_a_number()
        made = 2 * min(BLOCK, size * self.count() * prod(spec.shape))
        return made + size * self.count() * spec.target_width

    def bytes_reading(self) -> int:
        return self.bytes_stored() + self.bytes_remembered()

    def bytes_remembered(self) -> int:
        return self._inputs().bytes

    def load(self) -> Examples:
        """All rows; NaN where a value is missing, to be ``imputed``."""
        import numpy as np

        from tuidl.data.stored_rows import StoredExamples

        y = np.column_stack([target.values for target in self._table().all_targets])
        inputs = self._inputs()
        return StoredExamples(inputs.rows(), y) if inputs.are_plain else Examples(inputs.x(), y)

    def _inputs(self) -> "TableInputs":
        """What rows become. Raises DataError, and PresetError where the size of pictures is not
        said."""
        from tuidl.data.table_inputs import Known, TableInputs

        table, picture = self._table(), (0, 0, 0)
        if table.pictures:
            if self.size is None:
                problem = "missing: height and width that pictures are scaled to"
                raise PresetError("data.size", problem)
            picture = (*self.size, self.channels or 3)
        now = stamp(self.path)
        texts = _learned_texts(Known((repr(self), now), self)) if table.texts else ()
        return TableInputs(Path(self.path), table, picture, texts, self.id_names)

    def input_scaling(self, x: Array) -> Scaling | None:
        """Of a table beside others, the table's columns alone: pixels are in [0, 1], and numbers of
        ids and tokens have no scale."""
        inputs = self._inputs()
        if x.ndim > 2:
            return super().input_scaling(x)
        width = self._table().plain_width
        if not width and (self._table().ids or inputs.texts):
            return None
        scaling = super().input_scaling(x[:, :width])
        return None if scaling is None else scaling.widened(x.shape[1] - width)

    def imputed(self, examples: Examples, train: Array | None) -> Examples:
        from tuidl.data.stored_rows import StoredExamples
        from tuidl.data.table_filling import filled, filled_columns
        from tuidl.data.table_ids import known_ids

        table = self._table()
        columns = filled_columns(self.path, table, train)
        if isinstance(examples, StoredExamples):
            return StoredExamples(self._inputs().rows(columns), examples.y)
        return Examples(known_ids(filled(examples.x, table, columns), table, train), examples.y)

    def groups(self, name: str) -> Array:
        from tuidl.data.tables.beside import keys_of

        table = self._table()
        return keys_of(self.path, table.beside[0], table.lines, f"data.split = 'by {name}'")

    def target_scaling(self) -> TargetScaling:
        if all(target.read.classes for target in self._table().all_targets):
            return "none"
        return scaling_of_targets(self.normalize, self.normalize_targets)

    def scaling_of_y(self, y: Array) -> Scaling | None:
        """Of several targets those that are numbers."""
        import numpy as np

        scaling = super().scaling_of_y(y)
        classes = [bool(target.read.classes) for target in self._table().all_targets]
        if scaling is None or not any(classes):
            return scaling
        return Scaling(
            np.where(classes, 0.0, scaling.offset), np.where(classes, 1.0, scaling.scale)
        )

    def layout(self, train: Array) -> TableLayout | None:
        from tuidl.data.table_ids import layout_of

        beside = self._inputs().columns_beside
        return layout_of(self._table(), train, beside, self.encoding or "", self.sheet or "")

    def origin(self, part: str = "") -> Origin:
        table = self._table()
        return Origin.of_rows(table.raw, table.rows)

    def report(self, most: int | None = None) -> list[str]:
        from tuidl.data.tables.column_report import lines

        return lines(self.table_report(), most)

    def table_report(self) -> "TableReport":
        """How each column was read, as records."""
        from tuidl.data.tables.report import report_of

        return report_of(self._table(), self._inputs().texts)

    def notices(self) -> tuple[str, ...]:
        from tuidl.data.tables.precision import lost_digits

        return tuple(lost_digits(self._table(), self.normalize, self.target_scaling()))

    def beside(self) -> tuple[tuple[Name | Number, str], ...]:
        """Columns that are no inputs but say something of rows, with the keys that name them."""
        grouped = group_name(self.split_rule)
        groups = ((_named_or_numbered(grouped), "data.split"),) if grouped else ()
        return groups if self.weight is None else (*groups, (self.weight, WEIGHT))

    @property
    def is_weighted(self) -> bool:
        return self.weight is not None

    def example_weights(self) -> Array:
        from tuidl.data.tables.beside import weights_of

        table = self._table()
        column = table.beside[[key for _, key in self.beside()].index(WEIGHT)]
        return weights_of(self.path, column, table.lines, WEIGHT)

    def pairs(self) -> tuple[Any, ...]:
        """What ``Options`` have besides of tables whose rows are pairs of ids."""
        return ()

    def _table(self) -> "Table":
        """What the file has."""
        from tuidl.data.csv_table import read_table
        from tuidl.data.tables.choice import Options

        target, *more = self.target if isinstance(self.target, tuple) else (self.target,)
        options = Options(
            target,
            self.delimiter,
            self.header,
            self.ignore,
            self.task,
            self.missing,
            self.indicator,
            tuple(self.columns.items()),
            self.beside(),
            self.encoding,
            self.sheet,
            self.needs_inputs,
            tuple(more),
            self.keeps_gaps,
            self.skip_lines,
            *self.pairs(),
        )
        return read_table(stamp(self.path), options)


@lru_cache(maxsize=2)
def _learned_texts(known: "Known") -> "tuple[TextFeature, ...]":
    """By the rows that are trained on. Raises DataError, PresetError."""
    from tuidl.data.tables.text_columns import learned_text

    source: Csv = known.source
    table = source._table()
    labels = table.target if table.classes and not table.more_targets else None
    train = source.dealt(len(table.target), labels).parts(*source.fractions())[0]
    return tuple(
        learned_text(text, train, f"{source.path}: column {text.raw.name!r}")
        for text in table.texts
    )


def _named_or_numbered(name: str) -> str | int:
    """A column by its number, counted from 1, where its name is one."""
    return int(name) if name.isdecimal() and len(name) < 6 else name
