"""Presets as text: where keys stand, and changes that leave the rest as it was written."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuidl.core.errors import PresetError
from tuidl.data.catalog import SOURCES
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.preset.library import load_preset, shipped
from tuidl.preset.schema import Preset
from tuidl.preset.training import Training
from tuidl.tui.editor.fields import fields_of, help_on, with_starters
from tuidl.tui.editor.rows import Row, parsed, rows_of, stepped, value_shown
from tuidl.tui.editor.saving import saved_text
from tuidl.tui.editor.toml_edit import dumps, with_layers, with_value
from tuidl.tui.editor.toml_lines import error_line, line_of, path_of, statements

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


def test_an_unusual_text_is_written_anew() -> None:
    text = 'name = "x"\nlayers = [{type = "dense"}, {type = "relu"}]\ndata.source = "xor"\n'
    for made in (
        with_value(text, ("layers", 0, "units"), 3),
        with_layers(text, [1, 0, {"type": "gelu"}]),
        with_value(text, ("data", "points"), 3),
    ):
        assert tomllib.loads(made)["data"]["source"] == "xor"
    assert tomllib.loads(with_layers(text, [1, 0]))["layers"][0] == {"type": "relu"}


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_presets_survive(name: str, tmp_path: Path) -> None:
    text = shipped()[name].read_text()
    table, preset = tomllib.loads(text), Preset.parse(text, folder=shipped()[name].parent)
    assert tomllib.loads(dumps(table)) == table
    saved = saved_text(text, preset, tmp_path)
    if "path" in table["data"]:  # of a file beside the preset: its whole path
        assert Preset.parse(saved, folder=tmp_path) == preset
    else:
        assert saved == text
    places = {statement.path for statement in statements(text)}
    assert {row.path for row in rows_of(table, 0) if row.is_set and row.kind == "field"} <= places
    epochs = table["training"]["epochs"]
    changed = with_value(text, ("training", "epochs"), epochs + 1)
    wanted = {**table, "training": {**table["training"], "epochs": epochs + 1}}
    assert tomllib.loads(changed) == wanted
    assert with_value(changed, ("training", "epochs"), epochs) == text


@pytest.mark.parametrize("name", sorted(shipped()))
def test_layers_of_shipped_presets_can_be_turned(name: str) -> None:
    text = shipped()[name].read_text()
    table = tomllib.loads(text)
    if "networks" in table:  # their layers are changed in the text alone
        assert not [row for row in rows_of(table, 0) if row.kind in ("layer", "add")]
        return
    order = list(range(len(table["layers"])))[::-1]
    turned = tomllib.loads(with_layers(text, order))
    assert turned == {**table, "layers": table["layers"][::-1]}
    assert with_layers(with_layers(text, order), order) == text


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


@pytest.mark.parametrize(
    "record",
    [*LAYERS.values(), *SOURCES.values(), *LOSSES.values(), *OPTIMIZERS.values()],
    ids=lambda record: record.__name__,
)
def test_every_record_has_a_form(record: type) -> None:
    for field in fields_of(record):
        assert field.kinds or field.variants, field
        known = field.is_choice or field.is_record or field.expectation
        assert known, field
    made = with_starters(record, {"nonsense": 1})
    assert "nonsense" not in made
    assert {f.key for f in fields_of(record) if f.required} <= set(made)


def test_help_is_what_the_record_says() -> None:
    assert help_on(LAYERS["dense"], "inputs").startswith("names of earlier layers")
    assert "fold" in help_on(type(Preset.load(shipped()["mlp_xor"]).training), "folds")


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_preset_that_is_trained_can_be_modified_as_it_is(name: str) -> None:
    """Its layers are a tuple then, not a list as in a file."""
    preset = load_preset(name)
    assert Preset.parse(dumps(preset.table()), "", folder=Path()) == preset


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("kernel_size", "9", 9),
        ("kernel_size", "3, 5", [3, 5]),
        ("kernel_size", "[3, 5]", [3, 5]),
        ("padding", "same", "same"),
        ("padding", "2", 2),
        ("padding", "[1, 2], [0, 1]", [[1, 2], [0, 1]]),
    ],
)
def test_one_number_or_a_list_is_read_as_it_is_shown(key: str, text: str, value: object) -> None:
    field = next(field for field in fields_of(LAYERS["conv2d"]) if field.key == key)
    assert parsed(text, field) == value
    assert parsed(value_shown(value), field) == value
    assert "or a list, with commas between" in field.expectation


def test_the_words_of_a_list_follow_it() -> None:
    field = next(field for field in fields_of(Training) if field.key == "metrics")
    assert field.expectation.startswith("a list, with commas between: ")
    assert parsed("accuracy", field) == ["accuracy"]


@pytest.mark.parametrize(("value", "after"), [("valid", "same"), ("same", "valid"), (2, 4)])
def test_a_word_among_numbers_is_followed_by_the_next_word(value: object, after: object) -> None:
    field = next(field for field in fields_of(LAYERS["conv2d"]) if field.key == "padding")
    assert stepped(Row("field", ("padding",), "padding", value=value, field=field), 1) == after


def test_tables_with_names_of_their_own_are_edited_as_toml() -> None:
    field = next(field for field in fields_of(SOURCES["csv"]) if field.key == "columns")
    assert "as in TOML" in field.expectation
    columns = {"a b": {"kind": "number", "gaps": ["x"], "missing": 1.5, "indicator": True}}
    assert parsed(value_shown(columns), field) == columns
    assert parsed("{b = {kind", field) == "{b = {kind"
