"""Examples that are a user and an item, with a rating: what their sources have in common."""

from dataclasses import dataclass

from tuidl.core.lazy import Array
from tuidl.data.examples import Examples
from tuidl.data.ratings import ITEM, USER
from tuidl.data.scaling import TargetScaling
from tuidl.data.spec import ExampleSpec, Field
from tuidl.data.split_source import SplitSource
from tuidl.data.table_layout import UNKNOWN, InputColumn, TableLayout

TARGET = "rating"


@dataclass(frozen=True)
class Pairs:
    """``users``, ``items``: their columns; ``x`` (ratings, 2): numbers of both; ``y``
    (ratings,)."""

    users: InputColumn
    items: InputColumn
    x: Array
    y: Array


def column_of(name: str, ids: tuple[str, ...], titles: tuple[str, ...] = ()) -> InputColumn:
    """A column of ids."""
    return InputColumn(name, ids, other=UNKNOWN, unseen="other", numbered=True, titles=titles)


class IdPairs(SplitSource, frozen=True, kw_only=True):
    """Base of sources of ratings that are no file of the user's."""

    def pairs(self) -> Pairs:
        """All ratings. Raises DataError."""
        raise NotImplementedError

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """How users and items are shown, the unknown ones last; known without loading any."""
        raise NotImplementedError

    def spec(self) -> ExampleSpec:
        users, items = self.names()
        return ExampleSpec((2,), 1, inputs=(Field(USER, (), users), Field(ITEM, (), items)))

    def load(self) -> Examples:
        import numpy as np

        known = self.pairs()
        return Examples(known.x.astype(np.float32), known.y[:, None].astype(np.float32))

    def imputed(self, examples: Examples, train: Array | None) -> Examples:
        """With the unknown one in the place of each id that the training part does not have."""
        from tuidl.data.tables.as_id import numbered

        layout = None if train is None else self.layout(train)
        x = examples.x
        for place, column in enumerate(layout.columns if layout else ()):
            x = numbered(x, place, column)
        return Examples(x, examples.y)

    def layout(self, train: Array) -> TableLayout:
        """A file to predict has a user and an item in each row."""
        from tuidl.data.tables.as_id import as_trained

        known = self.pairs()
        columns = tuple(
            as_trained(column, known.x[train, place])
            for place, column in enumerate((known.users, known.items))
        )
        return TableLayout(columns, ",", True, TARGET)

    def target_scaling(self) -> TargetScaling:
        return "center"
