"""A cursor on the picture of a generator, and the points that are put there into its data."""

from collections.abc import Callable

from msgspec.structs import replace

from tuidl.core.errors import DataError
from tuidl.data.cloud_edits import with_cloud, with_noise, without_nearest
from tuidl.data.point_cloud import PointCloud
from tuidl.preset.schema import Preset
from tuidl.protocol import commands, events
from tuidl.protocol.generated import Generated
from tuidl.tui.views.view import Send

STEPS = 40
"""Of the cursor from one side of the plane to the other."""


class CloudHand:
    """``cursor``: where it is in the plane, None before it was moved. Changes that the engine has
    not answered yet count for the next one."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begin()

    def begin(self) -> None:
        """Another run."""
        self.cursor: tuple[float, float] | None = None
        self._newest: Preset | None = None
        self._unanswered = 0

    def handle(self, event: events.Event) -> None:
        """Take in what the engine made of a change."""
        if isinstance(event, events.Edited | events.Refused) and event.key == commands.PRESET:
            self._unanswered = max(self._unanswered - 1, 0)
            if not self._unanswered or isinstance(event, events.Refused):
                self._newest = None

    def move(self, right: int, up: int, seen: Generated) -> None:
        """Move the cursor; first it is in the middle of what is seen."""
        low, high = ([part or 0.0 for part in corner] for corner in (seen.low, seen.high))
        here = self.cursor or ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
        sides = zip(here, (right, up), low, high, strict=True)
        x, y = (min(max(v + way * (b - a) / STEPS, a), b) for v, way, a, b in sides)
        self.cursor = x, y

    def put(self, in_force: Preset) -> str:
        """A cloud at the cursor; returns why that cannot be, if it cannot."""
        return self._change(in_force, lambda source: with_cloud(source, *(self.cursor or (0, 0))))

    def take(self, in_force: Preset) -> str:
        """The nearest cloud away."""
        here = self.cursor or (0.0, 0.0)
        return self._change(in_force, lambda source: without_nearest(source, *here))

    def blur(self, in_force: Preset, way: int) -> str:
        """Wider or narrower clouds."""
        return self._change(in_force, lambda source: with_noise(source, way))

    def _change(self, in_force: Preset, change: Callable[[PointCloud], PointCloud]) -> str:
        preset = self._newest or in_force
        if not isinstance(preset.data, PointCloud):
            return "these points are no point_cloud: they stay as they are"
        try:
            data = change(preset.data)
        except DataError as error:
            return str(error)
        if data != preset.data:
            self._newest = replace(preset, data=data)
            self._unanswered += 1
            self._send(commands.Change(preset=self._newest.to_toml()))
        return ""
