"""Landscapes of kept runs."""

from collections.abc import Generator

from tuidl.protocol.landscapes import LandscapeHead
from tuidl.runs.paths import at_once, gathered, steps_of_path
from tuidl.runs.rewinding import RewoundRun
from tuidl.training.landscape import Landscape, require_one_loss
from tuidl.training.surveys import KeptPath, Wanted, survey


def landscape_of(
    run: RewoundRun, against: RewoundRun | None, wanted: Wanted, step: int | None = None
) -> tuple[LandscapeHead, Landscape]:
    """Around the network of ``run`` after ``step`` steps, by default where it was last saved, with
    its path and that of ``against``. Raises TuidlError."""
    require_one_loss(run.state.program.graph)
    paths = [at_once(path_of(one)) for one in (run, against) if one is not None]
    run.go_to(run.newest.updates if step is None else step)
    return survey(run.state, run.folder.path.name, paths, wanted)


def path_of(run: RewoundRun) -> Generator[None, None, KeptPath]:
    """The way of a run from its first weights to those that were last saved."""
    size = sum(values.nbytes for values in run.state.model.parameters.values())
    newest = run.newest
    steps = steps_of_path(run.folder.keyframes.numbers, newest.updates, newest.seconds, size)
    return gathered(run.folder.path.name, steps, run.parameters_at)
