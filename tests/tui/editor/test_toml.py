"""The form of a preset: what its text becomes, and what its fields say and take."""

import tomllib
from pathlib import Path

import pytest

from tuidl.data.catalog import SOURCES
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.preset.library import load_preset, shipped
from tuidl.preset.schema import Preset
from tuidl.preset.toml_edit import dumps, with_layers, with_value
from tuidl.preset.toml_lines import statements
from tuidl.preset.training import Training
from tuidl.tui.editor.fields import fields_of, help_on, with_starters
from tuidl.tui.editor.rows import Row, parsed, rows_of, stepped, value_shown
from tuidl.tui.editor.saving import saved_text


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
