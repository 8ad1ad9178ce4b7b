"""Help: a page for every panel that is on the screen."""

from pathlib import Path

import pytest
from textual.widgets import Static

from tests.tui import answers, story
from tests.tui.quiet import quiet
from tests.tui.watched import Opened, Watched
from tuidl.tui.screens.help import HelpScreen
from tuidl.tui.widgets.key_line import KeyLine


async def pages(watched: Watched) -> list[str]:
    """What `?` shows, and tab after it until the first comes again."""
    await watched.press("question_mark")
    screen = watched.app.screen
    assert isinstance(screen, HelpScreen)
    found: list[str] = []
    while (page := str(screen.query_one("#lines", Static).render())) not in found:
        found.append(page)
        await watched.press("tab")
    await watched.press("escape")
    return found


@pytest.mark.slow
async def test_every_panel_that_is_seen_has_a_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits", size=(120, 40)) as watched:
        await watched.handle(*story.middle())
        await watched.press("2")
        await watched.answer("predictions", answers.predictions())
        found = await pages(watched)
        assert "Confusion matrix" in "".join(found)
        await watched.press("5")
        first, *others = await pages(watched)
        assert first.startswith("Time line")
        assert "a and b mark two moments" in first
        assert others, "the curves, and the picture"
        assert "Time line" not in "".join(others)


async def test_the_keys_say_which_panel_of_how_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        await watched.press("question_mark", "tab")
        hints = watched.app.screen.query_one(KeyLine).render().plain
        assert "tab panel 2 of " in hints
