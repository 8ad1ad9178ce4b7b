"""Sweeps with two objectives: the Pareto front, and what learns by it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.sweeps.test_sweeps import SWEEP, folder_of, own_runs  # noqa: F401
from tuidl.cli.sweep_reports import LineReport
from tuidl.cli.sweep_table import in_order
from tuidl.core.errors import PresetError
from tuidl.core.own_files import is_there
from tuidl.sweeps import trial
from tuidl.sweeps.coordinator import Coordinator
from tuidl.sweeps.goals import front_of, goals_of
from tuidl.sweeps.jobs import Answer, Job
from tuidl.sweeps.outcomes import outcome_of
from tuidl.sweeps.records import DONE, FAILED, Ended, Started, Trial, front
from tuidl.sweeps.searching import Result, TreeParzen
from tuidl.sweeps.spec import Sweep, parse
from tuidl.training.interruption import Interrupter

TWO = SWEEP.replace(
    'objective = "validation.accuracy"\n'
    'pruner = {type = "halving", first = 1, reduction = 2}',
    'objective = ["validation.accuracy", "train.loss"]\ndirection = ["maximize", "maximize"]\n'
    '[set]\n"training.epochs" = 2',
).replace("trials = 6", "trials = 3")  # fmt: skip


class Here:
    """Carries jobs out in this process."""

    size = 1

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer]]:
        for job in list(jobs):
            yield job, trial.carry_out(job, Interrupter())


def test_the_front_is_what_no_other_point_beats() -> None:
    points = {0: (1.0, 5.0), 1: (2.0, 2.0), 2: (2.0, 3.0), 3: (5.0, 1.0), 4: (5.0, 1.0), 5: (6, 6)}
    assert front_of(points) == [0, 1, 3, 4], "equal points are both on it"
    assert front_of({7: (1.0, 1.0)}) == [7]
    assert front_of({}) == []


def test_directions_follow_from_the_scores_unless_they_are_said() -> None:
    first, second = goals_of(["validation.accuracy", "train.loss"], "")
    assert (first.minimizes, second.minimizes) == (False, True)
    assert [g.minimizes for g in goals_of(["train.f1", "train.mae"], ["minimize", "maximize"])] == [
        True,
        False,
    ]
    assert goals_of(["train.f1", "train.mae"], ["minimize", ""])[1].minimizes


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('objective = []', "expected one or a list of two, got 0"),
        ('objective = ["train.a", "train.b", "train.c"]', "expected one or a list of two, got 3"),
        ('objective = ["train.a", "train.a"]', "'train.a' twice"),
        ('objective = ["train.a", "test.a"]', "take validation"),
        ('objective = ["train.a", "train.b"]\ndirection = "minimize"', "expected 2, one for each"),
        ('objective = "train.a"\ndirection = ["minimize", "maximize"]', "expected 1, one for each"),
        ('objective = ["train.a", "train.b"]\npruner = {type = "halving"}', "by one objective"),
        ('objective = ["train.a", 7]', "objective"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_them_is_said(text: str, problem: str) -> None:
    with pytest.raises(PresetError, match=problem):
        parse(f'preset = "a"\n{text}\n[search]\n"b" = [1]\n', "s.toml")


def row(number: int, value: float | None, second: float | None, state: str = DONE) -> Trial:
    return Trial(trial=number, values={"layers.0.units": number}, state=state, value=value,
                 second=second, epochs=(6,), runs=(f"r{number}",))  # fmt: skip


ROWS = [
    row(0, 0.7, 0.1), row(1, 0.9, 0.4), row(2, 0.8, 0.5), row(3, 0.5, 0.05),
    row(4, None, None, FAILED), row(5, 0.99, None),
]  # fmt: skip


def reported() -> Sweep:
    return parse(TWO.replace('["maximize", "maximize"]', '["maximize", "minimize"]'), "s.toml")


def test_the_report_marks_the_front_and_draws_it(capsys: pytest.CaptureFixture[str]) -> None:
    sweep = reported()
    assert front(ROWS, sweep.goals) == (1, 0, 3)
    assert [one.trial for one in in_order(ROWS, sweep)] == [1, 0, 3, 5, 2, 4]
    report = LineReport(sweep)
    report._table = list(ROWS)
    report.handle(
        Ended(reason="completed", best=1, sha256="ab", seconds=1.0, front=(1, 0, 3))
    )  # fmt: skip
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert lines[1].split()[:5] == [
        "trial", "front", "validation.accuracy", "train.loss", "epochs",
    ]  # fmt: skip
    assert lines[2].split()[:5] == ["1", "*", "0.9", "0.4", "6"]
    assert [line.split()[0] for line in lines[2:8] if "*" in line] == ["1", "0", "3"]
    assert "train.loss over validation.accuracy" in lines
    assert any("Pareto front" in line and "other trials" in line for line in lines)
    assert "Pareto front: trials 1, 0, 3" in lines
    assert "best by the first objective: trial 1, validation.accuracy 0.9, train.loss 0.4" in lines


def test_one_objective_tells_nothing_of_a_second() -> None:
    sweep = parse(SWEEP, "s.toml")
    assert front(ROWS, sweep.goals) == ()
    assert b"second" not in msgspec.json.encode(row(0, 0.5, None))


@pytest.mark.slow
@pytest.mark.usefixtures("own_runs")
def test_a_sweep_takes_both_scores_of_one_epoch() -> None:
    coordinator = Coordinator(folder_of(TWO), Here())
    started, *_, ended = coordinator.run()
    assert isinstance(started, Started)
    assert isinstance(ended, Ended)
    assert (started.objective, started.second) == ("validation.accuracy", "train.loss")
    assert (started.minimizes, started.second_minimizes) == (False, False)
    for one in coordinator.table:
        found = outcome_of(coordinator.folder.run(one.trial, 0), coordinator.sweep)
        place = found.curve.index(min(found.curve))
        assert (one.value, one.second) == (-found.curve[place], -found.second[place])
    assert ended.front == front(coordinator.table, coordinator.sweep.goals)
    assert ended.best == ended.front[0]
    assert is_there(coordinator.folder.path / "results.json")


@pytest.mark.slow
def test_tpe_is_told_of_both(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    space = parse('preset = "a"\n[search]\n"x" = {low = 0.0, high = 1.0}\n', "s").space
    goals = goals_of(["validation.loss", "train.loss"], "")
    found = []
    for attempt in range(2):
        search = TreeParzen(3, space, 30, tmp_path / f"study{attempt}.log", goals)
        points: dict[int, tuple[float, float]] = {}
        asked = []
        for start in range(0, 30, 5):
            numbers = range(start, start + 5)
            values = search.ask(numbers)
            asked += [float(str(one["x"])) for one in values]
            told = {n: ((x := asked[n]) ** 2, (x - 0.2) ** 2) for n in numbers}
            told[start] = (float("nan"), 1.0)
            points |= told
            search.tell({n: Result(values, [], False, []) for n, values in told.items()})
        found.append(asked)
    assert found[0] == found[1], "the same seed asks the same"
    late = [x for x in found[0][15:] if x <= 0.3]
    assert len(late) > 8, "most later trials lie near the front, which is from 0 to 0.2"
