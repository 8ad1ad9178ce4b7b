"""The text that is written while a network learns, its probabilities, and its map."""

import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.tui.quiet import quiet
from tests.tui.text_answers import ATTENTION, EMBEDDING, MESSAGES, token, written
from tests.tui.waiting import until
from tests.tui.watched import Opened
from tuidl.charts.palette import DEFAULT, MONOCHROME
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.probes import WeightMap, Weights
from tuidl.tui.app import Playground
from tuidl.tui.renderers import examples, layers, sample
from tuidl.tui.renderers.attention import attention
from tuidl.tui.views.attention import AttentionPanel
from tuidl.tui.views.examples import Closely, ExampleList
from tuidl.tui.views.reading import ReadingView
from tuidl.tui.views.text import SamplePanel, TextView, TopPanel
from tuidl.tui.views.token_map import MapPanel
from tuidl.tui.views.writing import Writing

PADDED = replace(ATTENTION, padding=57, weights=[[0.25, 0.0, 0.25, 0.5]] * 3)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


async def test_a_text_is_written_piece_by_piece_and_then_anew(app: Playground) -> None:
    async with Opened(app, "char_rnn") as watched:
        await watched.press("2")
        view = watched.screen.query_one(TextView)
        number = watched.asked["sample"]["number"]
        await watched.answer("sample", written("upon a", number))
        assert "Once upon a" in watched.seen(SamplePanel)
        assert watched.asked["sample"]["known"] == [token(c).number for c in "upon a"]
        await watched.answer("sample", written(" late", number, start=5))
        assert "late" not in watched.seen(SamplePanel)  # behind other tokens than are there
        await watched.answer("sample", written(" time", number, start=6))
        assert "Once upon a time" in watched.seen(SamplePanel)
        view.writing.length = len(view.writing.tokens)
        await watched.handle(events.Resumed())
        asked = watched.asked["sample"]
        assert (asked["known"], asked["number"]) == ([], number + 1)
        assert "time" in watched.seen(SamplePanel)  # still there, to be written over


@pytest.mark.slow
async def test_keys_change_what_is_asked_for(app: Playground) -> None:
    async with Opened(app, "char_rnn") as watched:
        await watched.press("2")
        before = watched.asked["sample"]
        await watched.press("right_square_bracket")
        assert watched.asked["sample"]["temperature"] > before["temperature"]
        await watched.press("left_square_bracket", "left_square_bracket", "n")
        asked = watched.asked["sample"]
        assert asked["temperature"] < before["temperature"]
        assert asked["seed"] == before["seed"] + 1
        await watched.press("i", *"hey q", "enter")
        assert watched.asked["sample"]["prompt"] == "hey q"
        await watched.press("i", *"xyz", "escape")
        assert watched.asked["sample"]["prompt"] == "hey q"


async def test_bars_are_of_the_token_under_the_cursor(app: Playground) -> None:
    async with Opened(app, "char_rnn") as watched:
        await watched.press("2")
        await watched.answer("sample", written("tea", watched.asked["sample"]["number"]))
        assert "✓" in watched.seen(TopPanel).splitlines()[1]
        await watched.press("left")
        assert watched.seen(TopPanel).splitlines()[0].startswith("✓ e")
        assert watched.asked["embedding_map"] == {"token": "e"}
        await watched.answer("embedding_map", EMBEDDING)
        assert "nearest to a: e 0.90" in watched.seen(MapPanel)
        await watched.press("home", "right", "right", "right")
        assert watched.screen.query_one(TextView).writing.cursor is None


@pytest.mark.slow
async def test_what_the_probe_cannot_answer_is_said(app: Playground) -> None:
    async with Opened(app, "char_rnn") as watched:
        await watched.press("2")
        await watched.handle(events.ProbeAnswer(id=1, kind="sample", epoch=1, step=0, answer=None,
                                                error="the network reads no text"))  # fmt: skip
        assert "the network reads no text" in watched.seen(SamplePanel)


@pytest.mark.parametrize("palette", [DEFAULT, MONOCHROME])
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize(("width", "height"), [(4, 1), (30, 5), (80, 20)])
@pytest.mark.parametrize("text", ["", "a", "春眠不覺曉" * 9, "a\nb\t c" * 30, "\x1b[31m" * 5])
def test_lines_fill_their_room(
    palette: Any, unicode: bool, width: int, height: int, text: str
) -> None:
    shown = [
        sample.written(sample.Written(text, [*map(token, text)]), palette, width, height, unicode),
        sample.likeliest(token("e"), palette, width, height, unicode),
        sample.likeliest(None, palette, width, height, unicode),
        sample.embedding_map(EMBEDDING, palette, width, height, unicode),
        attention(ATTENTION, palette, width, height, unicode),
        attention(PADDED, palette, width, height, unicode),
        examples.list_of(MESSAGES, palette, width, height, selected=1, unicode=unicode),
        examples.closely(MESSAGES, palette, width, height, selected=1, unicode=unicode),
    ]
    for lines in shown:
        assert len(lines) == height
        assert {line.cell_len for line in lines} == {width}
        assert unicode or all(line.plain.isascii() for line in lines)


def test_the_end_stays_in_sight_and_so_does_the_cursor() -> None:
    tokens = [token(c) for c in "abcdefghij" * 20]
    end = sample.written(sample.Written("", tokens), DEFAULT, 10, 5, True)
    assert end[-1].plain == "abcdefghij"
    tokens[7] = token("X")
    start = sample.written(sample.Written("", tokens, cursor=7), DEFAULT, 10, 5, True)
    assert "X" in start[0].plain


def test_a_text_that_ends_for_its_length_alone_says_that_it_goes_on() -> None:
    """An answer that is cut reads as a wrong one."""
    for text, last in (("18 apr = 04-1", "18 apr = 04-1…"), ("one\n", "one↵")):
        for goes_on in (True, False):
            one = sample.Written("", [token(c) for c in text], goes_on=goes_on)
            lines = [line.plain.rstrip() for line in sample.written(one, DEFAULT, 30, 3, True)]
            assert lines[0] == (last if goes_on else last.removesuffix("…"))


def test_a_loss_in_bits_and_perplexity() -> None:
    whole = sample.in_bits("held out", 1.3862943611, 2.0, 80)
    assert whole == "held out: 1.00 bits per character, perplexity 4"
    whole = sample.in_bits("held out", 0.6931471806, None, 80)
    assert whole == "held out: 1.00 bits per token, perplexity 2"


@pytest.mark.parametrize("width", range(22, 80))
def test_no_number_is_cut_however_narrow_a_panel_is(width: int) -> None:
    tokens = tuple(f"name{i}" for i in range(400))
    places = tuple(i / 400 for i in range(400))
    near = tuple((name, 0.6875) for name in tokens[1:7])
    words = replace(
        EMBEDDING, tokens=tokens, x=places, y=places, explained=(0.2, 0.09), nearest=[*near],
        width=32, asked="a",
    )  # fmt: skip
    weights = Weights("dense_1", "kernel", (1500, 320), (WeightMap("", ((0.5, 0.25),)),))
    shown = [
        sample.in_bits("held out", 1.56, 1.0, width),
        *(line.plain for line in sample.embedding_map(words, DEFAULT, width, 3, True)),
        *(line.plain for line in attention(ATTENTION, DEFAULT, width, 8, True)),
        layers.weights(weights, DEFAULT, width, 5, True)[0].plain,
    ]
    assert [text for text in shown if re.search(r"[0-9.%][^ ]*…", text)] == []
    assert shown[0] == "" or "2.25 bits" in shown[0]


def test_writing_goes_on_where_it_stands() -> None:
    writing = Writing(length=3)
    assert writing.take(written("ab"), (1, 5))
    assert writing.options()["count"] == 1
    assert not writing.take(written("c", number=3, start=2), (1, 6))
    assert writing.take(written("c", start=2), (1, 6))
    assert writing.is_whole
    assert writing.places == [(1, 5), (1, 5), (1, 6)]
    assert [t.text for t in writing.again().shown] == ["a", "b", "c"]


async def test_attention_is_asked_for_up_to_the_cursor(app: Playground) -> None:
    async with Opened(app, "tiny_gpt") as watched:
        await watched.press("2")
        await watched.answer("sample", written("tea", watched.asked["sample"]["number"]))
        asked = watched.asked["attention"]
        assert asked["known"] == [token(c).number for c in "tea"]
        assert (asked["layer"], asked["head"]) == (0, 0)
        await watched.answer("attention", ATTENTION)
        shown = watched.seen(AttentionPanel)
        assert "cat looks at cat 70%, 春 20%, the 10%" in shown
        await watched.press("l", "h", "left")
        asked = watched.asked["attention"]
        assert (asked["layer"], asked["head"]) == (1, 1)
        assert asked["known"] == [token(c).number for c in "te"]
        await watched.press("v")
        assert set(watched.asked) == {"sample", "embedding_map"}


async def test_titles_fit_again_in_a_terminal_of_another_size(app: Playground) -> None:
    async with Opened(app, "tiny_gpt") as watched:
        await watched.press("2")
        await watched.answer("sample", written("tea", watched.asked["sample"]["number"]))
        await watched.answer("attention", ATTENTION)
        panel = watched.screen.query_one(AttentionPanel)
        assert str(panel.border_title) == "attention: layer 2 of 2, head 1 of 4"
        for size, title in (
            ((80, 24), "attention: layer 2, head 1"),
            ((200, 50), "attention, rows"),
        ):
            await watched.pilot.resize_terminal(*size)
            await until(
                watched.pilot, lambda title=title: str(panel.border_title).startswith(title)
            )


async def test_what_is_given_is_told_from_what_was_drawn(app: Playground) -> None:
    """A network that answers gets prompts: those are grey, and have no bars."""
    async with Opened(app, "date_formats") as watched:
        await watched.press("2")
        number = watched.asked["sample"]["number"]
        given = [replace(token(sign), share=None, top=[]) for sign in "a = "]
        answer = written("b\n", number)
        await watched.answer("sample", replace(answer, tokens=(*given, *answer.tokens)))
        assert "a = b" in watched.seen(SamplePanel)
        title = watched.screen.query_one(SamplePanel).border_title
        assert str(title).startswith("its answers")
        await watched.press("left", "left")
        assert str(watched.screen.query_one(TopPanel).border_title) == "'␣' is of the prompt"
        assert "given, not drawn" in watched.seen(TopPanel)
    lines = sample.written(sample.Written("", given), DEFAULT, 20, 3, True)
    assert DEFAULT.style("muted") in [span.style for span in lines[0].spans]


def test_padding_has_a_column_of_its_own() -> None:
    """Drawn as the tokens are, by the sum of what all of it is given."""
    lines = [line.plain for line in attention(PADDED, MONOCHROME, 60, 8, True)]
    assert lines[0].rstrip().endswith("∅")
    assert lines[1].split()[-4:] == ["25%", "0%", "25%", "50%"]
    assert "cat looks at padding (57 places) 50%, the 25%" in lines[-1]
    assert lines[0].split() == ["seen", "the", "春", "cat", "∅"]  # whole, where there is room
    assert "_" in attention(PADDED, MONOCHROME, 60, 8, False)[0].plain


@pytest.mark.slow
async def test_where_a_text_looks_that_is_sorted_into_classes(app: Playground) -> None:
    async with Opened(app, "sms_transformer") as watched:
        await watched.press("2")
        assert set(watched.asked) == {"predictions"}
        await watched.answer("predictions", MESSAGES)
        assert watched.asked["attention"] == {"layer": 0, "head": 0, "example": 4}
        await watched.answer("attention", ATTENTION)
        assert "cat looks at cat 70%, 春 20%, the 10%" in watched.seen(AttentionPanel)
        await watched.press("down", "l", "h")
        assert watched.asked["attention"] == {"layer": 1, "head": 1, "example": 9}
        view = watched.screen.query_one(ReadingView)
        await watched.press("v")
        assert set(watched.asked) == {"predictions"}
        assert not view.has_class("-attention")
        await watched.press("v")
        assert set(watched.asked) == {"predictions", "attention"}


BESIDE = """
name = "beside"
data = {source = "csv", path = "m.csv", target = "%s", columns = {text = {kind = "text"}}}
layers = [{type = "embedding", inputs = ["text"], output_dim = 4},
          {type = "transformer_block", num_heads = 2, mask = "text"},
          {type = "global_average_pool1d", mask = "text", name = "read"},
          {type = "concatenate", inputs = ["table", "read"]}, {type = "dense"}]
loss = {type = "%s"}
optimizer = {type = "adam"}
training = {epochs = 1}
"""


@pytest.mark.sample(1)
@pytest.mark.parametrize(("target", "loss", "kind"), [
    ("y", "cross_entropy", "predictions"), ("n", "mse", "values"),
])  # fmt: skip
async def test_where_a_text_beside_a_table_looks(
    app: Playground, tmp_path: Path, target: str, loss: str, kind: str
) -> None:
    """Its classes, and numbers for which there is no list of examples."""
    rows = [f"{i},{'win it now' if i % 3 else 'no'},{'ab'[i % 2]},{i * 1.5}" for i in range(30)]
    (tmp_path / "m.csv").write_text("\n".join(["size,text,y,n", *rows]) + "\n")
    preset = Preset.parse(BESIDE % (target, loss), folder=tmp_path)
    async with Opened(app, preset) as watched:
        await watched.press("2")
        if kind == "predictions":
            await watched.answer("predictions", MESSAGES)
        assert set(watched.asked) == {kind, "attention"}
        await watched.answer(
            "attention", replace(ATTENTION, padding=7, weights=[[0.2, 0.1, 0.1, 0.6]] * 3)
        )
        assert "padding (7 places) 60%" in watched.seen(AttentionPanel)
        before = watched.asked["attention"]
        await watched.press("down", "l", "h")
        asked = watched.asked["attention"]
        assert asked["example"] != before["example"]
        assert (asked["layer"], asked["head"]) == (1, 1)


@pytest.mark.slow
async def test_texts_without_attention_have_the_matrix_at_once(app: Playground) -> None:
    async with Opened(app, "sms_spam") as watched:
        await watched.press("2")
        assert not watched.screen.query(ReadingView)
        await watched.answer("predictions", MESSAGES)
        assert "win a prize 春 win a prize" in watched.seen(ExampleList)
        assert "its text" in watched.seen(Closely)
        assert "prize 春" in watched.seen(Closely)
        assert set(watched.asked) == {"predictions"}
