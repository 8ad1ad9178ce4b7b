"""Exported programs of networks of characters write the text that ``tuidl generate`` does."""

import subprocess
import sys
from pathlib import Path

import pytest

from tuidl.compiler.graph import Graph
from tuidl.export.formats import FORMATS
from tuidl.inference.generating import Sampling, generator_of
from tuidl.inference.preprocessing import Preparation
from tuidl.preset.schema import Preset
from tuidl.training.trainer import Trainer

PRESET = """
name = "abc"
data = {source = "text", path = "abc.txt", window = 5, %s}
layers = [{type = "embedding", output_dim = 6}, %s{type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.05}
training = {epochs = 3, batch_size = 16}
"""
KINDS = {
    "every": ("lowercase = true", ""),
    "last": ('predict = "last"', '{type = "flatten"}, '),
    "lines": ('examples = "lines"', ""),
    "answers": ('examples = "lines", answer_after = "="', ""),
    "words": ('tokens = "words"', ""),
    "pairs": ('tokens = "bpe", vocabulary = 30', ""),
    "unknown": ('vocabulary = 9, predict = "every"', ""),
    "transformer": (
        "lowercase = true",
        '{type = "position_embedding"}, '
        '{type = "transformer_block", num_heads = 2, causal = true}, ',
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_program_writes_the_same_text(tmp_path: Path, kind: str) -> None:
    writes_the_same(tmp_path, kind, "numpy")


def writes_the_same(tmp_path: Path, kind: str, language: str) -> None:
    lines = "The cat=sat\na mat=rat\n" if kind == "answers" else "the cat sat on a mat\nrat\n"
    (tmp_path / "abc.txt").write_text(lines * 20, encoding="utf-8")
    trainer = Trainer(Preset.parse(PRESET % KINDS[kind], folder=tmp_path), backend="numpy")
    list(trainer.run())
    preset, known = trainer.state.preset, {n: v.copy() for n, v in trainer.model.parameters.items()}
    prepared = Preparation.of(preset)
    for end, data in FORMATS[language].write(Graph.build(preset), prepared, known, "model").items():
        (tmp_path / f"model{end}").write_bytes(data)
    code = 'import model; print(repr(model.write("tHe c", 40, seed=3)), end="")'
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    generator = generator_of(prepared, trainer.model)
    tokens = list(generator.prompt("tHe c").tokens)
    for token in generator.go_on(tokens.copy(), Sampling(seed=3), 40):
        tokens.append(token.number)
        if generator.ends_line(token.number):
            break
    assert done.stdout == repr(generator.tokenizer.decode(tokens))
