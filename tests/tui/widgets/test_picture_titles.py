"""Titles of pictures: whole at 80 columns, and true of what is drawn."""

from contextlib import suppress
from pathlib import Path

import pytest

from tests.tui import story
from tests.tui.quiet import quiet
from tests.tui.watched import PAUSED, STARTED, Opened
from tuidl.core.errors import DataError
from tuidl.preset.library import load_preset, shipped
from tuidl.tasks.choice import task_of
from tuidl.tui.widgets.chart import BESIDE_TITLE
from tuidl.tui.widgets.picture import OF_MATRIX, Picture

HALF = 40
"""Cells of a panel at 80 columns."""


def test_titles_fit_at_80_columns() -> None:
    titles = set()
    for name in shipped():
        with suppress(DataError):  # its data are not here
            titles.add(task_of(load_preset(name)).picture.title)
    assert len(titles) > 8
    assert {title for title in titles | {OF_MATRIX} if len(title) > HALF - BESIDE_TITLE} == set()


async def test_a_matrix_is_called_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        await watched.handle(STARTED, PAUSED)
        panel = watched.screen.query_one("#picture", Picture)
        panel.take(story.predictions(), None)
        assert panel.title_now() == "held-out examples, mistakes first"
        panel.action_turn()
        assert panel.title_now() == OF_MATRIX
