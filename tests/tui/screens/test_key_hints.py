"""The line of keys says what each key does in this state of the run; what it names, it does."""

from pathlib import Path

import pytest

from tests.tui import story
from tests.tui.quiet import loads, quiet
from tests.tui.watched import PAUSED, STARTED, Opened, Watched
from tuidl.protocol import commands, events
from tuidl.storage.contents import EVENTS
from tuidl.storage.locations import runs_folder
from tuidl.tui.app import Playground
from tuidl.tui.session.run import Phase
from tuidl.tui.session.session import Session
from tuidl.tui.widgets.key_line import KeyLine

GOING = "s step | e epoch | +- rate | f full speed | m modify | q leave | r reset | ? help"
OVER = "m modify | q leave | r reset | ? help"
FAULT = f"w whole error | {OVER}"
KEPT = f"E evaluate | p predict | x export | {OVER}"
DIVERGED = events.RunFailed(error="the loss is not finite", where={}, advice="")
STATES: dict[str, tuple[tuple[events.Event, ...], str]] = {
    "loading": ((), f"space train | {GOING}"),
    "compiling": ((STARTED,), f"space train | {GOING}"),
    "paused": ((STARTED, PAUSED), f"space train | {GOING}"),
    "training": ((STARTED, PAUSED, events.Resumed()), f"space pause | {GOING}"),
    "training from its start": (tuple(story.middle()), f"space pause | {GOING}"),
    "paused again": (
        (STARTED, PAUSED, events.Resumed(), PAUSED), f"space train | {GOING}"
    ),
    "ended": (tuple(story.whole()), f"space train again | {KEPT}"),
    "diverged": ((STARTED, PAUSED, DIVERGED), f"space train again | t go on slower | {FAULT}"),
    "refused": ((events.Refused(error="no such file"),), f"space train again | {FAULT}"),
}  # fmt: skip


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    monkeypatch.setattr(Session, "silence", 0.0)  # nothing here answers, however long that takes
    return quiet(monkeypatch, tmp_path)


def named(watched: Watched) -> str:
    """The hints, whatever the room; a picture of images is on the screen."""
    line = watched.screen.query_one(KeyLine)
    assert line._shown == tuple(line.hints), "what is painted is what is true"
    return " | ".join(f"{' '.join(k for _, k in h.keys)} {h.words}" for h in line.hints).replace(
        "+ - rate", "+- rate"
    )


@pytest.mark.parametrize("state", STATES)
async def test_each_hint_in_each_state(app: Playground, state: str) -> None:
    heard, expected = STATES[state]
    async with Opened(app, "cnn_digits", size=(200, 50)) as watched:
        app.session.load(watched.screen.preset)
        (runs_folder() / "run").mkdir(parents=True)
        (runs_folder() / "run" / EVENTS).touch()
        (runs_folder() / "cnn_digits-1").mkdir(parents=True)
        (runs_folder() / "cnn_digits-1" / EVENTS).touch()
        watched.screen.query_one("#picture").focus()
        watched.screen.query_one("#picture").answer = story.predictions()  # type: ignore[attr-defined]
        await watched.handle(*heard)
        watched.screen.pace_changed()
        await watched.pilot.pause()
        assert named(watched) == "v matrix | " + expected.replace(
            "full speed", "full speed" if watched.screen.pace else "slow down"
        )


@pytest.mark.slow
async def test_the_engine_that_died_is_started_again(app: Playground) -> None:
    async with Opened(app, "cnn_digits", size=(200, 50)) as watched:
        app.session._lost("the engine process ended")
        await watched.pilot.pause()
        assert named(watched) == f"space start again | {FAULT}"
        await watched.press("space")
        assert len(loads(app)) == 2
        assert watched.screen.shown.phase is Phase.LOADING


async def test_the_hint_answers_at_once_before_the_engine_does(app: Playground) -> None:
    async with Opened(app, "cnn_digits", size=(200, 50)) as watched:
        for command, words in ((commands.Resume, "pause"), (commands.Pause, "train")):
            watched.sent.clear()
            await watched.pilot.press("space")
            assert [type(sent) for sent in watched.sent if not isinstance(sent, commands.Look)] == [
                command
            ]
            assert named(watched).startswith(f"space {words} |")


@pytest.mark.slow
async def test_a_run_that_is_opened_again_is_trained_on(app: Playground) -> None:
    async with Opened(app, "cnn_digits", size=(200, 50)) as watched:
        app.session.load(watched.screen.preset)
        resumed = events.Place(epoch=4, step=7)
        again = events.RunStarted(**{f: getattr(STARTED, f) for f in STARTED.__struct_fields__}
                                  | {"resumed": resumed})  # fmt: skip
        await watched.handle(again, events.Paused(epoch=4, step=7, steps=25, loss=0.1))
        assert named(watched).startswith("space train | s step | e epoch")


@pytest.mark.slow
async def test_views_name_only_what_their_keys_can_do(app: Playground) -> None:
    async with Opened(app, "linear_regression", size=(200, 50)) as watched:
        watched.screen.query_one("#picture").focus()
        await watched.pilot.pause()
        assert "matrix" not in named(watched), "there are no images"
        await watched.press("5")
        assert "play" not in named(watched), "no step was done"
        watched.screen.shown.updates = 40
        await watched.press("left")
        assert "space play | left back | right on | end now | n fork" in named(watched).replace(
            "←", "left"
        ).replace("→", "right")
        await watched.press("a", "left", "b")
        assert "k compare" in named(watched)
        await watched.press("7")
        assert "do it" not in named(watched), "nothing was measured"
