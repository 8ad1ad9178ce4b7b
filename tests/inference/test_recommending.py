"""Items recommended to a user."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from tests.inference.predicted import predicted, trained_on
from tuidl.cli.predicting import predict
from tuidl.core.errors import DataError
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.recommending import recommendations
from tuidl.inference.writing import to_csv
from tuidl.model.model import Model
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset


@pytest.fixture(scope="module")
def model() -> Model:
    return trained_on(load_preset("recommend"))


def preset_of(folder: Path, more: str = "") -> Preset:
    """Three users; "ann" has rated all but two of six items, in a file with titles."""
    rows = [f"{u},{i},{1 + (len(u) * i) % 5}" for u in ("ann", "bob", "cleo") for i in range(6)]
    kept = [row for row in rows if not row.startswith(("ann,2", "ann,4"))]
    (folder / "ratings.csv").write_text("\n".join(["user,item,rating", *kept]))
    (folder / "titles.csv").write_text(
        "\n".join(["id,title", *(f"{i},Film {i}" for i in range(6))])
    )
    text = load_preset("recommend").to_toml()
    start = text.index("[data]")
    end = text.index("\n[", start + 1)
    path = folder / "ratings.csv"
    data = f'[data]\nsource = "ratings"\npath = "{path}"\nvalidation = 0.0\n{more}\n'
    return Preset.parse(text[:start] + data + text[end:], "t")


def test_they_are_the_best_that_the_file_predicts(model: Model, tmp_path: Path) -> None:
    prepared = Preparation.of(model.preset)
    users, items = prepared.table.columns
    user = users.categories[3]
    found = recommendations(model, prepared, user, 5)
    split = model.preset.data.split()
    rated = split.train.x[split.train.x[:, 0] == 3, 1]
    others = [i for n, i in enumerate(items.categories) if n not in rated]
    table = tmp_path / "all.csv"
    table.write_text("\n".join([f"{users.name},{items.name}", *(f"{user},{i}" for i in others)]))
    every = predicted(model, table).decoded[:, 0]
    assert found.decoded[0, 0] == pytest.approx(
        max(value for value, item in zip(every, others, strict=True) if item in found.names)
    )
    assert (np.diff(found.decoded[:, 0]) <= 0).all()
    assert len(found.names) == 5
    held = {items.categories[int(i)] for part in (split.validation, split.test) for i in
            part.x[part.x[:, 0] == 3, 1]}  # fmt: skip
    assert not held & {*found.names}
    heading, first = "".join(to_csv(found)).splitlines()[:2]
    assert heading == f"{users.name},{items.name},prediction"
    assert first.startswith(f"{user},{found.names[0]},")


def test_what_was_rated_is_left_out_and_titles_are_shown(tmp_path: Path) -> None:
    preset = preset_of(tmp_path, f'titles = "{tmp_path / "titles.csv"}"')
    model = trained_on(preset)
    prepared = Preparation.of(preset)
    found = recommendations(model, prepared, "ann", 10)
    assert {*found.names} == {"Film 2", "Film 4"}
    with pytest.raises(DataError, match="bob: has rated every item"):
        recommendations(model, prepared, "bob", 10)
    kept = trained_on(replace(preset, examples=preset.spec()))  # as a run's folder has it
    (tmp_path / "ratings.csv").unlink()
    without = recommendations(kept, prepared, "ann", 10)
    assert len(without.names) == 6
    assert "the training data is not here" in without.notes[0]


def test_who_is_no_user(model: Model) -> None:
    prepared = Preparation.of(model.preset)
    assert recommendations(model, prepared, "12", 1) == recommendations(
        model, prepared, "user 12", 1
    )
    with pytest.raises(DataError, match=r"--user nobody: no such user .*300, such as 'user 1'\)$"):
        recommendations(model, prepared, "nobody", 5)
    other = trained_on(load_preset("mlp_xor"))
    with pytest.raises(DataError, match="does not rate pairs"):
        recommendations(other, Preparation.of(other.preset), "1", 5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["last"], "INPUT is missing"),
        (["last", "a.csv", "--top", "3"], "--top is for --user"),
        (["last", "a.csv", "--user", "3"], "--user takes the place of INPUT"),
        (["last", "--user", "3", "--top", "0"], "--top"),
    ],
)
def test_options_that_do_not_go_together(given: list[str], message: str) -> None:
    done = CliRunner().invoke(predict, given)
    assert done.exit_code == 2
    assert message in done.output
