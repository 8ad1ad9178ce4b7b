"""MovieLens 100K: what recommenders are compared by, as ``tuidl download`` brings it."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from tuidl.data.files import again, data_folder, read_file, require_files, require_sum
from tuidl.data.id_pairs import IdPairs, Pairs
from tuidl.data.paths import Stamp, stamp
from tuidl.data.published import MOVIELENS_100K
from tuidl.data.ratings import Ratings
from tuidl.data.table_layout import UNKNOWN

USERS, ITEMS, RATINGS = 943, 1682, 100_000
LARGEST = 16 << 20
"""Bytes of a file of the set, at most."""


class MovieLens100K(IdPairs, frozen=True, kw_only=True, tag="movielens_100k"):
    """100,000 ratings, 1 to 5 stars, that 943 people gave to 1,682 films (Harper and Konstan,
    2015)."""

    def count(self) -> int:
        return RATINGS

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if all(path.exists() for path in _paths()):
            known = self.pairs()
            return known.users.names, known.items.names
        ids = (tuple(map(str, range(1, count + 1))) for count in (USERS, ITEMS))
        users, items = ids  # the titles of films are their numbers until they are there
        return (*users, UNKNOWN), (*items, UNKNOWN)

    def pairs(self) -> Pairs:
        paths = _paths()
        missing = [path.name for path in paths if not path.exists()]
        require_files(MOVIELENS_100K, paths[0].parent, missing)
        return _read(*(stamp(str(path)) for path in paths))


def _paths() -> list[Path]:
    return [data_folder() / MOVIELENS_100K.folder / name for name in MOVIELENS_100K.contents]


@lru_cache(maxsize=1)
def _read(ratings: Stamp, titles: Stamp) -> Pairs:
    """Both files, checked. Raises DataError where one is another than that of the set."""
    sums: dict[str, Any] = MOVIELENS_100K.contents
    for path in (Path(ratings[0]), Path(titles[0])):
        require_sum(sums, read_file(path, LARGEST), path, True, again(MOVIELENS_100K, path))
    source = Ratings(path=ratings[0], titles=titles[0], encoding="latin-1", validation=0.0)
    examples = source.load()
    users, items = source.id_columns()
    return Pairs(users, items, examples.x.astype(int), examples.y[:, 0])
