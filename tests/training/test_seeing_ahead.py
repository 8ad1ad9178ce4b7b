"""A network that sees the token that it is to predict is told so."""

from pathlib import Path

import pytest

from tuidl.preset.schema import Preset
from tuidl.training.trainer import Trainer

PRESET = """
name = "text"
data = {source = "text", path = "%s", %s}
layers = [{type = "embedding", output_dim = 6}, %s, {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam"}
training = {epochs = 1, batch_size = 8}
"""
BLOCK = '{type = "transformer_block", num_heads = 2, causal = %s}'
CONV = '{type = "conv1d", filters = 4, kernel_size = 3, padding = "%s"}'
GRU = '{type = "gru", units = 5, return_sequences = true}'
WINDOWS, LINES = "window = 8", 'examples = "lines"'


@pytest.mark.parametrize(
    ("layer", "data", "is_told"),
    [
        (BLOCK % "false", WINDOWS, True),
        (BLOCK % "true", WINDOWS, False),
        (BLOCK % "false", LINES, True),
        (BLOCK % "true", LINES, False),
        (CONV % "same", WINDOWS, True),
        (CONV % "causal", WINDOWS, False),
        (GRU, WINDOWS, False),
        ('{type = "flatten"}', 'window = 8, predict = "last"', False),
    ],
)
def test_only_networks_that_see_ahead_are_told(
    tmp_path: Path, layer: str, data: str, is_told: bool
) -> None:
    file = tmp_path / "abc.txt"
    file.write_text("abcde fghij\nhow do you do\n" * 30)
    notices = Trainer(Preset.parse(PRESET % (file, data, layer)), threads=1).notices()
    assert any("sees the tokens" in note for note in notices) == is_told
