"""A run of the 2D playground that is opened again: the playground, as it was saved."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.runs.changed import Changer
from tests.tui.quiet import loads, quiet
from tests.tui.waiting import until
from tuidl.plane.presets import preset_of
from tuidl.plane.state import PlaneState
from tuidl.protocol import events
from tuidl.runs.changed_preset import changed_preset
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.storage.folder import RunFolder
from tuidl.training.start import trainer_for
from tuidl.tui.screens.playground import PlaygroundScreen
from tuidl.tui.screens.train import TrainScreen

START = "2d:spiral:points=50"
THEN = "2d:spiral:points=50:net=5-2"
LATER = "2d:spiral:points=50:net=5-3"


def kept(path: Path) -> RunFolder:
    """A run that was changed twice, and then killed."""
    preset = preset_of(PlaneState.parse(START))
    recorder = RunRecorder.of_new(preset, "cpu", path, every=8)
    changer = Changer([(3, THEN), (13, LATER)], 15, recorder.handle)
    run = recorded(trainer_for(preset, interrupter=changer, checkpointer=recorder), recorder)
    for _ in run:
        if len(changer.made) == 2:
            break
    run.close()  # type: ignore[attr-defined]
    return RunFolder(path)


async def test_its_settings_are_those_that_it_goes_on_with(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = kept(tmp_path / "run")
    app = quiet(monkeypatch, tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        app.open_run(folder.path, folder.preset)
        await until(pilot, lambda: loads(app))
        assert loads(app)[-1].run == str(folder.path)
        screen = app.screen
        assert isinstance(screen, PlaygroundScreen)
        saved = changed_preset(folder)  # which of the two changes, depends on when it was killed
        assert saved is not None
        assert saved.about in (THEN, LATER)
        assert screen.scene.state.line() == saved.about
        assert screen.preset.about == saved.about
        edit = next(
            one for one in reversed(folder_edits(folder)) if one.preset and LATER in one.preset
        )
        screen.handle(replace(edit, again=True))
        assert screen.scene.state.line() == LATER
        assert screen.preset.about == LATER
        await pilot.pause()


async def test_a_run_of_another_preset_has_the_training_screen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tuidl.preset.library import load_preset

    app = quiet(monkeypatch, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_run(tmp_path, load_preset("mlp_xor"))
        await pilot.pause()
        assert isinstance(app.screen, TrainScreen)


def folder_edits(folder: RunFolder) -> list[events.Edited]:
    from tuidl.runs.reading import read_events

    return [event for event in read_events(folder.log) if isinstance(event, events.Edited)]
