"""Tables of ratings are told by the names of their columns, and learned by matrix factorization."""

from pathlib import Path

import numpy as np
import pytest

from tuidl.preset.schema import Preset
from tuidl.proposing.files import proposal_for
from tuidl.proposing.proposal import Proposal
from tuidl.proposing.ratings import FEW, MANY, plain, rating_layers
from tuidl.proposing.targets import likely_target
from tuidl.proposing.writing import written

USERS, ITEMS = 12, 9


def ratings(path: Path, names: str, parted: str = ",", more: str = "", rows: int = 240) -> Path:
    """Whole stars of users for items, in columns of these names; ``more``: fields behind them."""
    random, places = np.random.default_rng(4), range(rows)
    rows_of = (
        (f"u{i * 7 % USERS}", f"m{i % ITEMS}", str(random.integers(1, 6)), more.format(i % 11))
        for i in places
    )
    lines = [names, *(parted.join(filter(None, row)) for row in rows_of)]
    path.write_text("\n".join(lines) + "\n")
    return path


def source_of(proposal: Proposal) -> str:
    return str(proposal.data["source"].value)


@pytest.mark.parametrize(
    ("names", "target", "more"),
    [
        ("userId,movieId,rating,timestamp", "rating", "964982703"),
        ("user,item,stars", "stars", ""),
        ("reviewerID,asin,overall,time", "overall", "2019-03-01"),
        ("User-ID;ISBN;Book-Rating", "Book-Rating", ""),
        ("customer_id,product_id,review_score", "review_score", ""),
        ("USERS,BOOKS,RATINGS", "RATINGS", ""),
        ("reader_id,book_id,3 stars", "3 stars", ""),
        ("user_id,anime_id,score,id", "score", "1"),
    ],
)
def test_ratings_are_told_by_names(tmp_path: Path, names: str, target: str, more: str) -> None:
    path = ratings(tmp_path / "r.csv", names, ";" if ";" in names else ",", more)
    proposal = proposal_for(path, target)
    columns = names.replace(";", ",").split(",")
    found = [proposal.data[key].value for key in ("user", "item", "rating")]
    assert (source_of(proposal), found) == ("ratings", columns[:3])
    assert any("a guess" in note and "data.source=csv" in note for note in proposal.notes)


def test_what_is_proposed_is_a_preset_with_a_reason_for_its_values(tmp_path: Path) -> None:
    path = ratings(tmp_path / "r.csv", "userId,movieId,rating")
    text = written(proposal_for(path, "rating").seen_from(tmp_path), "tuidl new")
    preset = Preset.parse(text, folder=tmp_path)
    assert preset.data.kind() == "ratings"
    assert preset.data.count() == 240
    assert preset.training.metrics == ("rmse", "mae")
    assert preset.training.stopping is not None
    assert preset.training.stopping.monitor == "rmse"
    assert "# a guess by its name: who rates" in text


@pytest.mark.parametrize(
    ("names", "target", "more"),
    [
        ("userId,movieId,rating,age", "rating", "3{}"),  # something else that could tell
        ("userId,movieId,price", "price", ""),  # no rating
        ("userId,movieId,rating", "movieId", ""),  # a rating, but not to be predicted
        ("clerk,movieId,rating", "rating", ""),  # no user
        ("userId,shop,rating", "rating", ""),  # no item
        ("userId,memberId,rating", "rating", ""),  # two kinds of users
        ("film,bookId,rating", "rating", ""),  # two kinds of items
    ],
)
def test_other_tables_are_none(tmp_path: Path, names: str, target: str, more: str) -> None:
    path = ratings(tmp_path / "r.csv", names, more=more)
    assert source_of(proposal_for(path, target)) == "csv"


def test_ratings_of_nobody_are_left_out(tmp_path: Path) -> None:
    path = ratings(tmp_path / "r.csv", "userId,movieId,rating")
    path.write_text(path.read_text() + ",m1,4\nu1,,3\nu1,m2,\n")
    proposal = proposal_for(path, "rating")
    assert proposal.data["missing"].value == "drop_rows"
    preset = Preset.parse(written(proposal), folder=tmp_path)
    assert preset.data.count() == 240
    assert any("1 row without a target" in note for note in proposal.notes)


def test_a_rating_in_words_is_a_class(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    rows = [f"u{i % USERS},m{i % ITEMS},{('good', 'bad')[i % 2]}" for i in range(80)]
    path.write_text("user,movie,rating\n" + "\n".join(rows) + "\n")
    assert source_of(proposal_for(path, "rating")) == "csv"


def test_what_is_said_overrules_the_guess(tmp_path: Path) -> None:
    path = ratings(tmp_path / "r.csv", "userId,movieId,rating")
    said = proposal_for(path, "rating", overrides=("data.source=csv",))
    left_out = proposal_for(path, "rating", ignored=("userId",))
    assert (source_of(said), source_of(left_out)) == ("csv", "csv")
    assert "user" not in said.data
    scaled = proposal_for(path, "rating", overrides=("data.normalize_targets=false",))
    assert scaled.data["normalize_targets"].value is False


def test_a_rating_is_a_likely_target() -> None:
    assert likely_target(["userId", "movieId", "rating", "timestamp"])[0] == "rating"
    assert likely_target(["rating", "label"])[0] == "label"


def test_names_are_compared_without_signs_and_ends() -> None:
    assert {plain(name) for name in ("userId", "User-ID", "user_ids", " Users ")} == {"user"}
    assert plain("id") == "id"


def test_few_ratings_have_short_vectors() -> None:
    widths = [rating_layers(train)[0]["output_dim"].value for train in (500, 5_000_000)]
    assert widths == [FEW, MANY]
