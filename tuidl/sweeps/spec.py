"""The sweep file: which preset, which settings, how they are searched and judged."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from tuidl.core.config import Config, Seed
from tuidl.core.errors import PresetError, suggestion
from tuidl.core.own_files import FileError, read_bounded
from tuidl.core.user_folders import expanded
from tuidl.preset.decoding import convert
from tuidl.sweeps.goals import Direction, Goal, goals_of
from tuidl.sweeps.keys import flat, is_setting, never
from tuidl.sweeps.pruning import Pruner
from tuidl.sweeps.space import Choices, Range, Setting, Value, may_be

LARGEST = 1 << 20
"""Bytes of a sweep file."""
MOST_TRIALS = 100_000
USUAL_TRIALS = 20
SEED = "training.seed"


class Sweep(Config, frozen=True):
    """A sweep file.

    ``preset``: the name of a shipped one, or a file beside the sweep's. ``set``: values for every
    trial. ``search``: the values to try, by dotted keys. ``trials``: how many (by default 20, of
    a grid all combinations). ``batch``: how many are asked for before the results of any
    of them are told to a method that learns (tpe), or compared with others by the pruner median.
    ``objective``: a part and a score, or a list of two, of which none counts more; ``at``: that of
    the epoch that is best (by the first), or of the last one.
    ``seeds``: trainings of each trial, whose mean counts. ``time_limit``: seconds after which no
    trial begins.
    """

    preset: str
    search: dict[str, Any]
    set: dict[str, Value] = field(default_factory=dict)
    method: Literal["random", "grid", "tpe"] = "random"
    trials: Annotated[int, Meta(ge=1, le=MOST_TRIALS)] | None = None
    batch: Annotated[int, Meta(ge=1, le=MOST_TRIALS)] = 10
    seed: Seed = 0
    seeds: Annotated[int, Meta(ge=1, le=1000)] = 1
    objective: str | list[str] = "validation.loss"
    at: Literal["best", "last"] = "best"
    direction: Direction | list[Direction] = ""
    pruner: Pruner = Pruner()
    time_limit: Annotated[float, Meta(gt=0)] | None = None

    def __post_init__(self) -> None:
        if len(self.goals) > 1 and self.pruner.type != "none":
            raise ValueError("pruner: trials are compared by one objective; with two take none")
        if not self.search:
            raise ValueError("search: expected at least one setting")

    @property
    def goals(self) -> tuple[Goal, ...]:
        """One, or two."""
        return goals_of(self.objective, self.direction)

    @property
    def space(self) -> dict[str, Setting]:
        """The settings, in the order of the file. Raises PresetError."""
        found: dict[str, Setting] = {}
        for key, value in self.search.items():
            if not isinstance(value, list | dict):
                problem = f"expected a list of values, or a table with low and high, got {value!r}"
                raise PresetError(f"search.{key}", problem)
            table = {"choices": value} if isinstance(value, list) else value
            is_list = isinstance(table, dict) and "choices" in table
            setting: Setting = convert(table, Choices if is_list else Range, f"search.{key}")
            for other in setting.when:
                if other not in found:
                    before = suggestion(other, found) if found else " (it is the first one)"
                    problem = f"no setting {other!r} before this one{before}"
                    raise PresetError(f"search.{key}.when", problem)
                if not may_be(found[other], setting.when[other]):
                    problem = f"{other} is never {setting.when[other]!r} under search"
                    raise PresetError(f"search.{key}.when", problem)
            found[key] = setting
        return found


def parse(text: str, source: str) -> Sweep:
    """Read a sweep file's text. Raises PresetError, with ``source``, key and what was expected."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise PresetError("", f"no valid TOML: {error}", source) from None
    try:
        for name, ends in (("search", is_setting), ("set", never)):
            if name in table:
                table[name] = flat(name, table[name], ends)
        sweep: Sweep = convert(table, Sweep, "sweep")
        space = sweep.space
        if both := sorted(set(space) & set(sweep.set)):
            raise PresetError(f"set.{both[0]}", "is also under search")
        if sweep.seeds > 1 and SEED in {**space, **sweep.set}:
            problem = f"{SEED} is given, so that all trainings of a trial would be the same"
            raise PresetError("seeds", problem)
    except PresetError as error:
        key = error.key.removeprefix("sweep").removeprefix(".")
        raise PresetError(key, error.problem, source) from None
    return sweep


def read(path: Path) -> str:
    """The text of a sweep file. Raises PresetError."""
    try:
        return read_bounded(path, LARGEST).decode()
    except FileError as error:
        raise PresetError("", str(error)) from None
    except UnicodeDecodeError as error:
        raise PresetError("", f"not UTF-8 text (byte {error.start})", str(path)) from None


def base_preset(sweep: Sweep, path: Path) -> Path | str:
    """What the sweep file at ``path`` calls its preset: a file beside it, or a shipped one."""
    beside = path.absolute().parent / expanded(sweep.preset)
    return beside if beside.suffix == ".toml" else sweep.preset
