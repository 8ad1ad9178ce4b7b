"""Alerts of a training without a screen: the line, the exit code, the event, the command."""

import json
import os
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tuidl.cli import cli
from tuidl.protocol.events import Alert
from tuidl.runs.reading import stream_events

SICK = ("vanishing_gradients", "--no-ui", "--set", "training.epochs=1")


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    return tmp_path / "runs"


def tuidl(*arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments])


def test_an_alert_is_talk_and_the_exit_code_is_3(runs: Path) -> None:
    result = tuidl(*SICK, "--alert", "gradients")
    assert result.exit_code == 3
    assert "tuidl: alert at epoch 1, gradients: vanishing gradient" in result.stderr
    assert "alert" not in result.stdout
    (folder,) = runs.iterdir()
    (alert,) = (e for e in stream_events(folder / "events.jsonl") if isinstance(e, Alert))
    assert alert.rule == "gradients"


def test_without_a_broken_rule_it_is_0() -> None:
    assert tuidl(*SICK, "--no-keep").exit_code == 0
    assert tuidl(*SICK, "--no-keep", "--alert", "gradients.factor=1e30").exit_code == 0


def test_a_training_that_fails_is_still_1() -> None:
    rate = "optimizer.learning_rate=10"
    result = tuidl("linear_regression", "--no-ui", "--no-keep", "--alert", "all", "--set", rate)
    assert result.exit_code == 1
    assert "not_finite: the loss is" in result.stderr


def test_an_alert_is_an_event_of_json() -> None:
    result = tuidl(*SICK, "--no-keep", "--json", "--alert", "gradients")
    (alert,) = (
        event for event in map(json.loads, result.stdout.splitlines()) if event["event"] == "alert"
    )
    assert (alert["rule"], alert["epoch"], alert["step"] > 0) == ("gradients", 1, True)
    assert result.exit_code == 3


def test_a_run_that_goes_on_can_raise_what_it_did_not_before(runs: Path) -> None:
    tuidl(*SICK, "--alert", "plateau.epochs=1", "--set", "training.seed=3")
    (folder,) = runs.iterdir()
    assert tuidl("resume", str(folder), "--no-ui", "--epochs", "3").exit_code == 3


def test_the_command_is_started_with_what_happened(tmp_path: Path) -> None:
    script, said = tmp_path / "say it.py", tmp_path / "said"
    script.write_text(
        "import os, sys\n"
        "words = [os.environ[f'TUIDL_ALERT_{name}'] for name in ('RULE', 'TEXT', 'RUN')]\n"
        "open(sys.argv[1] + '.part', 'w').write('\\n'.join(words))\n"
        "os.replace(sys.argv[1] + '.part', sys.argv[1])\n"
    )
    command = f"{sys.executable} '{script}' {said}"
    assert tuidl(*SICK, "--alert", "gradients", "--alert-command", command).exit_code == 3
    while not said.exists():
        time.sleep(0.01)
    rule, text, run = said.read_text().splitlines()
    assert rule == "gradients"
    assert text.startswith("vanishing gradient: dense_1")
    assert run.startswith("vanishing_gradients-")


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    unwanted = tmp_path / "unwanted"
    command = f"{sys.executable} -c pass ; touch {unwanted}"
    assert tuidl(*SICK, "--no-keep", "--alert", "gradients", "--alert-command", command)
    assert not unwanted.exists()


def test_a_command_that_cannot_be_started_is_said() -> None:
    command = os.path.join(os.sep, "nowhere", "program")
    result = tuidl(*SICK, "--no-keep", "--alert", "gradients", "--alert-command", command)
    assert result.exit_code == 3
    assert f"tuidl: --alert-command: {command}: " in result.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--alert", "plato"), "no rule 'plato'"),
        (("--alert", "plateau.epoch=3"), "alerts.plateau.epoch"),
        (("--alert-command", ""), "expected a program"),
        (("--alert-command", "'open"), "No closing quotation"),
    ],
)
def test_what_cannot_be_watched_is_said(arguments: tuple[str, ...], problem: str) -> None:
    result = tuidl(*SICK, *arguments)
    assert result.exit_code != 0
    assert problem in result.output + str(result.exception)


def test_the_command_is_for_trainings_without_a_screen() -> None:
    result = tuidl("cnn_digits", "--alert-command", "true")
    assert result.exit_code == 2
    assert "--alert-command goes with --no-ui" in result.stderr


def test_a_command_that_is_no_words_is_refused_before_the_data_are_read(tmp_path: Path) -> None:
    """There are none."""
    result = tuidl(str(tmp_path / "none.toml"), "--no-ui", "--alert-command", "'open")
    assert "No closing quotation" in result.output + str(result.exception)
