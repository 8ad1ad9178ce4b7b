"""Inputs of a step in words: text as it is read, users and items by name, numbers not at all."""

import re

import msgspec
import pytest

from tests import helpers
from tuidl.data.text.tokenizer import UNKNOWN
from tuidl.preset.library import load_preset
from tuidl.protocol.commands import Probe
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.answer import answer
from tuidl.worker.probes.worded import in_words, input_texts, target_texts


@pytest.mark.parametrize("name", ["tiny_gpt", "word_vectors"])
def test_tokens_are_their_characters(name: str) -> None:
    state = Trainer(load_preset(name), threads=1).state
    layout, feed = state.preprocessing.text, state.train_feed
    assert layout is not None
    texts = input_texts(state, feed.x[:5])
    names = layout.tokenizer.names if name == "tiny_gpt" else in_words(layout.tokenizer.names)
    expected = [names[int(n)] for n in feed.x[2].reshape(-1)]
    assert len(texts) == 5
    assert texts[2] == ("" if max(map(len, expected)) == 1 else " ").join(expected)
    follows = target_texts(state, feed.y[:5])
    assert bool(follows) == (layout.predicts == "every")
    if follows:
        assert follows[2][:-1] == texts[2][1:], "the same text, one further"


def test_ids_are_names_and_numbers_stay_numbers() -> None:
    state = Trainer(load_preset("recommend"), threads=1).state
    texts = input_texts(state, state.train_feed.x[:3])
    assert all(re.fullmatch(r"user \d+, (action|comedy|drama) \d+", text) for text in texts)
    assert target_texts(state, state.train_feed.y[:3]) == ()
    line = Trainer(helpers.preset(helpers.LINE)).state
    assert input_texts(line, line.train_feed.x[:3]) == ()


def test_the_sign_for_what_a_vocabulary_lacks_is_called_so() -> None:
    trainer = Trainer(load_preset("word_vectors", ("training.epochs=1",)), threads=1)
    state, seen = trainer.state, []
    for probe in ("embedding_map", "predictions", "walk"):
        found = answer(state, Probe(id=1, kind=probe, options={}))
        assert found.answer is not None, found.error
        said = msgspec.json.encode(found.answer).decode()
        assert UNKNOWN not in said, probe
        seen.append("<unknown>" in said)
    assert any(seen)
