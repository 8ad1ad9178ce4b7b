"""Ratings of items by users, in the user's own file."""

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import msgspec

from tuidl.data.paths import FilePath, resolved_path, stamp
from tuidl.data.scaling import NormalizeTargets
from tuidl.data.table_layout import InputColumn
from tuidl.data.table_source import Csv, Name, Number

USER, ITEM = "user", "item"
"""What networks call the two inputs."""


class Ratings(Csv, frozen=True, kw_only=True, tag="ratings"):
    """Rows with a user, an item and a rating, by default the first three columns.

    ``user``, ``item``, ``rating``: columns by name or number (from 1); all others are left out.
    Networks read the two ids as the inputs ``user`` and ``item``. ``titles``: a file whose first
    two columns are an item and its title, in the same ``encoding``. A user or an item without a
    rating in the training part is unknown: it has the last row of an embedding. Ratings are moved
    to a mean of 0 unless ``normalize_targets`` says otherwise.
    """

    target: Name | Number = msgspec.field(name="rating", default=3)
    user: Name | Number = 1
    item: Name | Number = 2
    titles: FilePath | None = None
    task: Literal["classification", "regression"] | None = "regression"
    normalize_targets: NormalizeTargets | None = "center"

    id_names: ClassVar[tuple[str, ...]] = (USER, ITEM)

    def resolve_paths(self, folder: Path) -> Self:
        found = super().resolve_paths(folder)
        if self.titles is None:
            return found
        titles = resolved_path(self.titles, folder, "data.titles")
        return msgspec.structs.replace(found, titles=titles)

    def id_columns(self) -> tuple[InputColumn, ...]:
        """That of users and that of items, all ids of the file known. Raises DataError."""
        return self._table().ids

    def pairs(self) -> tuple[Any, ...]:
        ids = ((self.user, "data.user"), (self.item, "data.item"))
        return (ids, stamp(self.titles) if self.titles else None, "data.rating")
