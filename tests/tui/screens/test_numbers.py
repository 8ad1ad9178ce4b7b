"""Every number on the training screen is that of the log, at the step that the screen states."""

import random
import re
from itertools import islice
from pathlib import Path

import pytest

from tests.tui.screens.seen import Seen, Witness, is_settled
from tests.tui.waiting import text_of, until
from tuidl.charts.scale import readable
from tuidl.core.durations import trained
from tuidl.preset.library import load_preset
from tuidl.protocol import events
from tuidl.runs.listing import look_at
from tuidl.runs.reading import stream_events
from tuidl.storage.contents import EVENTS
from tuidl.storage.folder import RunFolder
from tuidl.tui.app import Playground
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.state import State

SIZES = [(80, 24), (120, 40), (200, 50)]
STORM = 200
KEYS = (
    "space", "space", "s", "s", "e", "plus", "minus", "f", "less_than_sign", "greater_than_sign",
    "1", "2", "3", "4", "v", "left", "right", "up", "down", "tab", "l", "escape",
)  # fmt: skip


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    preset = load_preset("cnn_digits", ("training.epochs=1000000",))
    return Playground(preset, state=State(), threads=1)


def check(seen: Seen, witness: Witness, *, is_resting: bool = False) -> None:
    """Hold every number of the screen against what the engine said of that moment."""
    where = (seen.epoch, seen.step)
    assert seen.moments <= {f"epoch {seen.epoch}, step {seen.step}"}, (where, seen.text)
    logged = witness.logged.get(where) or witness.logged.get((seen.epoch - 1, 45))
    loss = seen.number("loss", "training batch: ")
    assert (loss is None) == (where == (1, 0)), seen.text
    if loss is not None:
        assert logged is not None, where
        assert loss == readable(logged.loss), (where, seen.text)
    ended = {epoch: one for epoch, one in witness.epochs.items() if epoch < seen.epoch}
    ended |= (
        {seen.epoch: one} if seen.step == 45 and (one := witness.epochs.get(seen.epoch)) else {}
    )
    if ended:
        check_epoch(seen, max(ended), ended)
    if is_resting:
        assert seen.word == witness.phase, seen.text


def check_epoch(seen: Seen, last: int, ended: dict[int, events.EpochEnded]) -> None:
    """The scores after the last epoch that had ended, in the header and above the curves."""
    train, validation = ended[last].train, ended[last].validation
    assert validation is not None
    line = f"validation after epoch {last}: "
    assert seen.number("loss", line) == readable(validation["loss"]), (line, seen.text)
    accuracy = seen.number("accuracy", line)
    assert accuracy in (None, f"{validation['accuracy']:.1%}"), seen.text
    if (lowest := seen.number("lowest loss", line)) is not None:
        assert lowest == readable(min(e.validation["loss"] for e in ended.values() if e.validation))
    for name, value in (("train", train["loss"]), ("validation", validation["loss"])):
        drawn = seen.number(rf"{name}", "│ loss")
        assert drawn in (None, *(readable(value, digits) for digits in (3, 4))), seen.text
    right = re.search(r"(\d+) of 359 right", seen.text)
    if right and seen.step in (0, 45):
        assert int(right[1]) == round(validation["accuracy"] * 359), seen.text


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_number_is_that_of_the_log_at_the_stated_step(
    app: Playground, size: tuple[int, int], tmp_path: Path
) -> None:
    witness = Witness.of(app)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "Ⅱ paused" in text_of(app) and is_settled(app))
        await pilot.press("space")
        for view in "1212312":
            await pilot.press(view)
            for _ in range(12):
                await pilot.pause(0.03)
                if (seen := Seen.of(text_of(app))) and "stale" not in seen.text:
                    check(seen, witness)
        await pilot.press("e", "2")
        await until(pilot, lambda: is_paused_at_rest(app, witness))
        check(seen_of(app), witness, is_resting=True)
        shown = seen_of(app)
        await pilot.press("q", "k")
        await until(pilot, lambda: "ended" in text_of(app))
        seconds = witness.last(events.RunEnded).seconds
        assert f"in {trained(seconds)}" in text_of(app)
    (folder,) = (tmp_path / "runs").iterdir()
    assert look_at(RunFolder(folder)).seconds == seconds
    kept = [e for e in stream_events(folder / EVENTS) if isinstance(e, events.Progress)]
    place = (shown.epoch, shown.step) if shown.step else (shown.epoch - 1, 45)
    assert any((e.epoch, e.step) == place for e in kept), "what the screen showed is in the log"


def seen_of(app: Playground) -> Seen:
    seen = Seen.of(text_of(app))
    assert seen is not None, text_of(app)
    return seen


def is_paused_at_rest(app: Playground, witness: Witness) -> bool:
    seen, last = Seen.of(text_of(app)), witness.last(events.Frame)
    if seen is None or witness.phase != "paused" or last is None or not is_settled(app):
        return False
    return (seen.word, seen.epoch, seen.step) == ("paused", last.epoch, last.step)


async def storm(app: Playground, size: tuple[int, int], seed: int, count: int) -> None:
    """Random sequences of keys; after each the screen says of the run what the engine says."""
    chance, witness = random.Random(seed), Witness.of(app)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "Ⅱ paused" in text_of(app) and is_settled(app))
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        for number in range(count):
            keys = [chance.choice(KEYS) for _ in range(chance.randint(1, 6))]
            await pilot.press(*keys)
            await until(pilot, lambda: agrees(app, screen, witness))
            seen = seen_of(app)
            if "stale" not in seen.text:
                check(seen, witness)
            rate = seen.number("rate", "rate ")
            known = [f.learning_rate for f in frames(witness) if (f.epoch, f.step) == seen.place]
            assert rate is None or any(
                float(rate) == pytest.approx(one, rel=0.01) for one in known
            ), (seed, number, keys, known, seen.text)


def agrees(app: Playground, screen: TrainScreen, witness: Witness) -> bool:
    """Whether phase, place and pace on the screen are those of the engine."""
    seen, frame = Seen.of(text_of(app)), witness.last(events.Frame)
    if seen is None or frame is None or seen.word != witness.phase:
        return False
    if witness.phase != "training":
        is_there = (seen.epoch, seen.step) == (frame.epoch, frame.step) and is_settled(app)
        return is_there and frame.pace == screen.pace
    return frame.pace == screen.pace and seen.place in {(f.epoch, f.step) for f in frames(witness)}


def frames(witness: Witness) -> list[events.Frame]:
    """The last two: the one on the screen may be drawn while the next is on its way. However many
    epochs end between them: on a fast machine hundreds do."""
    backwards = (event for event in reversed(witness.heard) if isinstance(event, events.Frame))
    return list(islice(backwards, 2))


@pytest.mark.slow
async def test_after_any_keys_the_screen_says_what_the_engine_says(app: Playground) -> None:
    await storm(app, SIZES[1], seed=0, count=1)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_after_any_of_200_sequences_of_keys_it_does(
    app: Playground, size: tuple[int, int]
) -> None:
    await storm(app, size, seed=sum(size), count=-(-STORM // len(SIZES)))
