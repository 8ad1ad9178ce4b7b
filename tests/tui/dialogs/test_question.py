"""What was typed before a dialog could be seen was meant for the screen below."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.events import Event, Key, Paste
from textual.screen import Screen
from textual.widgets import Input

from tests.tui.quiet import quiet
from tuidl.tui.dialogs.ask_text import AskTextScreen
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.dialogs.delete import DeleteScreen
from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.dialogs.leave import LeaveScreen
from tuidl.tui.screens.help import HelpScreen

DIALOGS: dict[str, tuple[Callable[[], Screen[Any]], str, object]] = {
    "delete": (lambda: DeleteScreen(["a"]), "y", True),
    "leave": (lambda: LeaveScreen(True, False), "d", "discard"),
    "menu": (lambda: ChooseScreen("which?", {"a": "", "b": ""}), "enter", "a"),
    "text": (lambda: AskTextScreen("name", "old", ""), "enter", "old"),
    "page": (lambda: HelpScreen(""), "q", None),
}


@pytest.mark.parametrize("name", DIALOGS)
async def test_keys_from_before_it_was_seen_do_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    screen, key, answer = DIALOGS[name]
    app = quiet(monkeypatch, tmp_path)
    answers: list[object] = []
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        early: list[Event] = [Key(key, key), Paste("pasted")]  # before the dialog is there
        app.push_screen(screen(), answers.append)
        for event in early:
            app.post_message(event)
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, Dialog)
        assert not answers
        await pilot.press(key)
        await pilot.pause()
    assert answers == [answer]


async def test_early_letters_are_not_typed_but_later_ones_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        early = Key("x", "x")
        app.push_screen(AskTextScreen("name", "", ""))
        app.post_message(early)
        await pilot.pause()
        await pilot.pause()
        assert app.screen.query_one(Input).value == ""
        await pilot.press("y")
        assert app.screen.query_one(Input).value == "y"


async def test_the_key_that_quits_always_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        early = Key("ctrl+q", None)
        app.push_screen(DeleteScreen(["a"]))
        app.post_message(early)
        await pilot.pause()
        await pilot.pause()
        assert app._exit
