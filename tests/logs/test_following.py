"""Logs that grow, are cut, or come through a pipe."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.tui import story
from tests.tui.waiting import SECONDS
from tuidl.logs.follower import Follower
from tuidl.logs.log import Log
from tuidl.logs.measures import edits_of, measures_of
from tuidl.logs.source import FileSource, StreamSource, source_of
from tuidl.protocol import events


def until(follower: Follower, holds: Callable[[Log], bool]) -> Log:
    end = time.monotonic() + SECONDS
    while not holds(log := follower.log()):
        assert time.monotonic() < end, log.counts
        time.sleep(0.01)
    return log


def test_a_file_is_followed_as_it_grows_and_when_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"step":1,"loss":3}\n{"step":2,')
    follower = Follower(source_of(path))
    follower.start()
    until(follower, lambda log: log.counts.objects == 1 and follower.state == "following")
    with path.open("a") as file:
        file.write('"loss":2}\n{"step":3,"loss":1}')
    log = until(follower, lambda log: log.counts.objects == 3)
    assert log.counts.no_json == 0
    path.write_text('{"step":1,"loss":9}\n')
    log = until(follower, lambda log: log.counts.objects == 1)
    assert log.series["step", "loss"].last == 9.0
    path.unlink()
    path.write_text('{"step":1,"loss":7}\n{"step":2,"loss":8}\n')
    until(follower, lambda log: log.counts.objects == 2)
    follower.close()


def test_a_pipe_is_read_as_it_comes_and_ends() -> None:
    reading, writing = os.pipe()
    follower = Follower(StreamSource("stdin", reading))
    follower.start()
    os.write(writing, b'{"step":1,"loss":3}\n{"step":2')
    until(follower, lambda log: log.counts.objects == 1)
    os.write(writing, b',"loss":2}')
    os.close(writing)
    until(follower, lambda log: log.counts.objects == 2 and follower.state == "ended")


def test_a_pipe_of_something_else_is_a_problem() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"\x00\x01\n")
    follower = Follower(StreamSource("stdin", reading))
    follower.start()
    until(follower, lambda log: bool(follower.problem))
    assert "no UTF-8 text" in follower.problem
    os.close(writing)


def lines_of(told: list[events.Event]) -> Log:
    log = Log()
    for event in told:
        log.add(events.to_json(event).encode())
    return log


def test_our_own_events_have_names_values_and_an_end() -> None:
    log = lines_of(story.whole())
    assert [measure.name for measure in measures_of(log)][:2] == ["loss", "accuracy"]
    assert isinstance(log.ended, events.RunEnded)
    assert log.started is not None
    gradient = next(m for m in measures_of(log) if m.name == "gradient")
    assert {line.name for line in gradient.lines} == {"conv2d_1", "dense_1"}


def test_single_steps_are_drawn_until_there_are_epochs() -> None:
    few, many = lines_of(story.middle(1)), lines_of(story.middle(5))
    assert [line.name for line in measures_of(few)[0].lines] == ["train", "validation", "steps"]
    assert [line.name for line in measures_of(many)[0].lines] == ["train", "validation"]


def test_a_run_that_was_resumed_shows_what_counts() -> None:
    told = story.middle(8)
    assert isinstance(told[0], events.RunStarted)
    again = events.RunStarted(
        **{name: getattr(told[0], name) for name in told[0].__struct_fields__ if name != "resumed"},
        resumed=events.Place(epoch=5, step=10),
    )
    edit = events.Edited(epoch=7, step=3, key="optimizer.learning_rate", value=0.5)
    log = lines_of([*told, edit, again, *map(story.epoch, range(5, 7))])
    loss = measures_of(log)[0]
    assert loss.xs[-1] == 6.0
    assert loss.before[0].series.recent[-1][0] == 8.0
    assert edits_of(log) == []


def test_alerts_stand_on_the_curves_in_their_order() -> None:
    alert = events.Alert(rule="plateau", text="it is level", epoch=4, step=22)
    edit = events.Edited(epoch=7, step=3, key="optimizer.learning_rate", value=0.5)
    marks = edits_of(lines_of([*story.middle(8), edit, alert]))
    assert marks[0].text == "alert: plateau"
    assert [round(mark.x) for mark in marks] == [3 + round(22 / 45), 6]


def test_reading_from_a_file_says_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"step":1,"loss":3}\n' * 20_000)
    source = FileSource(path)
    assert source.share_read == 0.0
    source.read(0)
    assert 0.0 < source.share_read < 1.0
    source.close()
