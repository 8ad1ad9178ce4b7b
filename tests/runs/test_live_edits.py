"""Live edits survive any number of interruptions, in order, each once."""

import errno
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import helpers
from tests.runs.edited import Planned, begun, gone_on_with, killed_at, never_interrupted
from tests.runs.kept import sha
from tuidl.core.errors import RunError
from tuidl.protocol.commands import LEARNING_RATE
from tuidl.protocol.edits import Timeline, place_of
from tuidl.protocol.events import Edited, EpochEnded, Event, Place, RunEnded, RunFailed, RunStarted
from tuidl.runs.reading import event_of, read_events
from tuidl.runs.resuming import edits_to_replay
from tuidl.storage.folder import RunFolder
from tuidl.training.start import trainer_for

EPOCHS, STEPS = 4, 5
PRESETS = {
    "plain": helpers.preset(helpers.LINE, f"training.epochs={EPOCHS}", "training.batch_size=16"),
    "plateau": helpers.preset(
        helpers.LINE, f"training.epochs={EPOCHS}", "training.batch_size=16",
        'optimizer={type="adam", schedule={type="reduce_on_plateau", multiplier=0.5, patience=1, '
        "min_delta=0.5}}",
    ),
    "folds": helpers.preset(
        helpers.LINE, "training.epochs=2", "training.batch_size=16", "training.folds=2",
        "data.validation=0", "data.test=0",
    ),
}  # fmt: skip

RATES = st.floats(0.001, 0.2).map(lambda rate: float(f"{rate:.4g}"))


def plans(name: str) -> st.SearchStrategy[list[Planned]]:
    """Edits in the order of their places, several at one among them."""
    folds, epochs = (2, 2) if name == "folds" else (1, EPOCHS)
    place = st.tuples(st.integers(1, folds), st.integers(1, epochs), st.integers(0, STEPS - 1))
    edits = st.lists(st.tuples(place, RATES), max_size=6)
    return edits.map(lambda found: sorted(found, key=lambda edit: edit[0]))


@st.composite
def stories(draw: st.DrawFn) -> tuple[str, list[Planned], int, list[tuple[int, list[Planned]]]]:
    """A preset, edits, how often it is saved, and interruptions, after each of which the user
    makes further edits, also at places where the run had been before."""
    name = draw(st.sampled_from(sorted(PRESETS)))
    interruptions = st.lists(st.tuples(st.integers(0, 14), plans(name)), max_size=4)
    return name, draw(plans(name)), draw(st.integers(1, 9)), draw(interruptions)


def of_place(edits: list[Edited]) -> list[Planned]:
    """In the order in which they count: by places, at one place as they were made."""
    return [(place_of(edit), edit.value) for edit in sorted(edits, key=place_of)]


@pytest.mark.slow
@settings(max_examples=50)
@given(stories())
def test_however_it_is_interrupted_it_ends_as_if_it_never_was(
    story: tuple[str, list[Planned], int, list[tuple[int, list[Planned]]]],
) -> None:
    name, plan, every, interruptions = story
    preset, made = PRESETS[name], []
    with TemporaryDirectory() as folder:
        out = Path(folder) / "0"
        editor, run = begun(preset, out, list(plan), every)
        for number, (count, further) in enumerate(interruptions, 1):
            left = out.with_name(str(number))
            killed_at(run, count, out, left)
            made += editor.made
            plan = [edit for edit in editor.plan if edit not in further] + further
            plan.sort(key=lambda edit: edit[0])
            if left.exists():
                out = left
                editor, run = gone_on_with(out, plan, every)
            else:
                out, made = left, []
                editor, run = begun(preset, out, plan, every)
        *_, last = run
        made += editor.made
        assert isinstance(last, RunEnded)
        expected = never_interrupted(preset, of_place(made))
        assert sha(last) == sha(expected)
        logged = [e for e in read_events(RunFolder(out).log) if isinstance(e, Edited)]
        assert of_place(logged) == of_place(made), "each once"
        assert [e.number for e in logged] == sorted({e.number for e in made})
        again = trainer_for(preset)
        again.edits.repeat(edits_to_replay(RunFolder(out)))
        *_, replayed = again.run()
        assert sha(replayed) == sha(expected)


def test_a_rate_given_on_resuming_holds_through_further_interruptions(tmp_path: Path) -> None:
    preset = PRESETS["plain"]
    editor, run = begun(preset, tmp_path / "0", [((1, 1, 2), 0.05), ((1, 3, 1), 0.02)], 3)
    killed_at(run, 6, tmp_path / "0", tmp_path / "1")
    again, run = gone_on_with(tmp_path / "1", list(editor.plan), 3, learning_rate=0.07)
    again.recorder.close()
    shutil.copytree(tmp_path / "1", tmp_path / "2")
    for number in (2, 3):
        again, run = gone_on_with(tmp_path / str(number), list(again.plan), 3)
        killed_at(run, 2, tmp_path / str(number), tmp_path / str(number + 1))
    again, run = gone_on_with(tmp_path / "4", list(again.plan), 3)
    *_, last = run
    edits = edits_to_replay(RunFolder(tmp_path / "4"))
    assert sorted(edit.value for edit in edits) == [0.02, 0.05, 0.07]
    assert sha(last) == sha(never_interrupted(preset, of_place(edits)))


def test_after_a_divergence_a_rate_given_stands_instead_of_the_edits_that_led_to_it(
    tmp_path: Path,
) -> None:
    """They would lead to it again, and the run could never go on."""
    preset = PRESETS["plain"]
    _, run = begun(preset, tmp_path / "run", [((1, 1, 2), 0.05), ((1, 3, 1), 1e30)], 7)
    *_, failed = run
    assert isinstance(failed, RunFailed)
    _, run = gone_on_with(tmp_path / "run", [], 7)
    *_, failed = run
    assert isinstance(failed, RunFailed), "as it was"
    _, run = gone_on_with(tmp_path / "run", [], 7, learning_rate=0.01)
    killed_at(run, 0, tmp_path / "run", tmp_path / "killed")
    _, run = gone_on_with(tmp_path / "killed", [], 7)
    *_, last = run
    edits = edits_to_replay(RunFolder(tmp_path / "killed"))
    assert [edit.value for edit in edits] == [0.05, 0.01]
    assert sha(last) == sha(never_interrupted(preset, of_place(edits)))


def test_an_edit_that_could_not_be_written_down_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, or the disk full: half a line, which the next one to open the log takes off."""
    preset = PRESETS["plain"]
    _, run = begun(preset, tmp_path / "run", [((1, 2, 3), 0.05)], 2)
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if b'"edited"' in data:
            write(descriptor, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", full)
    *_, failed = run
    monkeypatch.undo()
    assert isinstance(failed, RunFailed)
    assert "No space left" in failed.error
    lines = (tmp_path / "run" / "events.jsonl").read_bytes().splitlines()
    assert all(event_of(line) is not None for line in lines), "no half line stays"
    _, run = gone_on_with(tmp_path / "run", [], 2)
    *_, last = run
    assert sha(last) == sha(never_interrupted(preset, []))


def test_an_edit_while_it_waits_for_its_first_step_is_kept_and_repeated(tmp_path: Path) -> None:
    preset = PRESETS["plain"]
    plan = [((1, 1, 0), 0.05), ((1, 1, 0), 0.01)]
    editor, run = begun(preset, tmp_path / "0", list(plan), 100)
    killed_at(run, 2, tmp_path / "0", tmp_path / "1")
    left = editor.plan
    for number in (1, 2):
        editor, run = gone_on_with(tmp_path / str(number), left, 100)
        killed_at(run, number, tmp_path / str(number), tmp_path / str(number + 1))
        left = editor.plan
    _, run = gone_on_with(tmp_path / "3", left, 100)
    *_, last = run
    assert sha(last) == sha(never_interrupted(preset, plan))
    assert len(edits_to_replay(RunFolder(tmp_path / "3"))) == 2


EDIT = {"key": LEARNING_RATE, "epoch": 2, "step": 1}


def _started(place: Place | None) -> RunStarted:
    return RunStarted(
        run="r", preset="p", seed=1, backend="cpu", threads=1, shards=1, parameters=1, epochs=4,
        batch_size=16, examples={"train": 80}, resumed=place,
    )  # fmt: skip


def _ended(epoch: int) -> EpochEnded:
    return EpochEnded(
        epoch=epoch, seconds=1.0, train={"loss": 1.0}, validation=None, learning_rate=0.1,
        gradient_norms={},
    )  # fmt: skip


def timeline(*told: Event) -> list[float]:
    folded = Timeline()
    for event in told:
        folded.handle(event)
    return [edit.value for edit in folded.edits]


A, B = Edited(**EDIT, value=0.1), Edited(**EDIT, value=0.2)
BACK = _started(Place(epoch=1, step=3))


@pytest.mark.parametrize(
    ("told", "values"),
    [
        ([A, B], [0.1, 0.2]),
        ([A, B, BACK, A, B], [0.1, 0.2]),
        ([A, B, BACK, A, B, BACK, A], [0.1, 0.2]),
        ([A, BACK, BACK], [0.1]),
        ([A, BACK, BACK, _ended(1)], [0.1]),
        ([A, BACK, BACK, _ended(1), _ended(2)], []),
        ([A, B, A, BACK, A, B, A], [0.1, 0.2, 0.1]),
        ([A, B, A, BACK], [0.1, 0.2, 0.1]),
        ([A, _started(None), A], [0.1]),
        ([A, _started(None)], [0.1]),
        ([A, _started(Place(epoch=2, step=1)), B], [0.1, 0.2]),
        ([A, _started(Place(epoch=2, step=2)), B], [0.1, 0.2]),
    ],
)
def test_logs_of_before_edits_had_numbers(told: list[Event], values: list[float]) -> None:
    """There each is written whenever it is made; what a resumption made void waits to be made
    again, and was not made where the run came past it all the same."""
    assert sorted(timeline(_started(None), *told)) == sorted(values)


def test_a_log_without_numbers_goes_on_with_them(tmp_path: Path) -> None:
    preset = PRESETS["plain"]
    _, run = begun(preset, tmp_path / "0", [((1, 2, 1), 0.05)], 4)
    killed_at(run, 7, tmp_path / "0", tmp_path / "1")
    log = tmp_path / "1" / "events.jsonl"
    edits = read_events(log)
    assert sum(isinstance(event, Edited) for event in edits) == 1
    log.write_text(log.read_text().replace('"number":1,', ""))
    for number in (1, 2):  # killed before the edit is made again, and then once more behind it
        _, run = gone_on_with(tmp_path / str(number), [], 4)
        killed_at(run, 1 + 3 * (number - 1), tmp_path / str(number), tmp_path / str(number + 1))
    _, run = gone_on_with(tmp_path / "3", [], 4)
    *_, last = run
    assert sha(last) == sha(never_interrupted(preset, [((1, 2, 1), 0.05)]))
    assert len(edits_to_replay(RunFolder(tmp_path / "3"))) == 1


@pytest.mark.parametrize("change", ['"value":-1', '"value":0', '"key":"loss"'])
def test_an_edit_that_no_user_can_have_made_is_refused(change: str, tmp_path: Path) -> None:
    _, run = begun(PRESETS["plain"], tmp_path / "0", [((1, 1, 1), 0.05)], 4)
    killed_at(run, 5, tmp_path / "0", tmp_path / "1")
    log = tmp_path / "1" / "events.jsonl"
    text = log.read_text()
    old = '"value":0.05' if "value" in change else f'"key":"{LEARNING_RATE}"'
    assert old in text
    log.write_text(text.replace(old, change))
    with pytest.raises(RunError, match=r"events\.jsonl: the edit at epoch 1, step 1 cannot"):
        gone_on_with(tmp_path / "1", [], 4)
