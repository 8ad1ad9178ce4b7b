"""Which screen a preset is trained on."""

from contextlib import suppress
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.plane.presets import opened_as
from tuidl.preset.schema import Preset
from tuidl.runs.changed_preset import changed_preset
from tuidl.storage.folder import RunFolder
from tuidl.tui.services.services import Services
from tuidl.tui.session.display import RunDisplay
from tuidl.tui.session.run import Run


def screen_of(preset: Preset, services: Services, behind: Run | None) -> RunDisplay:
    """The playground for points in the plane, where the preset is one of its; ``behind``: a run
    whose curves are shown behind those of this one elsewhere."""
    state = opened_as(preset)
    if state is not None:
        from tuidl.tui.screens.playground import PlaygroundScreen

        return PlaygroundScreen(state, services)
    from tuidl.tui.screens.train import TrainScreen

    return TrainScreen(preset, services, behind)


def screen_of_run(path: Path, preset: Preset, services: Services) -> RunDisplay:
    """The same of a kept run that began with ``preset``: a playground as it was saved last."""
    if opened_as(preset) is not None:
        with suppress(RunError):  # the engine says why it cannot go on with it
            preset = changed_preset(RunFolder(path)) or preset
    return screen_of(preset, services, None)
