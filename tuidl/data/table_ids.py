"""What a table's columns are after training on some of its rows, and which of its ids are known."""

from tuidl.core.lazy import Array
from tuidl.data.table import Table
from tuidl.data.table_layout import InputColumn, TableLayout
from tuidl.data.tables.as_id import as_trained, numbered
from tuidl.data.tables.filling import filled_with


def known_ids(x: Array, table: Table, train: Array | None) -> Array:
    """The inputs with the number of an unknown one for each id that the training part does not
    have. ``train``: which rows that is, None where other rows are looked at."""
    for feature, columns in table.places:
        if train is not None and feature.column.numbered:
            x = numbered(x, columns.start, as_trained(feature.column, feature.values[train]))
    return x


def layout_of(
    table: Table,
    train: Array,
    beside: tuple[InputColumn, ...],
    encoding: str,
    sheet: str | int,
) -> TableLayout:
    """``beside``: columns of pictures and text; ``encoding`` and ``sheet``: as the preset says."""
    columns = (
        as_trained(filled_with(f.column, f.values[train], f.rule), f.values[train])
        for f in table.features
    )
    target = table.target_read.reading.column
    return TableLayout(
        (*columns, *beside),
        table.raw.delimiter,
        table.raw.has_header,
        target.name,
        "" if table.classes or table.more_targets else target.number.unit,
        encoding,
        sheet,
        skipped=table.raw.skipped,
        target_written=target.written,
    )
