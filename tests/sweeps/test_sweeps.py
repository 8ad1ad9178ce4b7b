"""Whole sweeps, with worker processes: the same table whoever trains and whoever dies."""

import os
import signal
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuidl.cli.sweep_reports import LineReport
from tuidl.core.errors import RunError
from tuidl.logs.log import Log
from tuidl.runs.listing import listed
from tuidl.runs.overview import was_given_up
from tuidl.storage.contents import SUMMARY, WEIGHTS
from tuidl.storage.folder import RunFolder
from tuidl.storage.locations import runs_folder
from tuidl.sweeps import coordinator, trial
from tuidl.sweeps.coordinator import Coordinator
from tuidl.sweeps.folder import Origin, SweepFolder, create, find
from tuidl.sweeps.jobs import Answer, Job, Lost, Reached
from tuidl.sweeps.outcomes import outcome_of
from tuidl.sweeps.pool import Pool
from tuidl.sweeps.records import (
    DONE,
    FAILED,
    PRUNED,
    Advanced,
    Ended,
    Started,
    SweepEvent,
    Trial,
    TrialEnded,
)
from tuidl.sweeps.searching import _names
from tuidl.sweeps.spec import parse
from tuidl.training.interruption import Interrupter
from tuidl.tui.renderers.heading import heading_of

PRESET = """
name = "small"
data = {source = "moons", points = 60, validation = 0.3}
layers = [{type = "dense", units = 4, activation = "tanh"},
          {type = "dense", units = 2, activation = "softmax"}]
loss = {type = "cross_entropy"}
optimizer = {type = "sgd", learning_rate = 0.1}
training = {epochs = 6, batch_size = 16, metrics = ["accuracy"]}
"""
SWEEP = """
preset = "small.toml"
trials = 6
seed = 3
objective = "validation.accuracy"
pruner = {type = "halving", first = 1, reduction = 2}
[search]
"optimizer.learning_rate" = {low = 0.001, high = 3.0, log = true}
"layers.0.units" = {low = 2, high = 9}
"""

pytestmark = pytest.mark.usefixtures("own_runs")


@pytest.fixture
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))


def folder_of(text: str = SWEEP) -> SweepFolder:
    return create("s", text, PRESET, Origin("small.toml", str(Path.cwd())))


def carry_out(folder: SweepFolder, workers: int = 1) -> tuple[list[Trial], Ended]:
    with Pool(workers) as pool:
        swept = Coordinator(folder, pool)
        *told, last = list(swept.run())
    assert isinstance(last, Ended)
    rows = [event.trial for event in told if isinstance(event, TrialEnded)]
    assert sorted(rows, key=lambda row: row.trial) == swept.table, "each is told of once"
    return swept.table, last


@pytest.fixture(autouse=True)
def always_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinator, "SECONDS_BETWEEN_WRITES", 0.0)


@pytest.mark.slow
def test_a_sweep_that_workers_and_a_coordinator_die_in_comes_to_the_same_table() -> None:
    table, ended = carry_out(folder_of(), workers=2)
    assert [trial.trial for trial in table] == list(range(6))
    assert sorted(trial.state for trial in table) == [DONE] + 5 * [PRUNED]
    assert sorted(trial.epochs[0] for trial in table) == [1, 1, 1, 2, 4, 6]
    best = next(trial for trial in table if trial.state == DONE)
    assert ended.best == best.trial
    assert RunFolder(runs_folder() / best.runs[0]).outcome is not None
    states = {run.run: run.state for run in listed()}
    assert states == {trial.runs[0]: trial.state for trial in table}

    folder, killed = folder_of(), 0
    for stop_after in (2, 5, None):  # each time a worker is killed, then the coordinator leaves
        with Pool(2) as pool:
            events: Iterator[SweepEvent] = Coordinator(folder, pool).run()
            for number, event in enumerate(events):
                if isinstance(event, Advanced) and killed < 3 and pool.pids:
                    os.kill(pool.pids[0], signal.SIGKILL)
                    killed += 1
                if number == stop_after:
                    break
                last = event
    assert isinstance(last, Ended)
    assert killed == 3
    assert last.sha256 == ended.sha256


def test_seeds_and_trials_that_fail_and_a_limit_of_time() -> None:
    text = """
preset = "small.toml"
method = "grid"
seeds = 2
objective = "validation.loss"
[set]
"training.epochs" = 2
[search]
"optimizer.learning_rate" = [0.1, 1e30]
"""
    table, ended = carry_out(folder_of(text))
    good, bad = table
    assert (good.state, bad.state) == (DONE, FAILED)
    assert good.epochs == (2, 2)
    assert good.spread is not None
    assert good.spread > 0
    assert len(set(good.weights_sha256)) == 2
    assert bad.value is None
    said = "small.toml: optimizer.learning_rate: expected a number <="
    assert bad.error.startswith(f"trial 1 (optimizer.learning_rate 1e+30): {said}")
    assert ended.best == 0
    again, end = carry_out(find("last"))
    assert (again, end.sha256) == (table, ended.sha256), "begun again, nothing is left to do"
    none, limited = carry_out(folder_of("time_limit = 1e-9\n" + text))
    assert (none, limited.reason, limited.best) == ([], "time_limit", None)


def test_no_more_workers_are_told_of_than_there_are_runs() -> None:
    for seeds, workers in ((1, 6), (3, 18), (20, 100)):
        with Pool(100) as pool:
            started = next(Coordinator(folder_of(f"seeds = {seeds}\n{SWEEP}"), pool).run())
        assert isinstance(started, Started)
        assert started.workers == workers


def test_a_score_that_there_is_not_ends_the_sweep() -> None:
    text = SWEEP.replace("validation.accuracy", "validation.acuracy")
    with pytest.raises(RunError, match=r"no score 'validation.acuracy' \(valid: validation.loss"):
        carry_out(folder_of(text))


@pytest.mark.slow
def test_tpe_asks_in_batches_and_writes_a_study() -> None:
    pytest.importorskip("optuna")
    text = SWEEP.replace("trials = 6", 'trials = 8\nmethod = "tpe"\nbatch = 4')
    text += '"training.batch_size" = [8, 16]\n'
    folder = folder_of(text)
    table, ended = carry_out(folder, workers=2)
    assert_told(folder, table)
    _, again = carry_out(folder_of(text), workers=1)
    assert again.sha256 == ended.sha256


def assert_told(folder: SweepFolder, table: list[Trial]) -> None:
    """What somebody else's program reads in the study is what the table says."""
    import optuna
    from optuna.storages.journal import JournalFileBackend

    storage = optuna.storages.JournalStorage(JournalFileBackend(str(folder.study)))
    study = optuna.load_study(study_name=folder.name, storage=storage)
    assert (study.direction.name, study.metric_names) == ("MAXIMIZE", ["validation.accuracy"])
    for row, told in zip(table, study.trials, strict=True):
        assert told.params == pytest.approx(row.values, rel=1e-5), "written down with few digits"
        assert told.state.name == {DONE: "COMPLETE", PRUNED: "PRUNED"}[row.state]
        assert max(told.intermediate_values.values()) == row.value
        assert list(told.intermediate_values) == list(range(row.epochs[0], 0, -1))
        assert told.user_attrs == {"runs": list(row.runs)}
        assert told.value == row.value if row.state == DONE else told.value is not None


def test_what_the_study_cannot_tell_apart_has_other_names() -> None:
    assert _names([0.1, "adam", True]) == [0.1, "adam", True]
    assert _names([1, True]) == ["0: 1", "1: true"]
    assert _names([[1, 2], [3]]) == ["0: [1, 2]", "1: [3]"]


def test_the_report_lists_the_best_first(capsys: pytest.CaptureFixture[str]) -> None:
    sweep = parse(SWEEP, "s.toml")
    rows = [
        Trial(trial=0, values={"layers.0.units": 3}, state=PRUNED, value=0.9, epochs=(1,)),
        Trial(
            trial=1, values={"layers.0.units": 4}, state=DONE, value=0.7, epochs=(6,), runs=("r",)
        ),
        Trial(
            trial=2, values={"layers.0.units": 5}, state=DONE, value=0.8, epochs=(6,), runs=("q",)
        ),
        Trial(trial=3, values={}, state=FAILED, value=None, error="diverged"),
    ]
    report = LineReport(sweep)
    report._table = rows
    report.handle(Ended(reason="completed", best=2, sha256="ab", seconds=1.0))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:6]] == ["trial", "2", "1", "0", "3"]
    assert "validation.accuracy" in lines[1]
    assert "best: trial 2, validation.accuracy 0.8" in lines
    assert lines[-1] == "table sha256 ab"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_worker_that_is_told_to_end_saves_its_run_first(number: signal.Signals) -> None:
    """As one is with its whole session; another one would go on with it."""
    path = runs_folder() / "long"
    text = PRESET.replace("epochs = 6", "epochs = 1000000")
    job = Job(preset=text, folder="", run=str(path), epochs=1_000_000, threads=1)
    with Pool(1) as pool:
        for _, said in pool.run(deque([job])):
            if isinstance(said, Reached) and said.epochs:
                os.kill(pool.pids[0], number)
            elif isinstance(said, Lost):
                break
        assert said == Lost(how="with exit code 0")
        [run] = listed()
        assert run.state == "interrupted"
        assert run.epochs > 0


def test_a_run_that_was_killed_behind_its_last_epoch_is_still_to_end() -> None:
    """The log has all epochs; the last weights are not saved."""
    table, _ = carry_out(folder := folder_of())
    (done,) = [row for row in table if row.state == DONE]
    run = RunFolder(runs_folder() / done.runs[0])
    lines = run.log.read_text().splitlines(keepends=True)
    (end,) = [n for n, line in enumerate(lines) if '"run_ended"' in line and "completed" in line]
    run.log.write_text("".join(lines[:end]))
    for name in (SUMMARY, WEIGHTS):
        (run.path / name).unlink()
    again, _ = carry_out(folder)
    assert again == table


def test_a_run_that_was_given_up_says_so_and_can_be_gone_on_with() -> None:
    table, _ = carry_out(folder_of(SWEEP.replace("trials = 6", "trials = 2")))
    [pruned] = [row for row in table if row.state == PRUNED]
    path = runs_folder() / pruned.runs[0]
    [run] = [one for one in listed() if one.run == path.name]
    assert (run.state, run.epochs) == ("pruned", 1)
    assert [one.run for one in listed(state="pruned")] == [path.name]
    assert was_given_up(path)
    assert heading_of(Log(), path.name, "pruned")[0][0][0] == "■ pruned by its sweep"
    ended = {one.run: one for one in listed()}[table[1 - pruned.trial].runs[0]]
    assert ended.state == "done"

    RunFolder(path).give_up()  # when the sweep is gone through again
    assert listed(state="pruned") == [run]
    answer = trial.carry_out(
        Job(preset="", folder="", run=str(path), epochs=6, threads=1), Interrupter()
    )
    assert answer == Answer()
    assert {one.state for one in listed()} == {"done"}
    RunFolder(path).give_up()
    assert {one.state for one in listed()} == {"done"}, "what has ended is not given up"
    assert not was_given_up(path)
    assert not was_given_up(path.with_name("nowhere"))


def test_a_folder_that_a_dead_worker_only_began_is_made_anew(tmp_path: Path) -> None:
    run = tmp_path / "begun"
    (run / "checkpoints").mkdir(parents=True)
    (run / "preset.toml").write_text("half of a pre")
    job = Job(preset=PRESET, folder=".", run=str(run), epochs=2, threads=1)
    assert trial.carry_out(job, Interrupter()) == Answer()
    assert len(outcome_of(run, parse(SWEEP, "s.toml")).curve) == 2
