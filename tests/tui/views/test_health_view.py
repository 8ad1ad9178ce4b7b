"""Health on the screen: what is measured, what to do, and that Enter does it."""

from pathlib import Path

import pytest

from tests.tui import answers, story
from tests.tui.quiet import quiet
from tests.tui.watched import Opened
from tuidl.protocol.commands import Change, Scale
from tuidl.tui.views.health import HealthList, HealthTable


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_each_measurement_has_its_rule_and_enter_makes_the_edit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits", size) as watched:
        await watched.handle(*story.middle()[3:])
        await watched.press("7")
        assert "health" in watched.asked
        await watched.answer("health", answers.health(), step=20)
        seen = watched.seen(HealthList)
        for words in ("update / weights", "4.0e-01 dense_1", "enter: rate × 0.1", "75% dense_1",
                      "dense_1: leaky_relu", "27 examples, batch 32", "no limit is known of adam",
                      "Rule: length of the next step"):  # fmt: skip
            assert words in seen, words
        await watched.press("enter")
        assert Scale(key="optimizer.learning_rate", factor=0.1) in watched.sent
        await watched.press("down", "enter")
        changes = [one for one in watched.sent if isinstance(one, Change)]
        assert 'activation = "leaky_relu"' in changes[-1].preset
        if size[0] >= 100:
            assert "14.7/64" in watched.seen(HealthTable)
