"""What a sweep file is refused for before anything is trained, in a dry run as well."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tuidl.cli.sweeping import sweep as command
from tuidl.core.errors import PresetError
from tuidl.sweeps.spec import parse

SEARCH = '\n[search]\n"optimizer.learning_rate" = [0.1, 0.2]\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('preset = "nope"' + SEARCH, "no preset 'nope'"),
        ('preset = "mlp_xor"' + SEARCH, "objective: validation.loss: there is no validation part"),
        (
            'preset = "overfitting"\nobjective = "validation.f1"' + SEARCH,
            "'f1' is not among training.metrics (validation.loss, validation.accuracy)",
        ),
        (
            'preset = "overfitting"\nmethod = "tpe"\nobjective = "train.mae"' + SEARCH,
            "'mae' is not among training.metrics",
        ),
        (
            'preset = "overfitting"\n[search]\n"optimizer.learning_rate" = ["a"]\n',
            "optimizer.learning_rate: expected a number, got 'a'",
        ),
    ],
)
def test_a_dry_run_refuses_what_a_sweep_does(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "s.toml"
    file.write_text(text)
    result = CliRunner().invoke(command, [str(file), "--dry-run"])
    assert result.exit_code != 0
    assert problem in f"{result.exception} {result.output}"


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
