"""Presets as text: where keys stand, and changes that leave the rest as it was written."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuidl.core.errors import PresetError
from tuidl.preset.rates import with_rate
from tuidl.preset.schema import Preset
from tuidl.preset.toml_edit import dumps, with_layers, with_value
from tuidl.preset.toml_lines import error_line, line_of, path_of, statements

TEXT = """\
name = "x"  # a remark
about = \"\"\"
two [lines]
of = text\"\"\"

[data]
source = "xor" # "#"

[[layers]]
type = "dense"
units = 8

[[layers]]
type = "bidirectional"
[layers.layer]
type = "gru"
units = 4

[training]
metrics = [
  "accuracy",
]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("about",), 1),
        (("data", "source"), 6),
        (("data", "points"), 5),
        (("layers", 0, "units"), 10),
        (("layers", 1), 12),
        (("layers", 1, "layer", "units"), 16),
        (("training", "metrics", 0), 19),
        (("loss",), None),
    ],
)
def test_lines_of_keys(path: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TEXT, path) == line


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = = 2\n", 1), ("[data\n", 0), ('a = 1\nb = "x', 1)]
)
def test_lines_of_what_is_no_toml(text: str, line: int) -> None:
    with pytest.raises(PresetError) as caught:
        Preset.parse(text)
    assert error_line(text, caught.value) == line


def test_keys_of_errors_are_paths() -> None:
    assert path_of("layers[2].inputs[0]") == ("layers", 2, "inputs", 0)
    assert path_of("layers[4] (conv2d)") == ("layers", 4)


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("data", "source"), "moons", 'source = "xor" # "#"', 'source = "moons" # "#"'),
        (("name",), "y", 'name = "x"  # a', 'name = "y"  # a'),
        (("layers", 0, "units"), None, "units = 8\n", ""),
        (("layers", 1, "layer", "units"), 5, "units = 4", "units = 5"),
        (("data", "points"), 9, '"#"\n', '"#"\npoints = 9\n'),
        (("training", "early_stopping"), {}, "]\n", "]\n\n[training.early_stopping]\n"),
    ],
)
def test_a_change_leaves_the_rest(
    path: tuple[str | int, ...], value: object, old: str, new: str
) -> None:
    head, found, tail = TEXT.rpartition(old) if path[0] == "training" else TEXT.partition(old)
    assert found
    assert with_value(TEXT, path, value) == head + new + tail


def test_a_value_in_a_table_on_one_line_changes_that_line_alone() -> None:
    line = 'optimizer = { type = "adam", learning_rate = 0.001 }  # a remark\n'
    text = f'name = "x"\n{line}\n[[objectives]]\nname = "a"\n{line}'
    path = ("objectives", 0, "optimizer", "learning_rate")
    head, tail = text[: -len(line)], line
    assert with_value(text, path, 0.0054) == head + tail.replace("0.001", "0.0054")
    assert with_value(text, path, None) == head + tail.replace(", learning_rate = 0.001", "")
    assert with_value(text, path[2:], 0.5) == text.replace("0.001", "0.5", 1)
    more = with_value(text, (*path[:-1], "schedule", "type"), "cosine")
    assert more == head + tail.replace(" }", ', schedule = { type = "cosine" } }')
    assert with_rate(text, "objectives.a.optimizer.learning_rate", 3.0) == with_value(
        text, path, 3.0
    )


def test_an_unusual_text_is_written_anew() -> None:
    text = 'name = "x"\nlayers = [{type = "dense"}, {type = "relu"}]\ndata.source = "xor"\n'
    for made in (
        with_value(text, ("layers", 0, "units"), 3),
        with_layers(text, [1, 0, {"type": "gelu"}]),
        with_value(text, ("data", "points"), 3),
    ):
        assert tomllib.loads(made)["data"]["source"] == "xor"
    assert tomllib.loads(with_layers(text, [1, 0]))["layers"][0] == {"type": "relu"}


@given(st.text(max_size=400))
def test_any_text_about_a_preset_survives(about: str) -> None:
    try:
        table = {"name": "x", "about": about, "data": {"source": "xor"}}
        about.encode()
    except UnicodeEncodeError:
        return
    assert tomllib.loads(dumps(table)) == table
    assert tomllib.loads(with_value(TEXT, ("about",), about))["about"] == about


@given(st.text(alphabet='[]="a.#\n\\ {},1', max_size=80))
def test_statements_of_any_text_are_found_without_an_error(text: str) -> None:
    for statement in statements(text):
        assert 0 <= statement.first <= statement.last < len(text.split("\n"))
