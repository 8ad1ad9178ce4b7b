"""What a sweep file is refused for before anything is trained, in a dry run as well."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tuidl.cli.sweeping import sweep as command
from tuidl.core.errors import PresetError
from tuidl.sweeps.searching import known_before
from tuidl.sweeps.spec import parse

SEARCH = '\n[search]\n"optimizer.learning_rate" = [0.1, 0.2]\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('preset = "nope"' + SEARCH, "no preset 'nope'"),
        ('preset = "mlp_xor"' + SEARCH, "objective: validation.loss: there is no validation part"),
        (
            'preset = "overfitting"\nobjective = "validation.f1"' + SEARCH,
            "validation.f1: not among training.metrics (valid: validation.loss, ",
        ),
        (
            'preset = "overfitting"\nmethod = "tpe"\nobjective = "train.mae"' + SEARCH,
            "train.mae: not among training.metrics",
        ),
        (
            'preset = "overfitting"\n[search]\n"optimizer.learning_rate" = ["a"]\n',
            "optimizer.learning_rate: expected a number, got 'a'",
        ),
        (
            'preset = "overfitting"\nobjective = "validation.acuracy"' + SEARCH,
            "validation.acuracy: no such score; did you mean 'validation.accuracy'?",
        ),
        ('preset = "overfitting"\n[set]\n"optimizer.lr" = 1' + SEARCH, "s.toml: set: overfitting:"),
        (
            'preset = "overfitting"\npruner = {type = "halving", first = 300}' + SEARCH,
            "pruner.first: after 300 epochs no trial could end early: they have 300",
        ),
        (
            'preset = "overfitting"\n[set]\n"training.epochs" = 5\n'
            '[search]\n"layers.0.units" = {low = 1, high = 3000000000, step = 1}',
            "units: expected a whole number <= 1000000",
        ),
    ],
)
def test_a_dry_run_refuses_what_a_sweep_does(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "s.toml"
    file.write_text(text)
    result = CliRunner().invoke(command, [str(file), "--dry-run"])
    assert result.exit_code != 0
    assert problem in f"{result.exception} {result.output}"


def test_the_file_is_named_whose_preset_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    for name, said in (("nope.toml", "nope.toml: No such file"), ("cnn_digit", "did you mean")):
        file.write_text(f'preset = "{name}"' + SEARCH)
        result = CliRunner().invoke(command, [str(file), "--dry-run"])
        assert f"{file}: preset: " in str(result.exception)
        assert said in str(result.exception)


@pytest.mark.parametrize(
    "search",
    [
        '[search]\n"a.b" = [1]\n"a.c" = {low = 1, high = 2}',
        "[search]\na.b = [1]\na.c.low = 1\na.c.high = 2",
        "[search.a]\nb = [1]\nc = {low = 1, high = 2}",
        "[search]\na = {b = {choices = [1]}, c = {low = 1, high = 2}}",
    ],
)
def test_keys_may_be_in_quotes_or_not(search: str) -> None:
    sweep = parse(f'preset = "p"\n{search}\n[set]\nd.e = 3\n"d.f" = "x"\n', "s.toml")
    assert list(sweep.space) == ["a.b", "a.c"]
    assert sweep.set == {"d.e": 3, "d.f": "x"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[search]\n"a=b" = [1]', "search: 'a=b' is no key"),
        ('[search]\n" a" = [1]', "search: ' a' is no key"),
        ('[search]\n"a..b" = [1]', "search: 'a..b' is no key"),
        ('[search]\n"a.b" = [1]\na.b = [2]', "search.a.b: is there twice, in quotes and without"),
        ("[set]\nb = 1979-05-27\n[search]\na = [1]", "set.b: expected true or false or a whole"),
        ("[set]\nb = {}\n[search]\na = [1]", "set.b: expected true or false or a whole number"),
        ("[search]\na = {low = -1e308, high = 1e308}", "search.a: expected numbers from -1e+300"),
        (f"[search]\na = {{low = 1, high = {10**400}}}", "got a larger one"),
        ("[search]\na = {low = 0, high = 9, step = 10}", "step (10) leaves nothing but low"),
        ("[search]\na = {low = 0.0, high = 1.0, step = 1e-300}", "too small for the range"),
        ('seeds = 2\n[search]\n"training.seed" = [1, 2]', "seeds: training.seed is given"),
        ('objective = "vlidation.f1"\n[search]\na = [1]', "did you mean 'validation.f1'"),
        ('direction = "up"\n[search]\na = [1]', "no 'up' (valid: maximize, minimize)"),
    ],
)
def test_what_can_never_be_meant_is_told_by_its_key(text: str, said: str) -> None:
    with pytest.raises(PresetError) as caught:
        parse(f'preset = "p"\n{text}', "s.toml")
    assert str(caught.value).startswith("s.toml: ")
    assert said in str(caught.value)


def test_a_grid_is_not_written_out_to_be_refused() -> None:
    text = 'preset = "p"\nmethod = "grid"\n[search]\na = {low = 0, high = 1000000000, step = 1}'
    with pytest.raises(PresetError, match=r"search: a: step \(1\) gives more than 10,000 values"):
        known_before(parse(text, "s.toml"), "s.toml")


def test_a_dry_run_lists_trials(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text('preset = "overfitting"\ntrials = 3' + SEARCH)
    result = CliRunner().invoke(command, [str(file), "--dry-run"])
    assert (result.exit_code, len(result.output.splitlines())) == (0, 3)


@pytest.mark.parametrize(
    ("first", "when", "holds"),
    [
        ("[0.1, 0.2]", "0.2", True),
        ("[0.1, 0.2]", "[5, 0.1]", True),
        ("[0.1, 0.2]", "5", False),
        ("[0.1, 0.2]", "[]", False),
        ("{low = 1, high = 4}", "4", True),
        ("{low = 1, high = 4}", "5", False),
        ("{low = 1, high = 4}", '"a"', False),
    ],
)
def test_a_condition_that_can_never_hold_is_refused(first: str, when: str, holds: bool) -> None:
    text = f"""preset = "p"
[search]
"a.b" = {first}
"a.c" = {{low = 1, high = 2, when = {{"a.b" = {when}}}}}
"""
    if holds:
        assert "a.c" in parse(text, "s.toml").space
        return
    with pytest.raises(PresetError, match=r"a\.b is never .* under search"):
        parse(text, "s.toml")
