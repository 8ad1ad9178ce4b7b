"""A landscape around what is seen of a run, computed a little at a time."""

from collections.abc import Generator, Iterator
from pathlib import Path

from tuidl.core.errors import TuidlError
from tuidl.protocol.commands import Survey
from tuidl.protocol.event import Event
from tuidl.protocol.events import Refused
from tuidl.protocol.landscapes import LandscapeBegun, LandscapePart
from tuidl.runs.landscapes import path_of
from tuidl.runs.paths import gathered, steps_of_path
from tuidl.runs.rewinding import RewoundRun
from tuidl.storage.folder import RunFolder
from tuidl.training.landscape import require_one_loss
from tuidl.training.surveys import KeptPath, Wanted, finite_or_none, survey
from tuidl.worker.travel import TimeTravel


class Surveying:
    """``waits``: the run has to wait, as weights along its way are gathered."""

    def __init__(self, travel: TimeTravel, command: Survey) -> None:
        self._travel, self._command = travel, command
        self.waits = True
        self._events = self._compute()

    def work(self) -> tuple[Event | None, bool]:
        """Do a little: what there is to say of it, and whether more is left to do."""
        try:
            return next(self._events), True
        except StopIteration:
            return None, False
        except TuidlError as error:
            self.waits = False
            return Refused(error=str(error), key="landscape"), False

    def _compute(self) -> Iterator[Event | None]:
        """The paths of the runs, then the plane through them, then its losses, row after row."""
        command = self._command
        assert command.plane is not None
        require_one_loss(self._travel.state.program.graph)
        paths = yield from self._paths()
        wanted = Wanted(command.plane, command.points, command.seed)
        run = self._travel.folder.path.name
        head, landscape = survey(self._travel.state, run, paths, wanted)
        self.waits = False
        yield LandscapeBegun(number=command.number, head=head)
        for part in landscape.compute():
            losses = [finite_or_none(loss) for loss in part.losses]
            yield LandscapePart(number=command.number, places=part.places, losses=losses)
        yield LandscapePart(number=command.number, places=[], losses=[], is_whole=True)

    def _paths(self) -> Generator[None, None, list[KeptPath]]:
        """Weights along this run, and along another one that it is held against."""
        travel, folder = self._travel, self._travel.folder
        travel.begin_path()
        seconds, size = travel.seconds, travel.size
        steps = steps_of_path(folder.keyframes.numbers, travel.newest, seconds, size)
        paths = [(yield from gathered(folder.path.name, steps, travel.parameters_at))]
        if self._command.against is not None:
            other = RewoundRun(RunFolder(Path(self._command.against)), backend="cpu")
            paths.append((yield from path_of(other)))
        return paths
