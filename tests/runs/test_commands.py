"""resume, runs, compare, verify and replay, as a user calls them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.cli import here
from tests.cli.test_cli import SECONDS, lines_of, tuidl
from tuidl.cli import cli

SHORT = ("--set", "training.epochs=3")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    return tmp_path / "runs"


def train(*arguments: str, preset: str = "linear_regression") -> str:
    """The name of a run that was trained to its end."""
    before = set(os.listdir(os.environ["TUIDL_RUNS_DIR"])) if _there() else set()
    result = here.tuidl(preset, "--no-ui", *SHORT, *arguments)
    assert result.returncode == 0, result.stderr
    (name,) = set(os.listdir(os.environ["TUIDL_RUNS_DIR"])) - before
    assert f"kept as {name}" in result.stderr
    return name


def look(*arguments: str) -> Result:
    """What a command says that only reads, in this process."""
    return CliRunner().invoke(cli, arguments)


def _there() -> bool:
    return Path(os.environ["TUIDL_RUNS_DIR"]).exists()


def interrupted(out: Path, number: signal.Signals = signal.SIGINT) -> int:
    """A long run, stopped by a signal once an epoch has ended."""
    command = [sys.executable, "-m", "tuidl", "cnn_digits", "--no-ui", "--json"]
    command += ["--set", "training.epochs=100000", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if '"epoch_ended"' in line:
                break
        process.send_signal(number)
        process.stdout.read()
        return process.wait(SECONDS)


def test_runs_are_listed_the_newest_first_and_can_be_chosen(place: Path) -> None:
    first = train()
    time.sleep(1.1)
    second = train(preset="cnn_digits")
    listed = look("runs")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["run", second, first]
    assert "done" in listed.stdout
    assert "accuracy" in listed.stdout
    assert json.loads(look("runs", "--json").stdout)[1]["run"] == first
    chosen = json.loads(look("runs", "LINEAR", "regr", "--json").stdout)
    assert [run["run"] for run in chosen] == [first]
    assert json.loads(look("runs", "--state", "failed", "--json").stdout) == []
    nothing = look("runs", "gru")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "no runs like that" in nothing.stderr
    where = look("runs", "--where", 'data.source == "digits" and accuracy > 0', "--json")
    assert [run["run"] for run in json.loads(where.stdout)] == [second]
    assert "no condition" in here.tuidl("runs", "--where", "accuracy >").stderr
    (line,) = look("runs", "digits", "--group-by", "data.source").stdout.splitlines()[1:]
    assert line.split()[:2] == ["digits", "1"]
    (group,) = json.loads(look("runs", "LINEAR", "--group-by", "preset", "--json").stdout)
    assert group["runs"] == [first]


def test_a_name_that_is_near_is_offered(place: Path) -> None:
    name = train()
    result = here.tuidl("resume", name.replace("linear", "liner"), "--no-ui")
    assert result.returncode == 2
    assert f"did you mean '{name}'?" in result.stderr


@pytest.mark.slow
@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_a_signal_saves_and_the_run_goes_on(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    assert interrupted(tmp_path / "run", number) == code
    state = "interrupted" if number == signal.SIGINT else "terminated"
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["ended"]["reason"] == state
    ended = (tmp_path / "run" / "events.jsonl").read_text().splitlines()[-1]
    done = json.loads(ended)["epochs"]
    again = interrupted_again(tmp_path / "run")
    assert again["resumed"]["epoch"] >= done
    verdict = tuidl("verify", str(tmp_path / "run"))
    assert verdict.returncode == 0, verdict.stdout
    assert "verified: the same bits" in verdict.stdout


def interrupted_again(out: Path) -> dict[str, object]:
    """The first event of the run when it goes on."""
    command = [sys.executable, "-m", "tuidl", "resume", str(out), "--no-ui", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first: dict[str, object] = json.loads(process.stdout.readline())
        for line in process.stdout:
            if '"epoch_ended"' in line:
                break
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(SECONDS) == 130
    return first


@pytest.mark.slow
def test_two_interrupts_end_it_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tuidl", "cnn_digits", "--no-ui", "--json"]
    command += ["--set", "training.epochs=100000", "--out", str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if '"epoch_ended"' in line:
                break
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(SECONDS) == 130
    assert tuidl("verify", str(tmp_path / "run")).returncode in (0, 2)


@pytest.mark.slow
def test_a_run_that_is_done_stays_as_it_is(tmp_path: Path) -> None:
    first = tuidl("linear_regression", "--no-ui", "--json", *SHORT, "--out", str(tmp_path / "run"))
    again = tuidl("resume", str(tmp_path / "run"), "--no-ui", "--json")
    assert again.returncode == 0
    assert lines_of(again)[-1] == lines_of(first)[-1]


@pytest.mark.slow
def test_a_run_that_diverged_goes_on_at_a_lower_rate(tmp_path: Path) -> None:
    out = tmp_path / "run"
    settings = ["--set", "optimizer.learning_rate=3", "--save-every", "1", "--out", str(out)]
    result = tuidl("linear_regression", "--no-ui", *settings)
    assert result.returncode == 1
    assert "epoch" in result.stderr
    assert "training examples" in result.stderr
    assert "gradient of each layer in that step" in result.stderr
    assert f"tuidl resume {out} --no-ui --set optimizer.learning_rate=" in result.stderr
    again = tuidl("resume", str(out), "--no-ui", "--json", "--set", "optimizer.learning_rate=0.01")
    assert again.returncode == 0, again.stderr
    edited = [event for event in lines_of(again) if event["event"] == "edited"]
    assert [event["value"] for event in edited] == [0.01]
    replayed = tuidl("replay", str(out), "--json", "--out", str(tmp_path / "again"))
    assert replayed.returncode == 0, replayed.stderr
    assert "the same weights" in replayed.stderr
    assert lines_of(replayed)[-1]["weights_sha256"] == lines_of(again)[-1]["weights_sha256"]
    assert tuidl("verify", str(out)).returncode == 0


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("training.epochs=9", "cannot change during a run"),
        ("optimizer.learning_rate=-1", "optimizer.learning_rate"),
        ("optimizer.learning_rate=fast", "expected a number"),
    ],
)
def test_what_cannot_change_amid_a_run(override: str, words: str, tmp_path: Path) -> None:
    here.tuidl("linear_regression", "--no-ui", *SHORT, "--out", str(tmp_path / "run"))
    result = here.tuidl("resume", str(tmp_path / "run"), "--no-ui", "--set", override)
    assert result.returncode == 2
    assert words in result.stderr


@pytest.mark.slow
def test_compare_shows_results_and_only_what_differs(tmp_path: Path) -> None:
    rates = (0.01, 0.02)
    for rate in rates:
        settings = ["--set", f"optimizer.learning_rate={rate}", "--out", str(tmp_path / f"{rate}")]
        assert tuidl("cnn_digits", "--no-ui", *SHORT, *settings).returncode == 0
    places = [str(tmp_path / f"{rate}") for rate in rates]
    text = tuidl("compare", *places).stdout
    assert "validation loss" in text
    assert text.count("*") >= 3
    assert "optimizer.learning_rate  0.01  0.02" in text
    assert "training.epochs" not in text
    assert "\x1b" not in text
    told = json.loads(tuidl("compare", *places, "--json").stdout)
    assert told["differences"] == {"optimizer.learning_rate": {"0.01": "0.01", "0.02": "0.02"}}
    same = tuidl("compare", places[0], places[0]).stdout
    assert "the presets are the same" in same
    assert tuidl("compare", places[0]).returncode == 2


@pytest.mark.slow
def test_verify_notices_other_weights(tmp_path: Path) -> None:
    out = tmp_path / "run"
    tuidl("linear_regression", "--no-ui", *SHORT, "--out", str(out))
    path = out / "summary.json"
    digest = json.loads(path.read_text())["ended"]["weights_sha256"]
    path.write_text(path.read_text().replace(digest, "0" * 64))
    result = tuidl("verify", str(out), "--json")
    assert result.returncode == 1
    told = json.loads(result.stdout)
    assert told["holds"] is False
    assert told["repeated"] == told["resumed"] == digest
    assert "NOT verified" in tuidl("verify", str(out)).stdout


@pytest.mark.slow
def test_a_thousand_runs_are_listed(place: Path) -> None:
    name = train()
    for number in range(1000):
        shutil.copytree(place / name, place / f"copy-{number}")
    (place / "copy-7" / "run.json").write_text("{")
    listed = json.loads(tuidl("runs", "--json").stdout)
    assert len(listed) == 1001
    assert [run["run"] for run in listed if run["state"] == "damaged"] == ["copy-7"]
