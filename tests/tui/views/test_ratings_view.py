"""Known and predicted ratings, one user's list, and the map of items."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.tui.quiet import quiet
from tests.tui.rating_answers import recommended
from tests.tui.text_answers import EMBEDDING
from tests.tui.watched import Opened
from tuidl.charts.palette import DEFAULT, MONOCHROME, Palette
from tuidl.tui.app import Playground
from tuidl.tui.renderers import ratings


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


@pytest.mark.parametrize("palette", [DEFAULT, MONOCHROME])
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (14, 3), (38, 9), (60, 16), (100, 40)])
@pytest.mark.parametrize("step", [1.0, 0.5, 0.02])
def test_lines_fill_their_room(
    palette: Palette, unicode: bool, width: int, height: int, step: float
) -> None:
    answer = recommended(step=step)
    for draw in (ratings.picture, ratings.spread, ratings.listed):
        lines = draw(answer, palette, width, height, unicode)
        assert len(lines) == height
        assert {line.cell_len for line in lines} == {width}
        assert unicode or all(line.plain.isascii() for line in lines)


def test_predictions_lie_where_they_are() -> None:
    """From 1 at the left to 5 at the right; the known rating is marked in its line."""
    lines = [line.plain for line in ratings.spread(recommended(), DEFAULT, 30, 7, True)]
    assert lines[0].startswith("validation: off by 0.447")
    five, three, one = lines[1], lines[3], lines[5]
    assert (five[:4], one[:4]) == ("   5", "   1")
    assert (five[29], one[5]) == ("┊", "┊")
    assert [line.index("█") for line in (five, three, one)] == [26, 17, 8]
    assert lines[6].split() == ["1", "5"]


def test_a_list_has_known_and_best_items() -> None:
    text = "\n".join(line.plain for line in ratings.listed(recommended(), DEFAULT, 90, 8, True))
    assert "ann: known, predicted (* held out)" in text
    assert "*Heat" in text
    assert text.index("film 0") < text.index("film 1")
    assert "5.25" in text


def test_numbers_beyond_the_scale_are_said_to_be_the_networks_own() -> None:
    """They are shown as `tuidl predict` says them; neither list nor axis hides it."""
    answer = recommended()
    lines = [line.plain for line in ratings.listed(answer, DEFAULT, 38, 8, True)]
    assert any("best of the others (not cut off at 5)" in line for line in lines)
    within = replace(answer, best=answer.best[1:])
    lines = [line.plain.strip() for line in ratings.listed(within, DEFAULT, 38, 8, True)]
    assert "best of the others" in lines, "5 itself is on the scale"
    below = replace(within, best=(replace(answer.best[-1], predicted=0.5),))
    text = "\n".join(line.plain for line in ratings.listed(below, DEFAULT, 100, 8, True))
    assert "best of the others (not cut off at 1)" in text
    wide = replace(answer, predicted=[0.5, *answer.predicted[1:-2], 5.5, None])
    axis = ratings.spread(wide, DEFAULT, 60, 7, True)[-1].plain
    assert axis.split() == ["1", "or", "less", "5", "or", "more"]


async def test_keys_choose_users_and_items(app: Playground) -> None:
    async with Opened(app, "recommend") as watched:
        await watched.press("2")
        await watched.answer("embedding_map", EMBEDDING)
        await watched.answer("recommended", recommended())
        assert watched.asked["recommended"]["user"] == ""
        await watched.press("down")
        assert watched.asked["recommended"]["user"] == "bob"
        await watched.press("up")
        await watched.press("up")
        assert watched.asked["recommended"]["user"] == "春"
        await watched.press("right")
        assert watched.asked["embedding_map"] == {"token": "e"}
