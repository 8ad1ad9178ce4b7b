"""Columns of ids, and ratings of items by users."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuidl.core.errors import TuidlError
from tuidl.data.dataset import Source
from tuidl.data.preprocessing import Preprocessing, read_preprocessing
from tuidl.data.ratings import Ratings
from tuidl.data.table_rows import read_rows
from tuidl.data.table_source import Csv

ROWS = [
    ("ann", "10", 5), ("ann", "20", 3), ("bob", "10", 4), ("bob", "30", 1), ("cy", "20", 2),
    ("cy", "30", 2), ("ann", "30", 1), ("bob", "20", 3), ("dot", "10", 5), ("cy", "10", 4),
]  # fmt: skip


def written(folder: Path, name: str, mark: str, header: str = "", order: str = "uir") -> Path:
    """The ratings with more columns behind them."""
    lines = [header] if header else []
    for user, item, stars in ROWS:
        known = {"u": user, "i": item, "r": str(stars)}
        lines.append(mark.join([*(known[key] for key in order), "881250949"]))
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def ratings(path: Path, **more: Any) -> Ratings:
    return Ratings(path=str(path), validation=0.0, **more)


@pytest.mark.parametrize(
    ("name", "mark", "header", "order", "keys"),
    [
        ("u.data", "\t", "", "uir", {}),
        ("ratings.dat", "::", "", "uir", {}),
        ("ratings.csv", ",", "userId,movieId,rating,timestamp", "uir", {}),
        ("plays.tsv", "\t", "stars\tfilm\twho\twhen", "riu",
         {"user": "who", "item": "film", "target": "stars"}),
        ("plain.csv", ";", "", "iru", {"user": 3, "item": 1, "target": 2}),
    ],
)  # fmt: skip
def test_every_layout_has_the_same_examples(
    tmp_path: Path, name: str, mark: str, header: str, order: str, keys: dict[str, Any]
) -> None:
    source = ratings(written(tmp_path, name, mark, header, order), **keys)
    user, item = source.spec().inputs
    assert (user.name, item.name) == ("user", "item")
    assert user.classes == ("ann", "bob", "cy", "dot", "unknown")
    assert item.classes == ("10", "20", "30", "unknown")
    split = source.split()
    seen = [
        (user.classes[int(u)], item.classes[int(i)], stars)
        for (u, i), stars in zip(split.train.x, split.train.y[:, 0] + 3, strict=True)
    ]
    assert seen == ROWS
    assert split.targets is not None
    assert (split.targets.offset[0], split.targets.scale[0]) == (3.0, 1.0)


def test_who_is_not_in_training_is_unknown_everywhere(tmp_path: Path) -> None:
    """dot has one rating: held out, or another fold's, she is like a stranger."""
    path = written(tmp_path, "u.data", "\t")
    parts = list(ratings(path).folds(5))
    held = [s for s in parts if 8 in s.parts[1]]  # type: ignore[index]
    assert len(held) == 1
    (row,) = np.flatnonzero(held[0].parts[1] == 8)  # type: ignore[index]
    np.testing.assert_array_equal(held[0].validation.x[row], [4, 0])
    assert all((s.train.x[:, 0] == 3).sum() == 1 for s in parts if s is not held[0])
    source = ratings(path)
    layout = source.layout(np.delete(np.arange(10), 8))
    assert layout is not None
    (tmp_path / "ask.data").write_text("dot\t10\nzoe\t40\nann\t30\n")
    asked = read_rows(tmp_path / "ask.data", layout)
    np.testing.assert_array_equal(asked.x, [[4, 0], [4, 3], [0, 2]])
    assert asked.marks.keys() == {1}


def test_strangers_can_be_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "r.csv", ",", "who,film,stars,when")
    source = Csv(
        path=str(path), target="stars", task="regression", ignore=("when",),
        columns={"who": _id(unseen="refuse"), "film": _id()},
    )  # fmt: skip
    layout = source.layout(np.arange(10))
    assert layout is not None
    (tmp_path / "ask.csv").write_text("who,film\nzoe,10\nann,10\n")
    assert "'zoe' was not there in training" in read_rows(tmp_path / "ask.csv", layout).problems[0]


def _id(**more: Any) -> Any:
    from tuidl.data.tables.settings import ColumnSettings

    return ColumnSettings(said="id", **more)


def test_ids_stand_beside_other_columns(tmp_path: Path) -> None:
    """Whichever order the file has: the others are one input, the first, and are scaled."""
    lines = ["shop,area,kind,price"]
    lines += [f"s{i % 3},{20 + i},{'a' if i % 2 else 'b'},{i}.5" for i in range(12)]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    source = Csv(
        path=str(tmp_path / "t.csv"), target="price", normalize="standard", validation=0.0,
        columns={"shop": _id()},
    )  # fmt: skip
    table, shop = source.spec().inputs
    assert (table.name, table.shape) == ("table", (3,))
    assert (shop.name, shop.shape, shop.classes) == ("shop", (), ("s0", "s1", "s2", "unknown"))
    split = source.split()
    np.testing.assert_array_equal(split.train.x[:, 3], np.arange(12) % 3)
    np.testing.assert_allclose(split.train.x[:, 0].std(), 1, rtol=1e-5)
    kept = read_preprocessing(_json(Preprocessing.learned(source, split)))
    assert kept.table is not None
    (tmp_path / "ask.csv").write_text("area,shop,kind\n25,s1,b\n")
    np.testing.assert_array_equal(read_rows(tmp_path / "ask.csv", kept.table).x, [[25, 0, 1, 1]])


def _json(known: Preprocessing) -> bytes:
    import msgspec

    return msgspec.json.encode(known)


def test_titles_are_shown_for_items(tmp_path: Path) -> None:
    path = written(tmp_path, "u.data", "\t")
    titles = tmp_path / "u.item"
    titles.write_bytes("10|Amélie (2001)|x\n20|Heat|y\n30|Heat|z\n50|1984|w\n".encode("latin-1"))
    item = ratings(path, titles=str(titles), encoding="latin-1").spec().inputs[1]
    assert item.classes == ("Amélie (2001)", "Heat (20)", "Heat (30)", "unknown")
    (tmp_path / "other.item").write_text("900|A|x\n901|B|y\n")
    with pytest.raises(TuidlError, match="no row begins with an id of column '2'"):
        ratings(path, titles=str(tmp_path / "other.item")).spec()


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"user": "who"}, "data.user: no column 'who'"),
        ({"user": 2}, "data.user: '2' is the column of something else"),
        ({"target": 9}, "data.rating: no column 9"),
        ({"item": 3}, "data.item: '3' is the column of something else"),
    ],
)
def test_columns_that_are_not_there_are_named(
    tmp_path: Path, keys: dict[str, Any], problem: str
) -> None:
    path = written(tmp_path, "u.data", "\t", "who?\t2\t3\t4" if keys.get("user") == "who" else "")
    source: Source = ratings(path, **keys)
    with pytest.raises(TuidlError, match=problem):
        source.spec()


@pytest.mark.parametrize(
    ("settings", "remedy"), [({"unseen": "zero"}, "one number"), ({"most": 5}, "'most' is of")]
)
def test_settings_of_categories_are_refused(
    tmp_path: Path, settings: dict[str, Any], remedy: str
) -> None:
    path = written(tmp_path, "r.csv", ",", "who,film,stars,when")
    source = Csv(path=str(path), target="stars", columns={"who": _id(**settings)})
    with pytest.raises(TuidlError, match=remedy):
        source.spec()
