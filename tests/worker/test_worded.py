"""Inputs of a step in words: text as it is read, users and items by name, numbers not at all."""

import re

import pytest

from tests import helpers
from tuidl.preset.library import load_preset
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.worded import input_texts, target_texts


@pytest.mark.parametrize("name", ["tiny_gpt", "word_vectors"])
def test_tokens_are_their_characters(name: str) -> None:
    state = Trainer(load_preset(name), threads=1).state
    layout, feed = state.preprocessing.text, state.train_feed
    assert layout is not None
    texts = input_texts(state, feed.x[:5])
    expected = [layout.tokenizer.names[int(n)] for n in feed.x[2].reshape(-1)]
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
