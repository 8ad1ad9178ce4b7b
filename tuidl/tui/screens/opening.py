"""Which screen a preset is trained on."""

from tuidl.plane.presets import opened_as
from tuidl.preset.schema import Preset
from tuidl.tui.screens.playground import PlaygroundScreen
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.services.services import Services
from tuidl.tui.session.display import RunDisplay
from tuidl.tui.session.run import Run


def screen_of(preset: Preset, services: Services, behind: Run | None) -> RunDisplay:
    """The playground for points in the plane, where the preset is one of its; ``behind``: a run
    whose curves are shown behind those of this one elsewhere."""
    state = opened_as(preset)
    if state is not None:
        return PlaygroundScreen(state, services)
    return TrainScreen(preset, services, behind)
