"""Which values the next trials have: every combination, random ones, or by what earlier ones gave.

Values are asked for in batches of a fixed size, and results are told in the order of the trials, so
nothing depends on which of them is done first.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tuidl.core.errors import PresetError, TuidlError
from tuidl.sweeps.goals import Goal
from tuidl.sweeps.space import Choices, Setting, Value, applies, combinations, drawn
from tuidl.sweeps.spec import MOST_TRIALS, USUAL_TRIALS, Sweep
from tuidl.sweeps.values import plain

MOST_TOLD = 200
"""Epochs of a trial that the study is told of."""


class Result(NamedTuple):
    """``values``: by objective, smaller is better, NaN where the trial failed; ``curve``: of the
    first one by epoch; ``runs``: their names."""

    values: Sequence[float]
    curve: Sequence[float]
    is_pruned: bool
    runs: Sequence[str]


class Search(Protocol):
    """``trials``: how many there are to be."""

    trials: int

    def ask(self, numbers: Sequence[int]) -> list[dict[str, Value]]:
        """The values of these trials, the next ones."""
        ...

    def tell(self, results: Mapping[int, Result]) -> None:
        """What the trials of the last batch came to."""
        ...


class Given:
    """A list that is known before: a grid, or random values."""

    def __init__(self, values: list[dict[str, Value]]) -> None:
        self._values, self.trials = values, len(values)

    def ask(self, numbers: Sequence[int]) -> list[dict[str, Value]]:
        return [self._values[number] for number in numbers]

    def tell(self, results: Mapping[int, Result]) -> None:
        """Nothing is learned."""


def search_for(sweep: Sweep, source: str, storage: Path) -> Search:
    """``storage``: the file that a method which learns writes its study to, anew. Raises
    PresetError, or TuidlError where a package is missing."""
    known = known_before(sweep, source)
    if known is not None:
        return known
    trials = sweep.trials or USUAL_TRIALS
    return TreeParzen(sweep.seed, sweep.space, trials, storage, sweep.goals)


def known_before(sweep: Sweep, source: str) -> Given | None:
    """All values, where they do not depend on results. Raises PresetError."""
    space = sweep.space
    if sweep.method == "grid":
        return Given(_grid(sweep, space, source))
    if sweep.method == "random":
        trials = sweep.trials or USUAL_TRIALS
        return Given([drawn(space, sweep.seed, trial) for trial in range(trials)])
    return None


def _grid(sweep: Sweep, space: Mapping[str, Setting], source: str) -> list[dict[str, Value]]:
    """Every combination. Raises PresetError where these are more than ``trials`` or MOST_TRIALS."""
    most = sweep.trials or MOST_TRIALS
    try:
        found = list(islice(combinations(space), most + 1))
    except ValueError as error:
        raise PresetError("search", str(error), source) from None
    if len(found) > most:
        problem = f"the grid has more combinations than {most:,}; take method = 'random'"
        raise PresetError("trials", problem, source)
    return found


class TreeParzen:
    """The tree-structured Parzen estimator of Optuna (Bergstra et al., 2011); with two
    ``goals`` the one that goes by their Pareto front (Ozaki et al., 2022)."""

    def __init__(
        self,
        seed: int,
        space: Mapping[str, Setting],
        trials: int,
        storage: Path,
        goals: Sequence[Goal],
    ) -> None:
        optuna = _optuna()
        self._optuna, self._space, self.trials, self._goals = optuna, space, trials, goals
        storage.unlink(missing_ok=True)
        backend = optuna.storages.journal.JournalFileBackend(str(storage))
        self._study = optuna.create_study(
            study_name=storage.parent.name,
            storage=optuna.storages.JournalStorage(backend),
            sampler=optuna.samplers.TPESampler(seed=seed, constant_liar=True),
            directions=["minimize" if goal.minimizes else "maximize" for goal in goals],
        )
        self._study.set_metric_names([goal.name for goal in goals])
        self._asked: dict[int, Any] = {}

    def ask(self, numbers: Sequence[int]) -> list[dict[str, Value]]:
        found: list[dict[str, Value]] = []
        for number in numbers:
            trial = self._asked[number] = self._study.ask()
            values: dict[str, Value] = {}
            for key, setting in self._space.items():
                if applies(setting, values):
                    values[key] = self._suggested(trial, key, setting)
            found.append(values)
        return found

    def tell(self, results: Mapping[int, Result]) -> None:
        """The study has scores as they are, not turned so that smaller is better: whoever opens it
        sees what the table says."""
        states = self._optuna.trial.TrialState
        for number, trial in sorted(self._asked.items()):
            result = results[number]
            values = [g.sign * v for g, v in zip(self._goals, result.values, strict=True)]
            trial.set_user_attr("runs", list(result.runs))
            if len(values) == 1:
                self._report(trial, result.curve)
            if not all(map(math.isfinite, values)):
                self._study.tell(trial, state=states.FAIL)
            elif result.is_pruned:
                self._study.tell(trial, state=states.PRUNED)
            else:
                self._study.tell(trial, values)
        self._asked.clear()

    def _report(self, trial: Any, curve: Sequence[float]) -> None:
        """Epochs evenly spread, and the last one."""
        apart = -(-len(curve) // MOST_TOLD) or 1
        for epoch in range(len(curve), 0, -apart):
            if math.isfinite(curve[epoch - 1]):
                trial.report(self._goals[0].sign * curve[epoch - 1], epoch)

    def _suggested(self, trial: Any, key: str, setting: Setting) -> Value:
        """What the study suggests for one setting, as a preset has it."""
        if isinstance(setting, Choices):
            names = _names(setting.choices)
            return setting.choices[names.index(trial.suggest_categorical(key, names))]
        if setting.is_whole:
            step = int(setting.step or 1)
            return int(
                trial.suggest_int(key, setting.low, setting.high, step=step, log=setting.log)
            )
        value = trial.suggest_float(
            key, setting.low, setting.high, step=setting.step, log=setting.log
        )
        return setting.tidy(value)


def _names(choices: Sequence[Value]) -> list[Any]:
    """What the study calls them: as they are, but for lists and for what Python takes to be equal
    (1 and true)."""
    words = [value if isinstance(value, bool | int | float | str) else "" for value in choices]
    if "" not in words and len(set(words)) == len(words):
        return list(words)
    return [f"{number}: {plain(value)}" for number, value in enumerate(choices)]


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise TuidlError("method = 'tpe' needs Optuna: pip install 'tuidl[sweep]'") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    return optuna
