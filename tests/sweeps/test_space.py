"""The values that a sweep tries."""

import numpy as np
import pytest

from tuidl.core.errors import PresetError
from tuidl.sweeps.searching import known_before
from tuidl.sweeps.space import Choices, Range, combinations, drawn
from tuidl.sweeps.spec import Sweep, parse

BASE = 'preset = "mlp_xor"\n'


def sweep(text: str) -> Sweep:
    return parse(BASE + text, "s.toml")


@pytest.mark.parametrize(
    ("setting", "is_whole"),
    [
        (Range(low=1e-4, high=1.0, log=True), False),
        (Range(low=-2, high=3.5), False),
        (Range(low=3, high=9), True),
        (Range(low=1, high=1000, log=True), True),
        (Range(low=2, high=11, step=3), True),
        (Range(low=0.1, high=0.95, step=0.2), False),
    ],
)
def test_drawn_numbers_fill_their_range(setting: Range, is_whole: bool) -> None:
    random = np.random.default_rng(0)
    values = np.array([setting.draw(random) for _ in range(4000)], float)
    assert setting.low <= values.min() < values.max() <= setting.high
    assert is_whole == all(isinstance(setting.draw(random), int) for _ in range(9))
    if setting.step:
        steps = (values - setting.low) / setting.step
        np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)
    middle = (
        np.sqrt(setting.low * setting.high) if setting.log else (setting.low + setting.high) / 2
    )
    if not setting.step:
        assert 0.4 < np.mean(values < middle) < 0.6, (
            "evenly, by the logarithm where it is asked for"
        )


def test_a_trial_depends_on_nothing_but_its_number() -> None:
    space = {"a": Choices(choices=(1, 2, 3)), "b": Range(low=0.0, high=1.0)}
    first = [drawn(space, 7, trial) for trial in range(5)]
    assert first == [drawn(space, 7, trial) for trial in range(5)]
    assert len({str(values) for values in first}) == 5
    only = {"a": space["a"], "b": Range(low=0.0, high=1.0, when={"a": 2})}
    for values, conditional in zip(first, (drawn(only, 7, n) for n in range(5)), strict=True):
        assert conditional == {k: v for k, v in values.items() if k == "a" or values["a"] == 2}


def test_a_grid_has_every_combination_and_honours_conditions() -> None:
    space = {
        "kind": Choices(choices=("sgd", "adam")),
        "momentum": Range(low=0.0, high=0.9, points=2, when={"kind": "sgd"}),
        "batch": Range(low=8, high=32, log=True, points=3),
    }
    found = list(combinations(space))
    assert len(found) == (2 + 1) * 3
    assert {values["batch"] for values in found} == {8, 16, 32}
    assert all(("momentum" in values) == (values["kind"] == "sgd") for values in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[search]\n"a" = {low = 3, high = 1}', "search.a: low (3) must be below high (1)"),
        ('[search]\n"a" = {low = 0, high = 1, log = true}', "search.a: log needs a low above 0"),
        ('[search]\n"a" = {lo = 0, high = 1}', "did you mean 'low'"),
        ('[search]\n"a" = []', "search.a.choices: expected"),
        ('[search]\n"a" = 3', "search.a: expected a list of values, or a table"),
        ('[search]\n"a" = {choices = [1], when = {"b" = 1}}', "no setting 'b' before this one"),
        ('objective = "test.loss"\n[search]\n"a" = [1]', "take validation"),
        ('objective = "loss"\n[search]\n"a" = [1]', "expected validation.SCORE, got 'loss'"),
        ('[set]\n"a" = 1\n[search]\n"a" = [1]', "set.a: is also under search"),
        ("search = {}", "expected at least one setting"),
        ('methd = "grid"\n[search]\n"a" = [1]', "methd: unknown key; did you mean 'method'"),
        ("[search", "no valid TOML"),
    ],
)
def test_a_sweep_file_that_is_wrong_is_said_to_be(text: str, said: str) -> None:
    with pytest.raises(PresetError) as caught:
        sweep(text)
    assert str(caught.value).startswith("s.toml: ")
    assert said in str(caught.value)


def test_a_grid_of_a_range_needs_to_know_its_points() -> None:
    text = 'method = "grid"\n[search]\n"a" = {low = 0.0, high = 1.0}'
    with pytest.raises(PresetError, match="search: a: a grid needs points = N"):
        known_before(sweep(text), "s.toml")
    many = 'method = "grid"\ntrials = 5\n[search]\n"a" = {low = 1, high = 3}\n"b" = [1, 2]'
    with pytest.raises(PresetError, match="trials: the grid has more combinations than 5"):
        known_before(sweep(many), "s.toml")
