"""Folders of runs that never happened."""

from datetime import datetime
from pathlib import Path

import msgspec

from tests.tui import story
from tuidl.preset.library import load_preset
from tuidl.protocol import events
from tuidl.protocol.events import Event, RunEnded, RunFailed
from tuidl.runs.log import EventLog
from tuidl.storage.contents import RUN
from tuidl.storage.folder import RunFolder
from tuidl.storage.locations import ENDING, runs_folder
from tuidl.storage.records import Summary

FAILED = events.RunFailed(error="the loss is nan", where={"epoch": 9, "step": 3, "layer": "loss"})


def kept_run(name: str, told: list[Event], *overrides: str, preset: str = "cnn_digits") -> Path:
    """A run among the others, with what it told; its end, if it has one, is in its summary."""
    path = runs_folder() / name
    folder = RunFolder.create(path, name, load_preset(preset, overrides), "cpu")
    log = EventLog(folder.log)
    for event in told:
        log.write(event)
        if isinstance(event, RunEnded | RunFailed):
            folder.write_summary(Summary(ended=event))
    log.close()
    if found := ENDING.search(name):
        began(path, f"{datetime.strptime(found[1], '%Y%m%d-%H%M%S'):%Y-%m-%dT%H:%M:%SZ}")
    return path


def done(name: str = "cnn_digits-20260101-120000", *overrides: str) -> Path:
    return kept_run(name, story.whole(), *overrides)


def unfinished(name: str = "cnn_digits-20260102-120000") -> Path:
    return kept_run(name, story.middle())


def failed(name: str = "cnn_digits-20260103-120000") -> Path:
    return kept_run(name, [*story.middle(), FAILED])


def damaged(name: str = "cnn_digits-20260104-120000") -> Path:
    path = done(name)
    (path / RUN).write_text("{")
    return path


def began(path: Path, when: str) -> None:
    """Have a run begin at another time."""
    about = msgspec.json.decode((path / RUN).read_bytes())
    about["created"] = when
    (path / RUN).write_bytes(msgspec.json.encode(about))
