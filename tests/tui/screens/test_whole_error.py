"""An error that ended a run is cut in its heading, and read in full after a key that is named."""

from pathlib import Path

import pytest
from textual.widgets import Static

from tests.tui import folders, story
from tests.tui.quiet import quiet
from tests.tui.waiting import until
from tests.tui.watched import PAUSED, STARTED, Opened
from tuidl.logs.source import source_of_run
from tuidl.protocol import events
from tuidl.tui.app import Playground
from tuidl.tui.dialogs.output import OutputScreen
from tuidl.tui.screens.viewer import ViewScreen
from tuidl.tui.widgets.heading import Heading
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.status import Status

LONG = "MNIST is not here: " + "train-images-idx3-ubyte is missing; " * 12 + "that is the end"
FAILED = events.RunFailed(error=LONG, where={}, advice="another folder may have it")


def whole(app: Playground) -> str:
    """What the page with the error says, without its line breaks."""
    assert isinstance(app.screen, OutputScreen)
    return " ".join(str(app.screen.query_one("#output", Static).render()).split())


def named(app: Playground) -> str:
    return app.screen.query_one(KeyLine).render().plain


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_the_heading_names_the_key_that_shows_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits", size=size) as watched:
        assert "whole error" not in named(watched.app)
        await watched.handle(STARTED, PAUSED, FAILED)
        heading = watched.screen.query_one(Status).render().plain
        assert "that is the end" not in heading
        assert "w: all of it" in heading
        assert all(len(line) <= size[0] for line in heading.splitlines())
        assert "w whole error" in named(watched.app)
        await watched.pilot.press("w")
        await until(watched.pilot, lambda: "that is the end" in whole(watched.app))
        assert LONG in whole(watched.app)
        assert "another folder may have it" in whole(watched.app)
        await watched.pilot.press("escape")
        assert watched.screen.shown.error == LONG


async def test_an_error_that_fits_names_no_key_in_its_heading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        await watched.handle(STARTED, PAUSED, events.RunFailed(error="the loss is nan", where={}))
        assert "all of it" not in watched.screen.query_one(Status).render().plain


async def test_the_last_words_of_an_engine_that_is_gone_are_there_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path)
    async with Opened(app, "cnn_digits") as watched:
        await watched.handle(STARTED, PAUSED)
        monkeypatch.setattr(app.session.engine, "last_words", lambda lines=5: ["one", "two"])
        app.session._lost("the engine process ended (signal 9, SIGKILL)")
        await watched.pilot.press("w")
        await until(watched.pilot, lambda: "one two" in whole(app))
        assert "signal 9, SIGKILL" in whole(app)
        assert "space starts it again" in whole(app)


async def test_the_curves_of_a_failed_run_show_its_error_in_full(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    failed = folders.kept_run("cnn_digits-20260103-120000", [*story.middle(), FAILED])
    done = folders.done()
    for run, end in ((failed, "failed"), (done, "completed")):
        app = quiet(monkeypatch, tmp_path, view=source_of_run(run))
        async with app.run_test(size=(120, 40)) as pilot:

            def heading(app: Playground = app) -> str:
                return app.screen.query_one(Heading).render().plain

            await until(pilot, lambda heading=heading, end=end: end in heading())  # type: ignore[misc]
            await pilot.pause()
            assert ("w whole error" in named(app)) is (run == failed)
            await pilot.press("w")
            if run == failed:
                await until(pilot, lambda app=app: LONG in whole(app))  # type: ignore[misc]
            assert isinstance(app.screen, OutputScreen if run == failed else ViewScreen)
