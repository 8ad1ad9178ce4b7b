"""Keys are answered at once: no look for garbage goes through what the screen keeps anyway."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.quiet import quiet
from tests.tui.watched import Opened
from tuidl.tui.terminal import plain_app, process
from tuidl.tui.terminal.process import WORTH_IT, YOUNG, spare_pauses, tidy_up


@pytest.fixture
def threshold() -> Iterator[tuple[int, int, int]]:
    """That of the test run, which it gets back."""
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


def test_what_is_there_is_looked_through_once(threshold: tuple[int, int, int]) -> None:
    spare_pauses()
    assert gc.get_threshold() == YOUNG != threshold
    assert len(gc.get_objects()) < gc.get_freeze_count() / 100


def test_what_was_garbage_then_is_gone(threshold: tuple[int, int, int]) -> None:
    class Looped:
        pass

    node = Looped()
    node.itself = node  # type: ignore[attr-defined]
    gc.freeze()
    del node
    spare_pauses()
    gc.unfreeze()
    left = [found for found in gc.get_objects() if type(found).__name__ == "Looped"]
    gc.freeze()
    assert not left


def test_what_was_made_lately_is_looked_at_between_keys(
    threshold: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    monkeypatch.setattr(gc, "collect", looks.append)
    monkeypatch.setattr(gc, "get_count", lambda: (0, WORTH_IT, 0))
    gc.set_threshold(700, 10, 10)
    tidy_up()
    assert not looks  # as long as Python's own way was not changed
    gc.set_threshold(*YOUNG)
    tidy_up()
    assert looks == [1]
    monkeypatch.setattr(gc, "get_count", lambda: (4999, WORTH_IT - 1, 900))
    tidy_up()
    assert looks == [1]


async def test_not_while_keys_come(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    looks: list[str] = []
    monkeypatch.setattr(process, "tidy_up", lambda: looks.append("tidied"))
    app = quiet(monkeypatch, tmp_path)
    async with app.run_test() as pilot:
        await pilot.press("down")
        monkeypatch.setattr(plain_app, "LEFT_ALONE_AFTER", 3600.0)
        looks.clear()
        app._tidy_up()
        assert not looks
        monkeypatch.setattr(plain_app, "LEFT_ALONE_AFTER", 0.0)
        app._tidy_up()
        assert looks


async def test_a_preset_that_is_opened_does_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tidied: list[str]
) -> None:
    app = quiet(monkeypatch, tmp_path)
    assert not tidied
    async with Opened(app, "linear_regression"):
        assert len(tidied) == 1
