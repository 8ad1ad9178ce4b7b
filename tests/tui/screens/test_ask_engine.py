"""Asking the real engine on the screen: while it trains, when paused, at its end, and of a run that
is opened again; the last as ``tuidl predict`` says it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from tests.tui.waiting import until
from tuidl.preset.library import load_preset
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.session.run import Phase, Run
from tuidl.tui.state import State
from tuidl.tui.views.ask import AskView


def view_of(app: Playground) -> AskView:
    return app.screen.query_one(AskView)


def shown(app: Playground) -> Run:
    assert isinstance(app.screen, TrainScreen)
    return app.screen.shown


async def answered(pilot: Pilot[int]) -> dict[str, float | None]:
    """The answer to what is drawn, once it is there."""
    view = view_of(pilot.app)  # type: ignore[arg-type]
    await until(pilot, lambda: view.is_current)
    assert view.answer is not None
    return dict(zip(view.answer.names, view.answer.values, strict=True))


@pytest.mark.slow
async def test_a_drawing_is_answered_at_any_time_and_as_predict_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    app = Playground(state=State(full_speed=True))
    async with app.run_test(size=(120, 40)) as pilot:
        app.open(load_preset("cnn_digits", ("training.epochs=2",)))
        await until(pilot, lambda: isinstance(app.screen, TrainScreen))
        await until(pilot, lambda: shown(app).phase is Phase.PAUSED)
        await pilot.press("8")
        await until(pilot, lambda: view_of(app).form is not None)
        await pilot.pause()
        await pilot.press("space", "shift+up", "shift+up", "shift+right")
        paused = await answered(pilot)
        await pilot.press("tab", "space")
        await until(pilot, lambda: shown(app).phase is Phase.ENDED)
        await until(pilot, lambda: view_of(app).frame.phase is Phase.ENDED)
        ended = await answered(pilot)
        assert ended != paused
        pixels = view_of(app).question.options()["values"]  # type: ignore[index]
        folder = app.session.run_folder(shown(app))
        assert folder is not None
        app.leave_run()
        app.open_run(folder, load_preset("cnn_digits", ("training.epochs=2",)))
        await until(pilot, lambda: isinstance(app.screen, TrainScreen))
        await pilot.press("8")
        await until(pilot, lambda: view_of(app).form is not None)
        view = view_of(app)
        assert view.question.drawing is not None
        view.question.drawing.put(pixels)
        view.changed()
        assert await answered(pilot) == ended
    np.save(path := tmp_path / "drawing.npy", np.array(pixels, np.float32).reshape(8, 8, 1))
    command = [sys.executable, "-P", "-m", "tuidl", "predict", str(folder), str(path), "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=300).stdout)
    assert told[0]["probabilities"] == ended
