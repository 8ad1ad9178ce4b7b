"""The command line, as users and scripts call it: in a process of its own where that matters."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from safetensors.numpy import load_file

from tests import helpers
from tests.cli import here
from tuidl.cli import cli
from tuidl.glossary import concept, concepts
from tuidl.preset.library import shipped

SHORT = ["--set", "training.epochs=2"]
ENDLESS = ["--set", "training.epochs=1000000"]


SECONDS = 300
"""For what takes one or two, so that a busy machine is no failure."""


def tuidl(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tuidl", *arguments],
        capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL,
        env={**os.environ, **environment}, check=False,
    )  # fmt: skip


def asked(*arguments: str) -> Result:
    """By a command that does not train, in this process: one of its own takes a second to begin."""
    result = CliRunner().invoke(cli, [*arguments])
    assert result.exit_code == 0, result.output
    return result


def lines_of(result: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_help_names_commands_and_exit_codes() -> None:
    result = asked("--help")
    for word in ("presets", "show", "gradcheck", "explain", "Exit codes", "130", "143", "--no-ui"):
        assert word in result.stdout
    for option in ("--set", "--seed", "--threads", "--backend", "--out", "--json"):
        assert option in asked("train", "--help").stdout


def test_presets_lists_every_shipped_preset() -> None:
    result = asked("presets")
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(shipped())


def test_plain_lines_where_no_terminal_is() -> None:
    result = tuidl("linear_regression", "--no-ui", *SHORT)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Linear regression: 2 parameters, examples: 100 train; seed 7")
    assert [line.split()[1] for line in lines if line.startswith("epoch")] == ["1/2", "2/2"]
    assert "\x1b" not in result.stdout + result.stderr
    assert "\r" not in result.stdout + result.stderr


def test_json_lines_are_the_contract_and_nothing_else() -> None:
    result = tuidl("cnn_digits", "--no-ui", "--json", *SHORT)
    assert result.returncode == 0, result.stderr
    told = lines_of(result)
    kinds = [line["event"] for line in told]
    assert kinds[0] == "run_started"
    assert kinds[-1] == "run_ended"
    assert kinds.count("epoch_ended") == 2
    assert kinds.count("compiled") == 1
    started, ended = told[0], told[-1]
    keys = {"run", "preset", "seed", "backend", "threads", "shards", "parameters"}
    assert keys <= started.keys()
    assert started["parameters"] == 13706
    epoch = next(line for line in told if line["event"] == "epoch_ended")
    assert {"epoch", "seconds", "train", "validation"} <= epoch.keys()
    assert {"loss", "accuracy"} == epoch["validation"].keys()
    keys = {"reason", "epochs", "seconds", "train", "validation", "test", "weights_sha256"}
    assert keys <= ended.keys()
    for line in told:
        if line["event"] == "progress":
            assert {"epoch", "step", "steps", "loss", "examples_per_second"} <= line.keys()


def test_options_reach_the_run() -> None:
    arguments = ("--seed", "3", "--threads", "1", "--backend", "numpy", "--json")
    started = lines_of(here.tuidl("linear_regression", "--no-ui", *SHORT, *arguments))[0]
    assert (started["seed"], started["threads"], started["backend"]) == (3, 1, "numpy")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cnn_digitz", "--no-ui"], "did you mean 'cnn_digits'"),
        (["missing.toml", "--no-ui"], "No such file"),
        (["cnn_digits", "--no-ui", "--set", "training.epoch=1"], "did you mean 'epochs'"),
        (
            [
                "cnn_digits",
                "--no-ui",
                "--set",
                "layers.5.units=1000000",
                "--set",
                "layers.0.filters=1000000",
            ],
            "GiB",
        ),
        (["cnn_digits", "--no-ui", "--backend", "tpu"], "no backend 'tpu'"),
        (["cnn_digits", "--no-ui", "--threads", "0"], "threads"),
        (["cnn_digits", "--no-ui", "--seed", "-1"], "seed"),
        (["cnn_digits", "--no-u"], "--no-ui"),
        (["--no-ui"], "which preset"),
        (["cnn_digits", "--no-ui", "--start"], "--start is for the screen"),
        (["cnn_digits", "--start"], "the playground needs a terminal"),
        (["cnn_digits"], "--no-ui"),
        ([], "--no-ui"),
        (["show", "nothing"], "no preset 'nothing'"),
        (["gradcheck", "nothing"], "no preset 'nothing'"),
        (["explain", "lerning", "rate"], "no concept 'lerning rate'; did you mean 'learning_rate'"),
    ],
)
def test_usage_errors_are_one_message_and_exit_2(arguments: list[str], message: str) -> None:
    result = tuidl(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_divergence_ends_with_1_and_says_where() -> None:
    arguments = ("--no-ui", "--json", "--set", "optimizer.learning_rate=1e9")
    result = tuidl("cnn_digits", *arguments)
    assert result.returncode == 1
    failed = lines_of(result)[-1]
    assert failed["event"] == "run_failed"
    assert failed["where"]["epoch"] == 1
    assert failed["where"]["layer"] == "dense_2"
    plain = tuidl("linear_regression", "--no-ui", "--set", "optimizer.learning_rate=1e9")
    assert plain.returncode == 1
    assert "epoch 1, step" in plain.stderr
    assert "dense_1" in plain.stderr


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated"),
     (signal.SIGHUP, 143, "terminated")],
)  # fmt: skip
def test_signals_end_a_run_that_is_saved(
    tmp_path: Path, number: signal.Signals, code: int, reason: str
) -> None:
    out = tmp_path / "run"
    command = [sys.executable, "-m", "tuidl", "gru_sine", "--no-ui", "--json", "--out", str(out)]
    with subprocess.Popen([*command, *ENDLESS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if '"epoch_ended"' in line:
                break
        process.send_signal(number)
        rest = process.stdout.read()
        assert process.wait(timeout=SECONDS) == code
    assert json.loads(rest.splitlines()[-1])["reason"] == reason
    assert (out / "weights.safetensors").exists()


@pytest.mark.slow
def test_the_folder_of_a_run(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "run"
    result = tuidl("linear_regression", "--no-ui", "--json", "--out", str(out), *SHORT)
    assert result.returncode == 0, result.stderr
    told = result.stdout.splitlines()
    assert (out / "events.jsonl").read_text().splitlines() == [
        line for line in told if '"saved"' not in line and '"compiling"' not in line
    ]
    weights = load_file(out / "weights.safetensors")
    assert set(weights) == {"dense_1.kernel", "dense_1.bias"}
    again = tuidl(str(out / "preset.toml"), "--no-ui", "--json", "--out", str(tmp_path / "again"))
    assert lines_of(again)[-1]["weights_sha256"] == lines_of(result)[-1]["weights_sha256"]
    other = load_file(tmp_path / "again" / "weights.safetensors")
    for name, values in weights.items():
        np.testing.assert_array_equal(values, other[name])


def test_an_older_run_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    result = tuidl("linear_regression", "--no-ui", "--out", str(tmp_path))
    assert result.returncode == 2
    assert "not empty" in result.stderr
    assert (tmp_path / "precious").read_text() == "mine"


def test_show_tells_layers_and_program() -> None:
    result = asked("show", "cnn_digits")
    for word in ("conv2d_1", "8 x 8 x 16", "13,706", "softmax_cross_entropy", "adam", "stage 1"):
        assert word in result.stdout


def test_show_takes_a_run_and_says_where_its_curves_are(tmp_path: Path) -> None:
    kept = tmp_path / "mine"
    assert tuidl("linear_regression", "--no-ui", "--out", str(kept), *SHORT).returncode == 0
    result = tuidl("show", str(kept))
    assert (result.returncode, "dense_1" in result.stdout) == (0, True)
    assert f"its curves: tuidl view {kept}" in result.stderr
    result = tuidl("gradcheck", str(kept))
    assert result.returncode == 2
    assert f"a run, expected a preset; the one of this run is {kept / 'preset.toml'}" in (
        result.stderr
    )


def test_explain_lists_every_concept() -> None:
    result = asked("explain")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == [
        entry.key for entry in concepts()
    ]
    assert lines[0] == "What a network is"


@pytest.mark.parametrize("name", [["learning", "rate"], ["Learning rate"], ["learning_rate"]])
def test_explain_says_what_a_word_means(name: list[str]) -> None:
    result = asked("explain", *name)
    title, short, *rest = result.stdout.splitlines()
    assert (title, short) == ("Learning rate", concept("learning_rate").short)
    assert "  w ← w − η · g" in rest
    assert max(map(len, rest)) <= 80
    assert "\x1b" not in result.stdout


def test_explain_speaks_ascii_where_nothing_else_is_understood() -> None:
    for arguments in (["explain"], ["explain", "adam"]):
        result = tuidl(*arguments, PYTHONIOENCODING="ascii")
        assert result.returncode == 0, result.stderr
        assert result.stdout.isascii()
        assert "\\u" not in result.stdout
    assert "w <- w - rate*m'/(sqrt(v') + eps)" in result.stdout


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.sample(1)
@pytest.mark.parametrize(("no_color", "bold"), [("", True), ("1", False)])
def test_explain_fits_a_terminal(no_color: str, bold: bool) -> None:
    told = on_a_terminal("explain", "adam", columns=50, NO_COLOR=no_color)
    assert ("\x1b[1mAdam\x1b[0m" in told) == bold
    plain = told.replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert "\x1b" not in plain
    assert 40 < max(map(len, plain.splitlines())) <= 50


def on_a_terminal(*arguments: str, columns: int, **environment: str) -> str:
    """What a command writes to a terminal of so many columns."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    known = {**os.environ, "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **environment}
    known.pop("COLUMNS", None)
    command = [sys.executable, "-m", "tuidl", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, env=known):
        os.close(theirs)
        told = b""
        with suppress(OSError):  # Linux: the other end is closed
            while part := os.read(ours, 4096):
                told += part
    os.close(ours)
    return told.decode()


@pytest.mark.slow
def test_gradcheck_passes_on_a_preset_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "line.toml"
    path.write_text(helpers.LINE)
    result = asked("gradcheck", str(path))
    assert "dense_1.kernel" in result.stdout


def test_a_reader_that_goes_away_is_no_crash() -> None:
    command = f"{sys.executable} -m tuidl linear_regression --no-ui | head -n 1"
    result = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert "Traceback" not in result.stderr
    assert "Linear regression" in result.stdout


@pytest.mark.parametrize("delay", [0.0, 0.3, 1.5, 3.0])
def test_an_interrupt_while_compiling_ends_at_once_and_quietly(
    tmp_path: Path, delay: float
) -> None:
    environment = {**os.environ, "TUIDL_CACHE_DIR": str(tmp_path), "TUIDL_PREBUILT": "0"}
    command = [sys.executable, "-m", "tuidl", "cnn_digits", "--no-ui"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        wait_until_loaded(process, "numpy")
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        out, talk = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, talk
    assert "Traceback" not in talk
    assert "epoch" not in out, "compiling takes longer than the delay: it went on"


def wait_until_loaded(process: subprocess.Popen[str], library: str) -> None:
    """Wait until it imports tuidl's own libraries: while Python itself starts, which takes a second
    on a busy machine, an interrupt is Python's to report."""
    maps = Path(f"/proc/{process.pid}/maps")
    while process.poll() is None and maps.exists() and library not in maps.read_text("latin-1"):
        time.sleep(0.005)


@pytest.mark.slow
def test_nohup_is_respected() -> None:
    command = [sys.executable, "-m", "tuidl", "gru_sine", "--no-ui", "--json"]
    with subprocess.Popen(
        [*command, "--set", "training.epochs=60"], stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        while '"epoch_ended"' not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGHUP)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert json.loads(rest.splitlines()[-1])["reason"] == "completed"


@pytest.mark.sample(1)
@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", "2>&-"])
def test_streams_that_cannot_be_written_give_no_traceback(redirection: str) -> None:
    for arguments in ("linear_regression --no-ui --set training.epochs=2", "presets", "nothing"):
        command = f"{sys.executable} -m tuidl {arguments} {redirection}"
        result = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert "Traceback" not in result.stderr
        assert result.returncode in (0, 1, 2)


@pytest.mark.slow
def test_any_name_can_be_written_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(helpers.LINE.replace('"line"', '"Ünï"'), encoding="utf-8")
    result = tuidl(str(path), "--no-ui", PYTHONIOENCODING="ascii")
    assert result.returncode == 0, result.stderr
    assert result.stdout.isascii()


@pytest.mark.slow
def test_errors_of_shapes_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(helpers.LINE.replace('{type = "dense"}', '{type = "gru", units = 2}'))
    for command in (["show", str(path)], [str(path), "--no-ui"], ["gradcheck", str(path)]):
        result = tuidl(*command)
        assert result.returncode == 2
        assert f"{path}: layers[0] (gru): needs a sequence" in result.stderr
