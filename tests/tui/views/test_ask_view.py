"""Asking on the screen: drawing, values, text and files become questions, and answers are shown."""

from pathlib import Path

import pytest
from textual.events import Paste

from tests.tui import answers, story
from tests.tui.quiet import quiet
from tests.tui.watched import Opened, Watched
from tuidl.protocol.asking import AskField, AskForm, AskToken, WhatIf
from tuidl.protocol.commands import Look
from tuidl.protocol.events import ProbeAnswer
from tuidl.tui.screens.help import HelpScreen
from tuidl.tui.session.engine import Engine
from tuidl.tui.session.run import Run
from tuidl.tui.views.ask import AskView
from tuidl.tui.views.ask_answer import AnswerPanel, WhatIfPanel
from tuidl.tui.views.ask_canvas import Canvas
from tuidl.tui.views.ask_fields import FieldList
from tuidl.tui.views.ask_series import SeriesPanel
from tuidl.tui.views.ask_text import TextInput, TokenPanel
from tuidl.tui.views.dropped import dropped

SIZES = [(80, 24), (120, 40), (200, 50)]
FIELDS = (
    AskField(name="age", kind="number", unit="years", low=20, high=60, whole=True, start=40.0),
    AskField(name="job", kind="category", choices=("clerk", "cook", ""), start="cook"),
    AskField(name="since", kind="date", low=18000, high=18365, whole=True, start=18262.0),
)


def view_of(watched: Watched) -> AskView:
    return watched.screen.query_one(AskView)


async def opened(watched: Watched, form: AskForm) -> None:
    await watched.handle(*story.middle()[3:])
    await watched.press("8")
    assert watched.asked == {"ask_form": {"example": None}}
    await watched.answer("ask_form", form)
    await watched.pilot.pause()


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", SIZES)
async def test_a_drawing_is_asked_while_it_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits", size) as watched:
        await opened(watched, answers.ask_form(values=[], example=None, true=""))
        assert sum(watched.asked["ask"]["values"]) == 0
        await watched.press("space")
        first = watched.asked["ask"]
        assert first["values"][4 * 8 + 4] == 1
        await watched.press("enter", "up", "up")
        line = watched.asked["ask"]
        assert line["values"][2 * 8 + 4] == line["values"][3 * 8 + 4] == 1
        assert line["number"] > first["number"]
        await watched.answer("ask", answers.asked(line["number"]), step=20)
        seen = watched.seen(AnswerPanel)
        assert "says 7, 91.0%" in seen
        assert "(is" not in seen
        subtitle = str(watched.screen.query_one(AnswerPanel).border_subtitle)
        assert subtitle.startswith("as of epoch 9"), subtitle
        await watched.press("enter", "backspace")
        assert watched.asked["ask"]["values"][2 * 8 + 4] == 0
        assert "asked before" in str(watched.screen.query_one(AnswerPanel).border_subtitle)
        await watched.press("d")
        assert watched.asked["ask_form"] == {"example": None}


@pytest.mark.slow
async def test_a_drawing_stays_when_the_run_starts_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        await opened(watched, form := answers.ask_form(values=[], example=None, true=""))
        await watched.press("space")
        drawn = watched.asked["ask"]["values"]
        watched.screen.begin(Run())
        await watched.answer("ask_form", form)
        assert watched.asked["ask"]["values"] == drawn
        assert view_of(watched).answer is None


@pytest.mark.slow
async def test_the_mouse_draws_and_its_right_button_erases(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        await opened(watched, answers.ask_form(values=[], example=None))
        canvas = watched.screen.query_one(Canvas)
        middle = canvas.size.width // 2, canvas.size.height // 2
        await watched.pilot.mouse_down(Canvas, offset=middle)
        await watched.pilot.hover(Canvas, offset=(middle[0], middle[1] - 4))
        await watched.pilot.mouse_up(Canvas)
        drawn = sum(watched.asked["ask"]["values"])
        assert drawn > 2
        assert not view_of(watched).question.is_example
        await watched.pilot.mouse_down(Canvas, offset=middle, button=3)
        await watched.pilot.mouse_up(Canvas)
        assert sum(watched.asked["ask"]["values"]) < drawn


@pytest.mark.slow
async def test_an_example_says_what_is_true_until_it_is_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        await opened(watched, answers.ask_form())
        await watched.answer("ask", answers.asked(watched.asked["ask"]["number"]))
        assert "says 7, 91.0% (is 3)" in watched.seen(AnswerPanel)
        await watched.press("n")
        assert watched.asked["ask_form"] == {"example": 3}
        await watched.press("g")
        assert "centred: moved" in str(watched.screen.query_one(Canvas).border_subtitle)
        await watched.press("space")
        assert "(is" not in watched.seen(AnswerPanel)


async def test_a_key_asks_at_once_and_late_answers_are_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        await opened(watched, answers.ask_form())
        monkeypatch.setattr(Engine, "is_alive", True)
        watched.sent.clear()
        await watched.pilot.press("space")
        asked = [one.probes for one in watched.sent if isinstance(one, Look)]
        assert [kind for kind, _ in asked[-1]] == ["ask"]
        number = watched.asked["ask"]["number"]
        await watched.answer("ask", answers.asked(number))
        late = answers.asked(number - 1, names=("late",), values=[1.0])
        await watched.answer("ask", late)
        assert "late" not in watched.seen(AnswerPanel)


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", SIZES)
async def test_values_of_a_table_are_moved_and_typed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "logistic_regression", size) as watched:
        await opened(watched, AskForm(takes="table", shape=(3,), fields=FIELDS, of=9))
        assert watched.asked["ask"]["cells"] == [40.0, "cook", 18262.0]
        await watched.press("right", "down", "right", "down", "home")
        assert watched.asked["ask"]["cells"] == [41.0, "", 18000.0]
        assert watched.asked["ask"]["vary"] == 2
        await watched.press("up", "up", "enter", "7", "7", "enter")
        assert watched.asked["ask"]["cells"][0] == 77
        curve = WhatIf(name="age", of="pay", x=[20.0, 40.0, 60.0], y=[1.0, 2.0, None])
        await watched.answer("ask", answers.asked(
            watched.asked["ask"]["number"], names=("pay",), values=[1234.5], unit="€",
            is_share=False, what_if=curve, effects=((1.0, 2.0), (None, None), (0.5, 7.0)),
        ))  # fmt: skip
        assert "says 1234.5 €" in watched.seen(AnswerPanel)
        assert watched.screen.query_one(WhatIfPanel).border_title == "pay in € over age"
        rows = watched.seen(FieldList)
        assert "2019-04-14" in rows
        assert ("1.0e+00 to 2.0e+00" in rows or "1 to 2" in rows) == (size[0] > 100)
        await watched.press("question_mark")
        assert isinstance(watched.app.screen, HelpScreen)
        page = str(watched.app.screen.query_one("#lines").render())
        assert "whole number, in the training part from 20 years to 60 years" in page


@pytest.mark.slow
async def test_a_series_is_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "gru_sine") as watched:
        form = AskForm(
            takes="series", shape=(4, 1), low=-1, high=1, values=[0.0, 0.5, 0.0, -0.5],
            names=("value",), example=8, of=9, part="validation", true="-0.9",
        )  # fmt: skip
        await opened(watched, form)
        await watched.press("left", "up")
        asked = watched.asked["ask"]
        assert (asked["values"], asked["vary"]) == ([0.0, 0.5, 0.04, -0.5], 2)
        await watched.answer("ask", answers.asked(
            asked["number"], names=("prediction",), values=[-0.875], is_share=False
        ))  # fmt: skip
        assert "says -0.875" in watched.seen(AnswerPanel)
        assert "step" in watched.seen(SeriesPanel)


async def test_a_text_is_asked_while_it_is_typed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "sms_spam") as watched:
        await opened(watched, AskForm(takes="text", shape=(8,), text="see you", of=9, example=0))
        assert watched.asked["ask"]["text"] == "see you"
        await watched.press("enter", "end", "space", "8", "m")
        assert watched.asked["ask"]["text"] == "see you 8m"
        assert watched.screen.open_view is view_of(watched)
        tokens = (AskToken(name="see"), AskToken(name="�", known=False))
        await watched.answer("ask", answers.asked(watched.asked["ask"]["number"], tokens=tokens))
        assert "?�?" in watched.seen(TokenPanel)
        assert "1 unknown" in str(watched.screen.query_one(TokenPanel).border_subtitle)
        await watched.press("escape")
        assert not watched.screen.query_one(TextInput).has_focus


@pytest.mark.slow
async def test_a_dropped_file_is_asked_and_its_error_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "my digit.png"
    path.write_bytes(b"x")
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        await opened(watched, answers.ask_form())
        watched.screen.query_one(Canvas).post_message(Paste(f"'{path}' "))
        await watched.pilot.pause()
        assert watched.asked["ask"]["file"] == str(path)
        await watched.handle(
            ProbeAnswer(id=1, kind="ask", epoch=1, step=0, error=f"{path}: no picture")
        )
        assert "no picture" in " ".join(watched.seen(AnswerPanel).split())
        await watched.press("i")
        await watched.pilot.press(*"/no/such", "enter")
        assert watched.asked["ask"]["file"] == "/no/such"
        await watched.press("space")
        assert "file" not in watched.asked["ask"]


async def test_why_nothing_can_be_asked_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        await watched.handle(*story.middle()[3:])
        await watched.press("8")
        error = "the network answers to noise: nothing says what is true of it"
        await watched.handle(ProbeAnswer(id=1, kind="ask_form", epoch=1, step=0, error=error))
        assert "the network answers to noise" in watched.seen(AnswerPanel)
        assert not watched.screen.query_one(AnswerPanel).subtitle_now()


def test_paths_are_read_as_terminals_paste_them(tmp_path: Path) -> None:
    path = tmp_path / "a b'c.png"
    path.write_bytes(b"")
    escaped = str(path).replace(" ", "\\ ").replace("'", "\\'")
    for text in (str(path), f'"{path}"', f" {escaped} \n", path.as_uri(), f"{path}\n/other"):
        assert dropped(text) == path, text
    for text in ("", "hello", "'", "\0", "x" * 10_000, str(tmp_path)):
        assert dropped(text) is None
