"""Networks that answer: prompts of the held-out part, answers, and how many are exact."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_cli import tuidl
from tests.judging.networks import network
from tuidl.core.errors import DataError
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.learning import learned
from tuidl.inference.answering import Line, answer_to, held_out_lines, line_of
from tuidl.inference.generating import Generator, Sampling
from tuidl.inference.prompts import Prompts, answers_to, prompts_in
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


PROMPTS = "ab\nb\n\nab=b\nab =\nabzb\nababababa\n"


def prompts(folder: Path, text: str = PROMPTS, name: str = "p.txt") -> Prompts:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return prompts_in(path, layout())


def test_prompts_of_a_file_end_before_the_sign(tmp_path: Path) -> None:
    found = prompts(tmp_path)
    assert found.texts == ("ab", "b", "ab", "ab", "abzb", "ababababa")
    assert found.table.lines.tolist() == [1, 2, 4, 5, 6, 7]
    assert found.marks[2] == "left out: 'b'"
    assert found.marks[4] == "not in the vocabulary, left out: 'z'"
    assert {row: why.partition(": line ")[2] for row, why in found.problems.items()} == {
        5: "7: a prompt of 11 tokens leaves no room for an answer, as the network sees 8"
    }


def test_prompts_of_a_table_are_those_of_a_column(tmp_path: Path) -> None:
    found = prompts(tmp_path, "id,prompt\n1,ab\n2,\n3,1.50\n", "p.csv")
    assert found.texts == ("ab", "", "1.50")
    assert found.problems[1].endswith("p.csv: line 3: no prompt")
    assert prompts(tmp_path, "question\nab\n", "q.csv").texts == ("ab",)
    with pytest.raises(
        DataError, match=r"no column 'prompt'; did you mean 'promt'. .*\(columns here: id, promt\)"
    ):
        prompts(tmp_path, "id,promt\n1,ab\n", "r.csv")
    with pytest.raises(DataError, match="line 2: no prompt"):
        prompts(tmp_path, "id,prompt\n1,=\n", "s.csv")


def test_answers_to_many_are_those_to_each(tmp_path: Path) -> None:
    known, random = layout(window=6), np.random.default_rng(0)
    weights = random.normal(size=(6, len(known.tokenizer.tokens)))

    def answers(x: np.ndarray) -> np.ndarray:
        """By what stands before each place."""
        size = np.exp(np.cumsum(np.sin(x)[..., None] * weights, axis=1))
        return size / size.sum(axis=2, keepdims=True)

    generator = Generator(known, answers)
    (tmp_path / "p.txt").write_text("a\nb\nab\nba\nabb\naa\nbb\n" * 20, encoding="utf-8")
    found = answers_to(generator, prompts_in(tmp_path / "p.txt", known))
    assert [row[1] for row in found] == [answer_to(generator, row[0], COLDLY) for row in found]
    assert len({row[1] for row in found}) > 2
    assert [row[2] for row in found] == [
        len(row[0]) + len("=") + len(row[1]) > known.window - 1 for row in found
    ]


@pytest.mark.slow
def test_a_file_of_prompts_is_answered(tmp_path: Path) -> None:
    write_lines(tmp_path / "echo.txt")
    (tmp_path / "p.toml").write_text(PRESET % "echo.txt", encoding="utf-8")
    out = str(tmp_path / "run")
    done = tuidl(str(tmp_path / "p.toml"), "--no-ui", "--backend", "numpy", "--out", out)
    assert done.returncode == 0, done.stderr
    file = tmp_path / "new.csv"
    file.write_text("id,prompt\n1,ae\n2,bf\n3,\n", encoding="utf-8")
    found = tuidl("predict", out, str(file), "--csv").stdout.splitlines()
    assert found[0] == "id,prompt,answer,cut,problem"
    assert found[3].endswith("line 4: no prompt")
    for line, prompt in zip(found[1:3], ("ae", "bf"), strict=True):
        alone = tuidl("generate", out, "--prompt", prompt, "--temperature", "0").stdout
        assert next(csv.reader([line]))[1:3] == alone.strip().split("=")
    records = tuidl("predict", out, str(file), "--json-lines").stdout.splitlines()
    assert json.loads(records[0])["inputs"] == {"id": 1, "prompt": "ae"}
    assert json.loads(records[0])["cut"] in (True, False)
    refused = tuidl("evaluate", out, str(file))
    assert refused.returncode == 2
    assert "tuidl predict RUN FILE" in refused.stderr


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
