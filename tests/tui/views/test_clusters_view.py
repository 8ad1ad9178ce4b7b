"""Clusters on the screen: a map whose centres leave a way, hidden and shown by a key."""

from pathlib import Path

import pytest

from tests.tui import story
from tests.tui.cluster_answers import clusters
from tests.tui.quiet import quiet
from tests.tui.watched import Opened
from tuidl.tui.views.clusters import ClusterMap, ClustersView, NearestPanel


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_centres_leave_a_way_that_v_hides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = quiet(monkeypatch, tmp_path)
    async with Opened(app, "kmeans_points", size) as watched:
        await watched.handle(*story.middle()[3:])
        await watched.press("2")
        assert watched.asked == {"clusters": {"count": 800, "nearest": 8}}
        for updates in (0, 60, 60, 120):
            await watched.answer("clusters", clusters(updates=updates))
        view = app.screen.query_one(ClustersView)
        assert len(view.trail) == 3
        assert "━ ways" in watched.seen(ClusterMap)
        assert "class 3 in 75%" in watched.seen(NearestPanel)
        assert "after step 120" in app.screen.query_one(ClusterMap).title_now()
        await watched.press("v")
        assert "━ ways" not in watched.seen(ClusterMap)
        await watched.answer("clusters", clusters(updates=60))
        assert len(view.trail) == 1, "a run that went back has no way beyond"


@pytest.mark.slow
async def test_codes_of_many_numbers_have_no_ways(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path)
    async with Opened(app, "kmeans_points") as watched:
        await watched.handle(*story.middle()[3:])
        await watched.press("2")
        for updates in (0, 60):
            await watched.answer("clusters", clusters(updates=updates, explained=(0.5, 0.25)))
        assert not app.screen.query_one(ClustersView).trail
        assert "75% of the variance" in watched.seen(ClusterMap)
