"""Text from a network: what is drawn, prompts of every kind, and the command."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_cli import tuidl
from tuidl.core.errors import DataError
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.learning import learned
from tuidl.data.text.tokenizer import UNKNOWN, Tokenizer
from tuidl.inference.generating import Generator, Sampling, draw
from tuidl.inference.texts import text_rows

SHARES = np.array([0.5, 0.3, 0.15, 0.05])
PRESET = """
name = "abc"
data = {source = "text", path = "abc.txt", window = 4, %s}
layers = [{type = "embedding", output_dim = 3}, {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.1}
training = {epochs = 12, batch_size = 8}
"""


def counting(layout: TextLayout) -> Generator:
    """After a letter comes the next of the alphabet, in nine of ten draws."""
    size = len(layout.tokenizer.tokens)

    def probabilities(x: np.ndarray) -> np.ndarray:
        shares = np.full((*x.shape, size), 0.1 / (size - 1))
        np.put_along_axis(shares, ((x.astype(int) + 1) % size)[..., None], 0.9, axis=-1)
        return shares if layout.predicts == "every" else shares[:, -1]

    return Generator(layout, probabilities)


def layout(text: str = "abcdef", **keys: object) -> TextLayout:
    tokenizer = learned("characters", text, needed=["\n"] if keys.get("is_lines") else ())
    return TextLayout(tokenizer, 4, **{"predicts": "every", **keys})  # type: ignore[arg-type]


@pytest.mark.parametrize("predicts", ["every", "last"])
def test_text_goes_on_beyond_the_window(predicts: str) -> None:
    generator = counting(layout(predicts=predicts))
    coldly = Sampling(temperature=0)
    drawn = list(generator.go_on(generator.prompt("a").tokens, coldly, 9, top=2))
    assert "".join(token.text for token in drawn) == "bcdefabcd"
    assert drawn[0].share == pytest.approx(0.9)
    assert drawn[0].top[0] == (1, pytest.approx(0.9))


def test_the_same_seed_gives_the_same_text_and_another_another() -> None:
    generator = counting(layout())

    def text(seed: int) -> str:
        return "".join(t.text for t in generator.go_on((0,), Sampling(2.0, seed=seed), 60))

    assert text(1) == text(1)
    assert text(1) != text(2)
    halves = [t.number for t in generator.go_on((0,), Sampling(2.0, seed=1), 30)]
    rest = generator.go_on((0, *halves), Sampling(2.0, seed=1), 30)
    assert text(1)[30:] == "".join(t.text for t in rest)


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(temperature=0), {0}),
        (Sampling(top_k=1), {0}),
        (Sampling(top_k=2), {0, 1}),
        (Sampling(temperature=100.0), {0, 1, 2, 3}),
        (Sampling(temperature=0.01), {0}),
    ],
)
def test_what_can_be_drawn(sampling: Sampling, expected: set[int]) -> None:
    assert {draw(SHARES, sampling, place) for place in range(200)} == expected


def test_tokens_are_drawn_as_often_as_their_share_says() -> None:
    counts = np.bincount([draw(SHARES, Sampling(), place) for place in range(4000)])
    np.testing.assert_allclose(counts / 4000, SHARES, atol=0.02)
    warm = np.bincount([draw(SHARES, Sampling(0.5), place) for place in range(4000)], minlength=4)
    np.testing.assert_allclose(warm / 4000, SHARES**2 / (SHARES**2).sum(), atol=0.02)


def test_what_is_unknown_is_never_written() -> None:
    assert {draw(SHARES, Sampling(), place, unknown=0) for place in range(100)} == {1, 2, 3}


@pytest.mark.parametrize(
    ("text", "known", "note"),
    [
        ("abc", (0, 1, 2), ""),
        ("aßb", (0, 1), "not in the vocabulary, left out: 'ß'"),
        ("ßäöüxyz", (0,), "left out: 'ß', 'ä', 'ö', 'ü', 'x', ..."),
        ("", (0,), ""),
        ("abcabcabc", (0, 1, 2) * 3, "9 tokens, of which the network sees the last 4"),
    ],
)
def test_prompts_of_every_kind(text: str, known: tuple[int, ...], note: str) -> None:
    prompt = counting(layout()).prompt(text)
    assert prompt.tokens == known
    assert note in "".join(prompt.notes)
    assert bool(note) == bool(prompt.notes)


def test_an_unknown_character_is_read_as_such_where_there_is_a_token_for_it() -> None:
    tokenizer = Tokenizer("characters", ("a", "b", UNKNOWN))
    prompt = Generator(TextLayout(tokenizer, 4), lambda x: x).prompt("axb")
    assert prompt.tokens == (0, 2, 1)
    assert prompt.notes == (f"prompt: not in the vocabulary, read as {UNKNOWN}: 'x'",)


def test_lines_begin_and_end_with_their_boundary() -> None:
    generator = counting(layout("abc = ", is_lines=True, answer_after=" = "))
    prompt = generator.prompt("ab")
    assert generator.tokenizer.decode(prompt.tokens) == "\nab = "
    assert generator.ends_line(prompt.tokens[0])
    assert not generator.ends_line(prompt.tokens[1])


def test_networks_that_write_nothing_say_so() -> None:
    with pytest.raises(DataError, match="does not predict the next token"):
        counting(layout(predicts="context"))


@pytest.mark.slow
@pytest.mark.parametrize("keys", ['predict = "every"', 'examples = "lines", validation = 0.0'])
def test_the_command_writes_what_a_run_has_learned(tmp_path: Path, keys: str) -> None:
    lines = "abcab\nbcabc\n" if "lines" in keys else "abc" * 200
    (tmp_path / "abc.txt").write_text(lines * 20, encoding="utf-8")
    (tmp_path / "p.toml").write_text(PRESET % keys, encoding="utf-8")
    out = str(tmp_path / "run")
    done = tuidl(str(tmp_path / "p.toml"), "--no-ui", "--backend", "numpy", "--out", out)
    assert done.returncode == 0, done.stderr
    (tmp_path / "abc.txt").unlink()  # the vocabulary lies in the run's folder
    first = tuidl("generate", out, "--prompt", "ab", "--length", "4", "--temperature", "0")
    assert first.stdout == "abcabc\n", first.stderr
    again = tuidl("generate", out, "--seed", "3", "--length", "40")
    assert again.stdout == tuidl("generate", out, "--seed", "3", "--length", "40").stdout
    found = tuidl("generate", out, "--length", "3", "--json", "--prompt", "aé")
    *tokens, last = [json.loads(line) for line in found.stdout.splitlines()]
    assert [token["event"] for token in tokens] == ["token"] * len(tokens)
    assert last["text"] == "".join(token["text"] for token in tokens)
    assert "left out: 'é'" in found.stderr
    assert tuidl("generate", out, "--temperature", "-1").returncode == 2


@pytest.mark.slow
def test_a_run_that_generates_nothing_is_refused(tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    done = tuidl("mlp_xor", "--no-ui", "--backend", "numpy", "--out", out, "--set",
                 "training.epochs=1")  # fmt: skip
    assert done.returncode == 0, done.stderr
    refused = tuidl("generate", out)
    assert refused.returncode == 2
    assert "generates nothing" in refused.stderr
    assert "'tuidl predict'" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(("predicts", "advice"), [("every", "generate RUN"), ("context", "key 2")])
def test_a_file_of_texts_is_refused_with_what_the_network_can_do(
    predicts: str, advice: str
) -> None:
    with pytest.raises(DataError, match=f"says nothing of whole texts, it .*{advice}"):
        text_rows(Path("some.txt"), layout(predicts=predicts))
