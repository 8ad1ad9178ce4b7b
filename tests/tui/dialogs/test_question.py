"""A question that cannot be taken back: what was typed before it came is no answer."""

from pathlib import Path
from typing import Any

import pytest
from textual.events import Key

from tests.tui.quiet import quiet
from tuidl.tui.dialogs.delete import DeleteScreen
from tuidl.tui.dialogs.dialog import Question
from tuidl.tui.dialogs.leave import LeaveScreen


@pytest.mark.parametrize(
    ("screen", "key", "answer"),
    [(lambda: DeleteScreen(["a"]), "y", True), (lambda: LeaveScreen(True, False), "d", "discard")],
)
async def test_keys_from_before_it_was_seen_answer_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, screen: Any, key: str, answer: object
) -> None:
    app = quiet(monkeypatch, tmp_path)
    answers: list[object] = []
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        early = Key(key, key)  # pressed before the question is asked
        app.push_screen(screen(), answers.append)
        app.post_message(early)
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, Question)
        assert not answers
        await pilot.press(key)
        await pilot.pause()
    assert answers == [answer]
