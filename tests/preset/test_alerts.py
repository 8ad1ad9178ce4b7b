"""The table ``[alerts]`` and the option ``--alert``."""

import pytest

from tests.helpers import preset
from tuidl.cli.common import ALERTS
from tuidl.core.errors import PresetError
from tuidl.preset.alerts import RULES, Alerts, Plateau, overrides_of
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset

TEXT = """
name = "line"
data = {source = "digits"}
layers = [{type = "flatten"}, {type = "dense", activation = "softmax"}]
loss = {type = "cross_entropy"}
optimizer = {type = "sgd"}
"""


def test_true_and_an_empty_table_are_a_rule_with_its_usual_limits() -> None:
    read = preset(TEXT + "[alerts]\nplateau = true\ngradients = {}\ndisk = false\n").alerts
    assert read == preset(TEXT + "[alerts.plateau]\n[alerts.gradients]\n").alerts
    assert read is not None
    assert (read.plateau, read.disk) == (Plateau(), None)


@pytest.mark.parametrize("table", ["", "[alerts]\n", "[alerts]\nplateau = false\n"])
def test_no_rule_is_no_table(table: str) -> None:
    read = preset(TEXT + table)
    assert read.alerts is None
    assert "alerts" not in read.table()


def test_what_is_written_is_read_again() -> None:
    before = preset(TEXT, *overrides_of(("all", "plateau.epochs=20")))
    assert before.alerts is not None
    assert before.alerts.plateau == Plateau(epochs=20)
    assert all(getattr(before.alerts, rule) is not None for rule in RULES)
    assert Preset.parse(before.to_toml()).alerts == before.alerts


@pytest.mark.parametrize(
    ("table", "key", "words"),
    [
        ("plateu = true", "alerts.plateu", "plateau"),
        ("plateau = 3", "alerts.plateau", "a table"),
        ("plateau.epochs = 0", "alerts.plateau.epochs", ">= 1"),
        ("plateau.epoch = 3", "alerts.plateau.epoch", "epochs"),
        ("overfitting.rise = 0.5", "alerts.overfitting.rise", "> 1"),
        ("dead_units.share = 1.5", "alerts.dead_units.share", "<= 1"),
        ("updates = {low = 2.0, high = 1.0}", "alerts.updates.low", "less than high, 1"),
        ('plateau.command = "rm -rf /"', "alerts.plateau.command", "unknown key"),
        ('command = "rm -rf /"', "alerts.command", "unknown key"),
    ],
)
def test_what_is_wrong_is_named(table: str, key: str, words: str) -> None:
    """A command that is to be run is no key: a received preset runs nothing."""
    with pytest.raises(PresetError) as caught:
        preset(f"{TEXT}[alerts]\n{table}\n")
    assert caught.value.key == key
    assert words in str(caught.value)


def test_alerts_is_a_table() -> None:
    with pytest.raises(PresetError, match="expected a table"):
        preset('alerts = "all"\n' + TEXT)


def test_an_unknown_rule_of_the_option() -> None:
    with pytest.raises(PresetError, match=r"no rule 'plato'.*plateau"):
        overrides_of(("plato",))


def test_the_option_lists_every_rule() -> None:
    assert ALERTS.split(", ") == list(RULES)


def test_shipped_presets_watch_nothing_by_themselves() -> None:
    assert load_preset("cnn_digits").alerts is None
    assert Alerts() == Alerts(plateau=None)
