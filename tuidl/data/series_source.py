"""Time series in the user's own table: windows of its rows, and what follows them."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from tuidl.core.errors import DataError, PresetError
from tuidl.core.lazy import Array
from tuidl.data.examples import Examples, Split, Whole
from tuidl.data.origin import Origin
from tuidl.data.scaled_parts import scaled_split
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_rule import RANDOM, group_name
from tuidl.data.table_layout import TableLayout
from tuidl.data.table_source import Csv, Name, Number
from tuidl.data.tables.settings import WEIGHT

if TYPE_CHECKING:
    from tuidl.data.splitting import Splitter
    from tuidl.data.table import Table
    from tuidl.data.windows import Windows

    Indices = tuple[Array, Array, Array]

Rows = Annotated[int, Meta(ge=1, le=100_000)]
Gaps = Literal["refuse", "previous", "linear"]


class Series(Csv, frozen=True, kw_only=True, tag="series"):
    """Windows of a table's rows, in the order of the file; the ``target`` column's next values are
    to be predicted.

    ``window``: rows that the network sees, with all columns that are inputs and the target's own
    past as the last one. ``horizon``: how many values after them it predicts, an output each.
    ``series``: a column that says which of several series a row is of; it is no input.
    ``reverse``: the newest row comes first in the file. ``gaps``: what stands in for a value of the
    target that is missing: the "previous" one, or one on the line between its neighbours
    ("linear"); such values are seen, and never predicted.
    """

    window: Rows
    horizon: Rows = 1
    series: Name | Number | None = None
    reverse: bool | None = None
    gaps: Gaps = "refuse"

    in_time: ClassVar[bool] = True
    needs_inputs: ClassVar[bool] = False

    def check(self) -> None:
        super().check()
        if self.split_rule == RANDOM:
            problem = "windows overlap, so that those held out would be learned from"
            raise PresetError("data.split", f"{problem}; expected 'ordered' or 'by NAME'")
        if self.spec().classes:
            raise PresetError("data.target", "a series of classes; expected a column of numbers")
        if self._table().more_targets:
            raise PresetError("data.target", "several columns; a series predicts one")
        if self._table().pictures or self._table().texts:
            problem = "pictures or text in a series; expected numbers"
            raise PresetError("data.columns", problem)
        if self._table().ids:
            raise PresetError("data.columns", "ids in a series; expected numbers or categories")
        if self.weight is not None:
            raise PresetError(WEIGHT, "weighs rows, and an example here is a window of many")
        if self.missing == "drop_rows":
            problem = "rows before and after a gap do not follow each other"
            raise PresetError("data.missing", f"{problem}; expected 'mean' or 'most_frequent'")

        if self.reverse is None and (column := self._newest_first()):
            raise PresetError(
                "data.reverse",
                f"the newest row comes first, as {column!r} says: true turns the rows round, false "
                "takes them as they are",
            )

    @property
    def keeps_gaps(self) -> bool:
        return self.gaps != "refuse"

    @property
    def can_spill(self) -> bool:
        return False

    def spec(self) -> ExampleSpec:
        table = self._table()
        if table.classes:
            return ExampleSpec((self.window, 1), len(table.classes), table.classes)
        width = sum(feature.width for feature in table.features) + 1
        return ExampleSpec((self.window, width), outputs=self.horizon)

    def count(self) -> int:
        return len(self._windows().starts)

    def load(self) -> Examples:
        """The rows of the table, of which ``prepared`` makes windows."""
        import numpy as np

        from tuidl.data.tables.encoding import write_inputs

        table = self._table()
        if table.classes or len(table.rows) < len(table.raw.lines):
            left = np.ones(len(table.raw.lines), bool)
            left[table.rows] = False
            line, say = table.raw.lines[left][0], "data.gaps = 'previous' or 'linear' fills such"
            raise DataError(f"{self.path}: line {line}: no target in the midst of a series; {say}")
        x = np.empty((len(table.target), self.spec().shape[1] - 1), np.float64)
        for feature, columns in table.places:
            write_inputs(feature.values, feature.column, x[:, columns])
        return Examples(x, self._target()[:, None])

    def splitter(self, examples: Examples) -> "Splitter":
        import numpy as np

        from tuidl.data.grouped_splitting import ByGroup
        from tuidl.data.splitting import ByClass
        from tuidl.data.windows import ByWindow

        if name := group_name(self.split_rule):
            rows: Splitter = ByGroup.of(self.groups(name), None, self.seed, name)
        else:
            series, order = self._series(), self._order()
            pools = (order[series[order] == one] for one in np.unique(series))
            rows = ByClass(tuple(pools), in_order=True)
        return ByWindow(self._windows(), rows)

    def prepared(self, whole: Whole, parts: "Indices") -> Split:
        import numpy as np

        windows = self._windows()
        learned = np.unique(windows.rows(parts[0], 0, windows.length))
        rows = self.imputed(whole.examples, learned)
        x = np.concatenate([rows.x, rows.y], axis=1)
        train, validation, test = (
            Examples(
                x[windows.rows(part, 0, self.window)],
                rows.y[windows.rows(part, self.window, self.horizon), 0],
            )
            for part in parts
        )
        split = scaled_split(self, train, validation, test, frozenset())
        return self.learned(replace(split, parts=parts))

    def layout(self, train: Array) -> TableLayout | None:
        """Of the rows, the target's own past among them as the last column."""
        import numpy as np

        windows = self._windows()
        rows = np.unique(windows.rows(train, 0, windows.length))
        known, table = super().layout(rows), self._table()
        assert known is not None
        target = msgspec.structs.replace(table.target_read.reading.column, filling=None)
        return msgspec.structs.replace(
            known,
            columns=(*known.columns, target),
            window=self.window,
            series="" if self.series is None else table.beside[-1].name,
            reverse=bool(self.reverse),
            gaps=self.gaps,
        )

    def origin(self, part: str = "") -> Origin:
        """The first row that is predicted."""
        import numpy as np

        table, windows = self._table(), self._windows()
        first = windows.rows(np.arange(len(windows.starts)), self.window, 1)[:, 0]
        return Origin.of_rows(table.raw, table.rows[first])

    def beside(self) -> tuple[tuple[Name | Number, str], ...]:
        own = () if self.series is None else ((self.series, "data.series"),)
        return (*super().beside(), *own)

    def _series(self) -> Array:
        """The number of each row's series."""
        import numpy as np

        from tuidl.data.tables.beside import keys_of

        table: Table = self._table()
        if self.series is None:
            return np.zeros(len(table.target), np.int64)
        return keys_of(self.path, table.beside[-1], table.lines, "data.series")

    def _windows(self) -> "Windows":
        import numpy as np

        from tuidl.data.windows import Windows

        windows = Windows.of(self._series(), self.window + self.horizon, self._order())
        real = ~np.isnan(self._table().target)
        return windows.where_real(real, self.window, self.horizon)

    def _order(self) -> Array:
        """The rows series after series, the oldest of each first."""
        from tuidl.data.series_order import in_order

        return in_order(self._series(), is_reversed=bool(self.reverse))

    def _target(self) -> Array:
        """(rows,) without gaps. Raises DataError."""
        from tuidl.data.series_order import filled

        target = self._table().target
        if self.gaps == "refuse":
            return target
        return filled(target, self._series(), self._order(), self.gaps, str(self.path))

    def _newest_first(self) -> str:
        from tuidl.data.series_order import newest_first

        return newest_first(self._table(), self._series())
