"""Networks that answer: prompts of the held-out part, answers, and how many are exact."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_cli import tuidl
from tests.judging.networks import network
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.learning import learned
from tuidl.inference.answering import Line, answer_to, held_out_lines, line_of
from tuidl.inference.generating import Generator, Sampling
from tuidl.judging.evaluating import Options, evaluated
from tuidl.judging.subject import of_part
from tuidl.judging.text import as_text
from tuidl.preset.schema import Preset

PRESET = """
name = "echo"
data = {source = "text", path = "%s", examples = "lines", answer_after = "=", validation = 0.25}
layers = [{type = "embedding", output_dim = 8}, {type = "gru", units = 16, return_sequences = true},
          {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.01}
training = {epochs = 1, batch_size = 8}
"""
COLDLY = Sampling(temperature=0)


def write_lines(path: Path) -> None:
    lines = [f"{first}{second}={first}" for first in "abcd" for second in "efgh"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def layout(window: int = 8) -> TextLayout:
    tokenizer = learned("characters", "ab=", needed=["\n"])
    return TextLayout(tokenizer, window, is_lines=True, answer_after="=")


def always(token: str, window: int = 8) -> Generator:
    known = layout(window)
    share = np.eye(len(known.tokenizer.tokens))[known.tokenizer.tokens.index(token)]
    return Generator(known, lambda x: np.broadcast_to(share, (*x.shape, len(share))))


@pytest.mark.parametrize(
    ("text", "line"),
    [("ab=a\n\n", Line("ab=", "a")), ("ab=aa", Line("ab=", "aa")), ("=b=\n", Line("=", "b="))],
)
def test_a_line_has_a_prompt_and_an_answer(text: str, line: Line) -> None:
    known = layout()
    assert line_of(known, known.tokenizer.encode(text)) == line


def test_an_answer_ends_with_its_line_its_window_or_its_length() -> None:
    assert answer_to(always("\n"), "ab=", COLDLY) == ""
    assert answer_to(always("a"), "ab=", COLDLY) == "aaaaa"
    assert answer_to(always("a"), "ab=", COLDLY, 2) == "aa"
    assert answer_to(always("a", window=2), "ab=", COLDLY) == ""


def test_held_out_lines_are_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "echo.txt"
    write_lines(file)
    preset = Preset.parse(PRESET % file, "test")
    known = network(PRESET % file).preparation.text
    assert known is not None
    lines = held_out_lines(preset, known, 100)
    assert len(lines) == 4
    assert all(line.prompt + line.answer in file.read_text().splitlines() for line in lines)


def test_answers_are_judged_whole_and_the_worst_ones_shown(tmp_path: Path) -> None:
    file = tmp_path / "echo.txt"
    write_lines(file)
    judged = network(PRESET % file)
    found = evaluated(judged, of_part(judged.preset, judged.preparation), Options(resamples=20))
    scores = {score.name: score for score in found.scores}
    assert scores["sequence_accuracy"].value == 0
    assert {worst.true for worst in found.worst} <= set("abcd")
    assert all(len(worst.values["prompt"]) == 2 for worst in found.worst)
    text = "\n".join(as_text(found))
    assert "sequence accuracy" in text
    assert f"prompt={found.worst[0].values['prompt']}" in text


@pytest.mark.slow
def test_without_a_prompt_held_out_ones_are_answered(tmp_path: Path) -> None:
    write_lines(tmp_path / "echo.txt")
    (tmp_path / "p.toml").write_text(PRESET % "echo.txt", encoding="utf-8")
    out = str(tmp_path / "run")
    done = tuidl(str(tmp_path / "p.toml"), "--no-ui", "--backend", "numpy", "--out", out,
                 "--set", "training.epochs=60")  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = tuidl("generate", out, "--temperature", "0", "--count", "3")
    assert [line[2] for line in found.stdout.splitlines()] == ["="] * 3
    assert "of 3 held-out prompts answered exactly" in found.stderr
    records = tuidl("generate", out, "--temperature", "0", "--json").stdout.splitlines()
    first = [record["prompt"] + record["answer"] for record in map(json.loads, records)]
    assert first[:3] == found.stdout.splitlines()
    assert tuidl("generate", out, "--prompt", "ae", "--count", "3").returncode == 2
    (tmp_path / "echo.txt").unlink()
    gone = tuidl("generate", out)
    assert gone.returncode == 2
    assert "give one by --prompt" in gone.stderr
    assert tuidl("generate", out, "--prompt", "ae").stdout.startswith("ae=")
