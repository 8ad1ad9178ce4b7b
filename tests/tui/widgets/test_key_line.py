"""The line of keys: what it names, what it leaves out, and clicks on it."""

from pathlib import Path

import pytest
from textual.binding import Binding

from tests.tui import answers, story
from tests.tui.quiet import quiet
from tests.tui.watched import Opened
from tuidl.protocol import commands
from tuidl.tui.widgets.key_line import KeyLine, fitting, hints_of, key_at

GROUP = Binding.Group("rate", compact=True)
BINDINGS = [
    Binding("space", "go", "train"),
    Binding("plus", "rate(1)", "up", key_display="+", group=GROUP),
    Binding("minus", "rate(-1)", "down", key_display="-", group=GROUP),
    Binding("n", "turn(1)", "next"),
    Binding("right", "turn(1)", "next"),
    Binding("question_mark", "explain", "help", key_display="?"),
]


def display(binding: Binding) -> str:
    return binding.key_display or binding.key


def test_one_hint_for_an_action_and_one_for_a_group() -> None:
    hints = hints_of(BINDINGS, display)
    written = [("".join(key for _, key in hint.keys), hint.words) for hint in hints]
    assert written == [("space", "train"), ("+-", "rate"), ("n", "next"), ("?", "help")]


@pytest.mark.parametrize("width", range(6, 60))
def test_what_fits_is_shown_and_what_matters_most_always(width: int) -> None:
    every = hints_of(BINDINGS, display)
    hints = fitting(every, width)
    assert [hint.words for hint in hints if hint.always] == ["train", "help"]
    assert sum(hint.width for hint in hints) + 2 * (len(hints) - 1) <= width or len(hints) == 2
    others = [hint for hint in every if not hint.always]
    kept = [hint for hint in hints if not hint.always]
    assert kept == others[: len(kept)], "the first of them"


async def test_every_view_says_how_to_train_leave_and_be_helped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "char_rnn", size=(80, 24)) as watched:
        await watched.handle(*story.middle())
        for number in range(1, 10):
            await watched.press(str(number))
            said = {hint.words for hint in watched.screen.query_one(KeyLine).hints}
            plays = number == 5  # there space plays the past
            assert {"leave", "help"} <= said, number
            assert plays or {"pause", "train"} & said, number


def test_a_cell_belongs_to_the_key_that_stands_there() -> None:
    hints = hints_of(BINDINGS, display)
    line = "space train  +- rate  n next  ? help"
    found = {line[x] + str(x): key_at(hints, x) for x in range(len(line) + 3)[:36]}
    assert found["s0"] == found["n10"] == "space"
    assert (found["+13"], found["-14"]) == ("plus", "minus")
    assert found["n22"] == "n"
    assert found["?30"] == "question_mark"
    assert found["r16"] == "plus", "words of two keys are the first one's"
    assert key_at(hints, 99) == key_at(hints, 11) == ""


async def test_a_click_presses_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        watched.sent.clear()
        await watched.pilot.click(KeyLine, offset=(2, 0))
        assert [type(command) for command in watched.sent] == [commands.Resume]
        line = watched.screen.query_one(KeyLine).render().plain
        await watched.pilot.click(KeyLine, offset=(line.index("?") + 1, 0))
        await watched.pilot.pause()
        assert type(watched.app.screen).__name__ == "HelpScreen"


async def test_it_follows_the_focus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        line = watched.screen.query_one(KeyLine)
        assert "matrix" not in line.render().plain
        await watched.answer("predictions", answers.predictions())
        watched.screen.query_one("#picture").focus()
        await watched.pilot.pause()
        assert "v matrix" in line.render().plain
