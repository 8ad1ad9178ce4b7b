"""The chain rule on the screen: every number of the answer, and the keys that choose."""

from pathlib import Path

import pytest

from tests import helpers
from tests.tui import answers, story
from tests.tui.quiet import quiet
from tests.tui.watched import Opened
from tuidl.charts.palette import DEFAULT
from tuidl.tui.renderers.chain import chain_lines, chain_rows
from tuidl.tui.views.all import VIEWS
from tuidl.tui.views.chain import ChainList, ChainView, ChainWalk

KEY = str(VIEWS.index(ChainView) + 2)


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_each_factor_is_a_line_and_keys_choose(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "mlp_xor", size) as watched:
        await watched.handle(*story.middle()[3:])
        await watched.press(KEY)
        assert "chain" in watched.asked
        await watched.answer("chain", answers.chain(), step=20)
        seen = watched.seen(ChainWalk)
        for words in ("mean over the batch that comes next, 4 examples",
                      "loss L: binary_cross_entropy = 0.6807", "example 2, which adds most",
                      "(p - y) / 4 = (0.468941 - 1) / 4 = -0.132", "-0.5402", "0.0508",
                      "gradient × the input", "and 1 more: sum", "0.02678",
                      "✓ engine, float32: 0.02678", "relative error 7.8e-11"):  # fmt: skip
            assert words in seen, words
        if size[0] >= 100:
            assert "dense_2.kernel" in watched.seen(ChainList)
        view = watched.screen.query_one(ChainView)
        assert view.probes()[0][1]["index"] == [1, 0]
        await watched.press("right")
        assert view.probes()[0][1]["index"] == [1, 1]
        await watched.press("left", "left", "left")
        assert view.probes()[0][1]["index"] == [0, 6]
        await watched.press("n", "n")
        assert view.probes()[0][1]["example"] == 3
        await watched.press("b", "down", "down")
        wanted = view.probes()[0][1]
        assert (wanted["name"], wanted["neurons"]) == ("dense_1", True)
        assert "example" not in wanted
        assert "index" not in wanted


@pytest.mark.slow
async def test_an_entry_is_typed_and_a_wrong_one_says_what_fits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "mlp_xor", (120, 40)) as watched:
        await watched.handle(*story.middle()[3:])
        await watched.press(KEY)
        await watched.answer("chain", answers.chain(), step=20)
        view = watched.screen.query_one(ChainView)
        for text, words in {
            "2, 0": "expected 2 of 2 × 8, from 0", "1": "expected 2", "-1, 0": "expected 2",
            "dense_1.kernle[0, 0]": "did you mean 'dense_1.kernel'",
            "dense_2.bias[x]": "expected 1",
        }.items():  # fmt: skip
            assert words in view._problem_of(text), text
        await watched.pilot.press("enter")
        await watched.pilot.press(*["backspace"] * 10, *"dense_2.bias", "enter")
        await watched.pilot.pause()
        assert view.probes()[0][1]["name"] == "dense_2.bias"
        view._typed("dense_1.kernel[0, 5]")
        assert view.probes()[0][1]["index"] == [0, 5]


def test_nothing_that_carries_a_number_is_cut() -> None:
    answer = answers.chain()
    for width in (60, 76, 82, 120):
        lines = chain_lines(answer, DEFAULT, width, 40, True)
        text = "\n".join(line.plain for line in lines)
        assert "…" not in text
        digits = 6 if width >= 90 else 4
        for link in (*answer.links[1:], answer.last):
            for term in link.terms:
                assert f"{term.value:.{digits}g}" in text


def test_little_room_shows_fewer_parts_and_the_sum_stays_right() -> None:
    answer = answers.chain()
    rows = chain_rows(answer, 76, 1)
    (rest,) = [row for row in rows if "and 2 more" in row.label]
    assert rest.numbers[2] == f"{-0.0240739 + 1e-7:.4g}"
    low = "\n".join(line.plain for line in chain_lines(answer, DEFAULT, 76, 6, True))
    assert "more lines: page down" in low
    end = "\n".join(line.plain for line in chain_lines(answer, DEFAULT, 76, 6, True, first=99))
    assert "relative error" in end


def test_kinks_zeros_and_disagreements_are_said() -> None:
    def text(**other: object) -> str:
        answer = helpers.changed(answers.chain(), **other)
        return " ".join(line.plain.strip() for line in chain_lines(answer, DEFAULT, 76, 40, True))

    kink = text(is_kink=True, agrees=False, left=0.0, right=0.05)
    assert "a kink here: the loss has slope 0 to the left and 0.05 to the right" in kink
    assert "relative error" not in kink
    assert "Why 0: the input" in text(reason="the input is 0", analytic=0.0, engine=0.0)
    assert "✗ numeric" in text(agrees=False, error=0.5)
    assert "✗ engine" in text(engine=0.5)
    assert "not finite" in text(numeric=None, agrees=False, error=None)


def test_a_terminal_of_ascii_has_its_signs() -> None:
    lines = chain_lines(answers.chain(), DEFAULT, 100, 40, False)
    assert all(line.plain.isascii() for line in lines)
    assert not any("?" in line.plain for line in lines)
