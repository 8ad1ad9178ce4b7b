"""A run's log says what the run took of the machine."""

import time

import pytest

from tests.tui import story
from tuidl.logs.own import record_of_event
from tuidl.preset.library import load_preset
from tuidl.protocol.events import Event, RunEnded
from tuidl.protocol.usage import Usage
from tuidl.runs.metering import Meter
from tuidl.runs.reading import stream_events
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.training.trainer import Trainer


def test_a_run_says_it_once_before_its_end() -> None:
    preset = load_preset("linear_regression", ["training.epochs=2"])
    recorder = RunRecorder.of_new(preset, "cpu")
    told = list(recorded(Trainer(preset, checkpointer=recorder), recorder))
    assert isinstance(told[-1], RunEnded)
    (usage,) = (event for event in told if isinstance(event, Usage))
    assert told.index(usage) == len(told) - 2
    assert (usage.epoch, usage.step, usage.steps) == (2, 4, 4)
    assert usage.cores > 0
    assert usage.memory is None or 1e7 < usage.memory < 1e12
    assert usage.free is None or usage.free >= 0
    assert recorder.folder is not None
    assert usage in list(stream_events(recorder.folder.log))


def test_it_is_said_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    meter = Meter(5.0)
    events: list[Event] = [*story.beginning(), *(story.epoch(i) for i in range(1, 9))]
    said = []
    for event in events:
        now[0] += 2.0
        said.append(meter.before(event) is not None)
    first = said.index(True)
    assert isinstance(events[first], type(story.epoch(1)))
    assert (
        said[first:] == [True, False, False, True, False, False, True, False][: len(said) - first]
    )


def test_its_numbers_can_be_drawn() -> None:
    usage = Usage(epoch=3, step=5, steps=10, cores=1.5, memory=200_000_000)
    record = record_of_event(usage)
    assert record is not None
    assert (record.x, record.values) == (2.5, {"usage.cores": 1.5, "usage.memory MB": 200.0})
