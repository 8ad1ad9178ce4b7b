"""What the tab of the task's picture is called."""

import pytest

from tuidl.preset.library import load_preset
from tuidl.tui.views.picture import name_of


@pytest.mark.parametrize(
    ("preset", "name"),
    [
        ("cnn_digits", "picture"),
        ("tiny_gpt", "text"),
        ("word_vectors", "words"),
        ("recommend", "ratings"),
        ("kmeans_points", "clusters"),
        ("rnn_sine", "picture"),
        ("segment_shapes", "picture"),
    ],
)
def test_a_tab_is_called_by_what_it_shows(preset: str, name: str) -> None:
    assert name_of(load_preset(preset)) == name
