"""The user's own table, in a delimited text file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.errors import DataError, PresetError
from tuidl.data.dataset import Examples, SplitSource
from tuidl.data.origin import Origin
from tuidl.data.paths import FilePath, resolved_path, stamp
from tuidl.data.scaling import Normalize, scaling_of_targets
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_rule import group_name
from tuidl.data.table_layout import InputColumn, TableLayout

if TYPE_CHECKING:
    import numpy as np

    from tuidl.data.csv_table import Feature, Options, Table

    Array = np.ndarray[Any, np.dtype[Any]]

Name = Annotated[str, Meta(min_length=1, max_length=1000)]
Number = Annotated[int, Meta(ge=1, le=10_000)]
Delimiter = Annotated[str, Meta(min_length=1, max_length=1, pattern=r'[^"\r\n\x00]')]


class Csv(SplitSource, frozen=True, kw_only=True, tag="csv"):
    """Rows of a text file; ``target``: the column to predict, by name or number (from 1).

    Numbers are inputs as they are, every other column becomes one input for each of its texts.
    ``task`` follows from the target unless it is given; ``missing`` says what to do about gaps.
    """

    path: FilePath
    target: Name | Number
    delimiter: Delimiter | None = None
    header: bool | None = None
    ignore: tuple[Name | Number, ...] = ()
    task: Literal["classification", "regression"] | None = None
    missing: Literal["refuse", "mean", "most_frequent", "drop_rows"] = "refuse"
    normalize_targets: bool = False

    def resolve_paths(self, folder: Path) -> Self:
        path = resolved_path(self.path, folder, "data.path")
        return msgspec.structs.replace(self, path=path)

    def check(self) -> None:
        super().check()
        if self.normalize_targets and self.spec().classes:
            raise PresetError("data.normalize_targets", "the targets are classes, not numbers")

    def spec(self) -> ExampleSpec:
        table = self._table()
        width = sum(feature.width for feature in table.features)
        return ExampleSpec((width,), outputs=len(table.classes) or 1, classes=table.classes)

    def count(self) -> int:
        return len(self._table().target)

    def bytes_reading(self) -> int:
        return self.bytes_stored() + self.bytes_remembered()

    def bytes_remembered(self) -> int:
        """The table, a column at a time."""
        table = self._table()
        columns = [table.target, *(feature.values for feature in table.features)]
        return sum(column.nbytes for column in columns)

    def load(self) -> Examples:
        """All rows; NaN where a value is missing, to be ``imputed``."""
        import numpy as np

        table = self._table()
        x = np.empty((len(table.target), *self.spec().shape), np.float32)
        for feature, columns in _places(table):
            _encode(feature, x[:, columns])
        return Examples(x, table.target[:, None])

    def imputed(self, examples: Examples, train: "Array | None") -> Examples:
        from tuidl.data.csv_table import missing_in

        x = examples.x
        for feature, columns in _places(self._table()):
            gaps = missing_in(feature)
            if gaps.any():
                x = x.copy() if x is examples.x else x
                known = x[train, columns][~gaps[train]]
                if not len(known):
                    problem = f"column {feature.name!r} has no value in the training part"
                    raise DataError(f"{self.path}: {problem}")
                x[gaps, columns] = _filling(feature, known, self.missing)
        return Examples(x, examples.y)

    def groups(self, name: str) -> "Array":
        from tuidl.data.tables.beside import group_keys

        table = self._table()
        assert table.lines is not None
        return group_keys(Path(self.path), table.beside[0], table.lines)

    def target_scaling(self) -> Normalize:
        return scaling_of_targets(self.normalize, self.normalize_targets)

    def layout(self, train: "Array") -> TableLayout:
        import numpy as np

        table = self._table()
        columns = []
        for feature in table.features:
            filling: str | float | None = None
            if self.missing in ("mean", "most_frequent"):
                known = np.empty((len(feature.values), feature.width), np.float32)
                _encode(feature, known)
                known = known[train][~np.isnan(known[train, 0])]
                value = _filling(feature, known, self.missing) if len(known) else None
                filling = _named(feature, value)
            columns.append(InputColumn(feature.name, feature.categories, filling))
        return TableLayout(tuple(columns), table.delimiter, table.has_header)

    def origin(self, part: str = "") -> Origin:
        from tuidl.data.csv_table import raw_table

        return Origin.of_rows(raw_table(stamp(self.path), self._options()), self._table().rows)

    def _table(self) -> "Table":
        from tuidl.data.csv_table import read_table

        return read_table(stamp(self.path), self._options())

    def _options(self) -> "Options":
        from tuidl.data.csv_table import Options

        grouped = group_name(self.split_rule)
        beside = ((_named_or_numbered(grouped), "data.split"),) if grouped else ()
        return Options(
            self.target, self.delimiter, self.header, self.ignore, self.task, self.missing, beside
        )


def _named_or_numbered(name: str) -> str | int:
    """A column by its number, counted from 1, where its name is one."""
    return int(name) if name.isdecimal() and len(name) < 6 else name


def _places(table: "Table") -> "list[tuple[Feature, slice]]":
    """Each feature with the inputs that it becomes."""
    places, start = [], 0
    for feature in table.features:
        places.append((feature, slice(start, start + feature.width)))
        start += feature.width
    return places


def _encode(feature: "Feature", x: "Array") -> None:
    """Write the feature into its columns ``x`` (rows, width)."""
    import numpy as np

    if not feature.categories:
        x[:, 0] = feature.values
        return
    x[:] = feature.values[:, None] == np.arange(feature.width)
    x[feature.values < 0] = np.nan


def _filling(feature: "Feature", known: "Array", missing: str) -> "Array | float":
    """What stands in for a missing value, from the ``known`` ones (rows, width)."""
    import numpy as np

    if feature.categories:
        filling: Array = np.eye(feature.width)[known.sum(axis=0).argmax()]
        return filling
    if missing == "mean":
        return float(known.mean(dtype=np.float64))
    values, counts = np.unique(known, return_counts=True)
    return float(values[counts.argmax()])


def _named(feature: "Feature", filling: "Array | float | None") -> str | float | None:
    """A filling as it would stand in the file."""
    if filling is None or isinstance(filling, float):
        return filling
    return feature.categories[int(filling.argmax())]
