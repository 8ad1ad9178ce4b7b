"""The benchmark's systems are those of the peers, and its tables say what was measured."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from bench import comparing, contenders, measure, scaling, tables, whole
from bench.cases import case_file, named
from bench.contenders import PEERS, ROOT, Contender, busy_cores, interpreters
from bench.peers import protocol
from bench.records import Comparison, SystemResult, Timing, Whole
from bench.systems import SYSTEMS
from tuidl.compiler.graph import Graph
from tuidl.model.model import Model
from tuidl.training.profiling import batch_of, program_flops

OF_THE_PEERS = {  # parameters and batch size, counted by hand
    "linear_regression": (1 + 1, 32),
    "mnist_mlp": (784 * 32 + 32 + 32 * 10 + 10, 32),
    "digits_cnn": (9 * 16 + 16 + 144 * 32 + 32 + 128 * 64 + 64 + 64 * 10 + 10, 32),
    "mnist_cnn": (9 * 32 + 32 + 288 * 64 + 64 + 576 * 64 + 64 + 576 * 64 + 64 + 650, 64),
    "cifar_cnn": (27 * 32 + 32 + 288 * 64 + 64 + 2304 * 64 + 64 + 650, 32),
    "rnn_sine": (1 + 1 + 1 + 2, 32),
    "gru_sine": (3 * 32 * (1 + 32 + 2) + 33, 32),
    "lstm_rows": (4 * 64 * (28 + 64 + 1) + 4 * 64 * (64 + 64 + 1) + 650, 32),
    "tiny_gpt": ((65 + 64 + 2) * 128 + 4 * (4 * 128 + 4 * 128**2 + 8 * 128**2), 12),
    "char_rnn": (96 * 32 + 4 * 128 * (32 + 128 + 1) + 129 * 96, 32),
    "word_vectors": (1500 * 32 + 33 * 1500, 512),
    "unet_shapes": (
        9 * (12 + 12 * 12 + 12 * 24 + 24 * 24 + 24 * 48 + 48 * 24 + 48 * 24 + 36 * 12)
        + 12 * 3
        + 24 * 4
        + 48
        + 12 * 4
        + 4,
        16,
    ),
    "gan_points": (2 * (3 * 64 + 65 * 64) + 65 * 2 + 65, 128),
    "vae_mnist": (785 * 400 + 401 * 4 + 3 * 400 + 401 * 784, 128),
    "autoencoder_mnist": (
        9 * (16 + 16 * 32 + 32 * 16 + 16) + 16 + 32 + 16 + 1 + (1568 + 1) * 16 + (16 + 1) * 1568,
        64,
    ),
}


def test_the_systems_of_the_table() -> None:
    assert list(SYSTEMS) == list(OF_THE_PEERS)


@pytest.mark.parametrize("name", SYSTEMS)
def test_parameters_and_batches_are_those_of_the_peers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))  # measured without any data set
    preset = SYSTEMS[name].preset()
    counted = Graph.build(preset).parameter_count
    assert (counted, batch_of(preset)) == OF_THE_PEERS[name]
    assert counted == SYSTEMS[name].parameters


def test_a_step_of_ours_is_the_whole_work() -> None:
    model = Model(SYSTEMS["linear_regression"].preset(), batch=32, threads=1)
    model.require_prepared()
    before = model.weights_sha256
    (way,) = measure.ways(model, 1).values()
    way.run(1)
    assert model.engine.step_state[0] == way.steps == protocol.EXAMPLES / 32
    assert model.weights_sha256 != before


@pytest.mark.parametrize(
    ("name", "threads", "expected"),
    [
        ("digits_cnn", 2, ["2 threads", "1 thread"]),
        ("digits_cnn", 1, ["1 thread"]),
        ("linear_regression", 2, ["2 threads", "1 thread"]),
    ],
)
def test_one_thread_is_a_way_of_its_own(name: str, threads: int, expected: list[str]) -> None:
    model = Model(SYSTEMS[name].preset(), batch=32, threads=threads)
    assert list(measure.ways(model, threads)) == expected


@pytest.mark.parametrize("peer", ["torch", "keras", "jax"])
def test_the_scripts_of_the_peers_train_the_same_networks(peer: str) -> None:
    folder = os.environ.get(contenders.PEERS_VARIABLE, contenders.PEERS_FOLDER)
    interpreter = Path(folder, peer, "bin", "python")
    if not interpreter.exists():
        pytest.skip(f"{peer}: no environment in {folder}")
    for name, system in SYSTEMS.items():
        if not PEERS[peer].builds(named(name).record()["work"]):
            continue
        with case_file(named(name)) as file:
            contender = Contender.peer(peer, interpreter, file, 1, (protocol.DESCRIBE,))
            contender.close()
        biases = system.second_biases if peer == "torch" else 0
        assert contender.timing.parameters == system.parameters + biases, name


def test_a_peer_without_a_twin_is_left_out(tmp_path: Path) -> None:
    several = {name for name in SYSTEMS if not PEERS["keras"].builds(named(name).record()["work"])}
    assert several == {"gan_points", "vae_mnist"}
    assert all(PEERS["torch"].builds(named(name).record()["work"]) for name in several)
    with case_file(named("gan_points")) as file, ExitStack() as stack:
        started = list(comparing._started(file, {"keras": tmp_path / "none"}, 1, "cpu", stack))
    assert [contender.name for contender in started] == ["tuidl"]


def canned() -> Comparison:
    ours = Timing("tuidl 1", 9, 100_000_000, {"2 threads": [10, 12, 11], "1 thread": [30, 31, 32]},
                  {"2 threads": [90, 99, 95], "1 thread": [33, 33, 34]},
                  {"2 threads": [40, 41, 42], "1 thread": [20, 21, 20]})  # fmt: skip
    fast = Timing("Fast 2", 9, 300_000_000, {"a": [22, 16, 23], "b": [19, 90, 70]},
                  {"a": [220, 220, 220], "b": [440, 440, 440]}, {"a": [50, 50, 50]})  # fmt: skip
    slow = Timing(
        "Slow 3", 9, 900_000_000, {"only": [5500, 5500, 5500]}, processor={"only": [6000]}
    )
    known = {
        "wide": SystemResult(32, 22_000, {"tuidl": ours, "fast": fast, "slow": slow}),
        "narrow": SystemResult(64, 1_100, {"tuidl": Timing("tuidl 1", 2, 0, {"1 thread": [1.234]},
                                                     processor={"1 thread": [1.25]}),
                                           "slow": Timing("Slow 3", 2, 0, {"only": [1.0]},
                                                    processor={"only": [1.0]})}),
    }  # fmt: skip
    whole_runs = [Whole("tuidl, warm", [1.0, 1.5, 1.2], 50_000_000)]
    return Comparison("2026-01-01", "python -m bench", "a machine", 2, 4e9, known, whole_runs)


def test_saved_results_come_back_the_same() -> None:
    found = canned()
    again = msgspec.json.decode(msgspec.json.encode(found), type=Comparison)
    assert msgspec.to_builtins(again) == msgspec.to_builtins(found)


def test_each_library_by_its_fastest_way() -> None:
    best = canned().systems["wide"].timings["fast"].best
    assert (best.way, best.median, best.low, best.high) == ("a", 22, 16, 23)
    assert canned().systems["wide"].timings["tuidl"].best_busy.way == "1 thread"


def test_ratios() -> None:
    result = canned().systems["wide"]
    assert result.ratio("fast") == 2
    assert result.ratio("slow") == 500
    assert result.least_ratio() == ("fast", 2)
    assert result.least_ratio(by_lowest=True) == ("fast", 1.6)
    assert canned().systems["narrow"].least_ratio()[1] == pytest.approx(1 / 1.234)


def test_the_table_of_times() -> None:
    table = tables.times(canned())
    assert table.header == ("system", "batch", "tuidl", "fast", "factor", "slow", "factor",
                            "best peer", "by fastest rounds")  # fmt: skip
    wide, narrow = table.rows
    assert wide == ("wide", "32", "11 (10 to 12)", "22 (16 to 23)", "2.00",
                    "5,500 (5,500 to 5,500)", "500.00", "fast 2.00", "1.60")  # fmt: skip
    assert narrow[2:5] == ("1.23 (1.23 to 1.23)", "not measured", "")
    assert narrow[-2:] == ("slow 0.81", "0.81")


def test_the_other_tables() -> None:
    found = canned()
    assert tables.speeds(found).rows[0] == ("wide", "0.022", "2", "50", "1", "25", "0.004", "0.1")
    assert tables.work(found).rows[0] == ("wide", "20", "50", "2.50", "6,000", "300.00")
    assert tables.work(found).rows[1] == ("narrow", "1.25", "", "", "1", "0.80")
    assert tables.memories(found).rows[0] == ("wide", "100", "300", "900")
    assert tables.ways(found).rows[0] == ("wide", "2 threads", "a", "only")
    busy = tables.slowdowns(found).rows[0]
    assert busy[1:] == ("33 (33 to 34)", "3.0", "220 (220 to 220)", "10.0", "", "")
    assert tables.whole_times(found).rows == (("tuidl, warm", "1.20 (1.00 to 1.50)", "50"),)
    for table in tables.tables(found):
        assert all(len(row) == len(table.header) for row in table.rows)


def test_markdown_and_text_have_the_same_cells() -> None:
    found = canned()
    markdown, text = tables.document(found), tables.screen(found)
    assert "| wide | 32 | 11 (10 to 12) | 22 (16 to 23) | 2.00 |" in markdown
    for words in ("2 threads; a large matrix product runs at 4 GFLOP/s", "tuidl 1, Fast 2, Slow 3",
                  "`python -m bench`"):  # fmt: skip
        assert words in markdown
        assert words in text
    titles = [table.title for table in tables.tables(found)]
    assert len(titles) == 7
    assert all(title in text and f"**{title}**" in markdown for title in titles)


def test_tuidl_alone_has_no_columns_of_peers() -> None:
    found = canned()
    found.whole = []
    for result in found.systems.values():
        result.timings = {"tuidl": Timing("t", 2, 0, {"1 thread": [1.0]}, processor={"a": [1]})}
    assert tables.times(found).header == ("system", "batch", "tuidl")
    assert len(tables.tables(found)) == 4


def test_interpreters_by_path_and_by_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(contenders.PEERS_VARIABLE, str(tmp_path))
    python = tmp_path / "torch" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    found = interpreters(f"torch_compiled, jax={sys.executable}")
    assert found == {"torch_compiled": python, "jax": Path(sys.executable)}
    with pytest.raises(ValueError, match=r"keras: no interpreter .*say keras=/path/to/python"):
        interpreters("keras")
    with pytest.raises(ValueError, match="no peer 'tensorflow'"):
        interpreters("tensorflow")
    assert all((ROOT / "bench" / "peers" / peer.script).is_file() for peer in PEERS.values())


SCRIPT = """
import sys, time
sys.path.insert(0, {folder!r})
from protocol import Way, serve, started_as
case, threads, ways = started_as()
print("a line that some library writes")
if case == "broken":
    raise SystemExit("no such network")

def slow(count):
    for started in [time.process_time()]:
        while time.process_time() < started + 0.02 * count:
            pass

serve("Script 1", {{"quick": lambda: (Way(lambda count: time.sleep(0.001 * count)), 7),
                    "slow": lambda: (Way(slow, 2), 7)}}, flops=5)
"""


def scripted(tmp_path: Path, system: str) -> Contender:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(folder=str(Path(protocol.__file__).parent)))
    case = tmp_path / "case.json"
    case.write_text(json.dumps(system))
    return Contender("script", [sys.executable, str(script), str(case), "1"])


def test_a_process_is_asked_for_rounds(tmp_path: Path) -> None:
    contender = scripted(tmp_path, "any")
    contender.measure(busy=False)
    contender.measure(busy=True)
    timing = contender.timing
    contender.close()
    assert (timing.version, timing.parameters, contender.facts["flops"]) == ("Script 1", 7, 5)
    assert list(timing.rounds) == ["quick"], "the hopeless way is left out"
    assert [len(timing.rounds["quick"]), len(timing.busy["quick"])] == [1, 1]
    assert timing.rounds["quick"][0] >= 1000
    assert timing.memory > 1 << 20


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"script ended with 1:\nno such network"):
        scripted(tmp_path, "broken")


def test_a_peer_that_crashes_gets_a_second_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "crashing.py"
    script.write_text(
        "import os, signal, sys\n"
        "if sys.argv[-1] != 'safe':\n    os.kill(os.getpid(), signal.SIGSEGV)\n"
        'print(\'{"version": "S 1", "parameters": 7, "memory": 5}\', flush=True)\n'
    )
    case = tmp_path / "case.json"
    case.write_text("{}")
    for safe, expected in ((("safe",), 7), ((), None)):
        peer = contenders.Peer(str(script), "torch", safe=safe)
        monkeypatch.setitem(contenders.PEERS, "torch", peer)
        if expected is None:
            with pytest.raises(contenders.CrashError, match="torch ended with -11"):
                Contender.peer("torch", Path(sys.executable), case, 1)
        else:
            contender = Contender.peer("torch", Path(sys.executable), case, 1)
            contender.close()
            assert (contender.timing.parameters, contender.timing.memory) == (7, 5)


def test_busy_processes_end() -> None:
    with busy_cores(2) as processes:
        time.sleep(0.05)
        assert [process.poll() for process in processes] == [None, None]
    assert [process.returncode for process in processes] == [-9, -9]


def test_whole_processes_are_timed_and_must_succeed(tmp_path: Path) -> None:
    seconds, memory = whole.timed([sys.executable, "-c", "pass"], str(tmp_path))
    assert seconds > 0
    assert memory > 1 << 20
    with pytest.raises(RuntimeError, match="exit 3"):
        whole.timed([sys.executable, "-c", "raise SystemExit(3)"], str(tmp_path))


def test_widened_networks_keep_their_ends() -> None:
    preset = SYSTEMS["digits_cnn"].preset()
    wide = scaling.widened(preset, 4)
    widths = [getattr(layer, "filters", getattr(layer, "units", None)) for layer in wide.layers]
    assert widths == [64, None, 128, None, None, 256, None]
    small, large = (Model(p, batch=32, threads=1).program.train for p in (preset, wide))
    assert 4 < program_flops(large) / program_flops(small) < 16


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.slow
def test_on_the_command_line(tmp_path: Path) -> None:
    done = bench("rnn_sine", "--rounds", "2", "--threads", "1", "--json", "--save", str(tmp_path))
    assert done.returncode == 0, done.stderr
    (line,) = map(json.loads, done.stdout.splitlines())
    assert (line["system"], line["batch"], line["way"]) == ("rnn_sine", 32, "1 thread")
    saved = msgspec.json.decode((tmp_path / "bench.json").read_bytes(), type=Comparison)
    assert [len(r) for r in saved.systems["rnn_sine"].timings["tuidl"].rounds.values()] == [2]
    assert "rnn_sine" in (tmp_path / "bench.md").read_text()


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rnn_sin"], "no system 'rnn_sin', and no preset so called; did you mean 'rnn_sine'?"),
        (["nowhere.toml"], "nowhere.toml"),
        (["--only", "lstm"], "add --grid"),
        (["--grid", "odd"], "no grid 'odd' (there are: open, other)"),
        (["--grid", "--only", "lst"], "no kind 'lst' (there are: wide, mlp, deep, lstm"),
        (["digits_cnn", "--growth"], "--growth takes its networks from a grid"),
        (["--growth", "--accuracy"], "one of them at a time"),
        (["digits_cnn", "--grid"], "--grid takes its networks from a grid"),
        (["--scaling", "nothing"], "no system 'nothing'"),
        (["--scaling", "rnn_sine", "--busy"], "--scaling goes only with"),
        (["--peers", "theano"], "no peer 'theano'"),
    ],
)
def test_wrong_arguments_are_refused(arguments: list[str], message: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
