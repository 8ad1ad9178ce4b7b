"""Runs with live edits, killed at random moments: do the edits survive, in order, each once?

A run is started in an engine process as the screen starts it, slowed down to some seconds, and
its learning rate is changed at random moments. The process is killed, half of the times right
after such a change; another one goes on with the run, and changes it further. In the end stands
the hash of another process, which makes the same edits at the same places and is never killed.
"""

import json
import random
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuidl.core.children import child_environment, module_command
from tuidl.preset.library import shipped
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import LEARNING_RATE
from tuidl.protocol.edits import At, place_of
from tuidl.protocol.events import Edited
from tuidl.runs.reading import read_timeline
from tuidl.storage.folder import RunFolder

PRESET, EPOCHS = "cnn_digits", 24
PACE = 600.0
"""Steps a second, so that a run takes about two seconds on any machine."""
MOST_INTERRUPTIONS = 3
RATES = (0.0003, 0.001, 0.002, 0.004)
PATIENCE = 900.0


@dataclass
class Engine:
    """An engine process and what it has said."""

    told: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            module_command("bench.often"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=child_environment(),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def tell(self, **command: Any) -> None:
        """Send a command, unless the process has ended."""
        assert self.process.stdin
        try:
            self.process.stdin.write(json.dumps(command).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return

    def wait_for(self, *kinds: str, after: int = 0) -> dict[str, Any]:
        """The first event of one of these kinds among those from ``after`` on."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = [event for event in self.told[after:] if event["event"] in kinds]
            if found:
                return found[0]
            time.sleep(0.002)
        raise TimeoutError(f"none of {kinds} in {PATIENCE:.0f} s: {self.told[-2:]}")

    @property
    def edits(self) -> list[dict[str, Any]]:
        """New ones that it has said are made."""
        return [event for event in self.told if event["event"] == "edited" and not event["again"]]

    def end(self) -> None:
        """Kill it, and hear what it still said."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream
            try:
                stream.close()
            except BrokenPipeError:
                continue

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            try:
                self.told.append(json.loads(line))
            except json.JSONDecodeError:
                return  # killed amid a line


@dataclass(frozen=True)
class Outcome:
    """Of one run: how often it was killed, and what became of its edits and its weights."""

    kills: int
    edits: int
    lost: int
    doubled: int
    unheard: int
    is_same: bool
    endings: tuple[str, ...]
    """How each engine ended, the one that was never killed last; says why where they differ."""


def story(chance: random.Random, runs: Path, interruptions: int, epochs: int = EPOCHS) -> Outcome:
    """One run, killed so often, to its end. ``runs``: an empty folder that runs are kept in."""
    preset = Preset.load(shipped()[PRESET], (f"training.epochs={epochs}",))
    heard: list[dict[str, Any]] = []
    endings: list[str] = []
    folder: Path | None = None
    for _ in range(interruptions):
        engine = begun(preset, folder)
        live(engine, chance)
        heard += engine.edits
        endings.append(str(engine.told[-1]))
        folder = begun_in(runs)
        assert folder or not heard, "an edit is kept at once"
    engine = begun(preset, folder, pace=None)
    ended = engine.wait_for("run_ended", "run_failed", "refused")
    engine.end()
    heard += engine.edits
    folder = folder or begun_in(runs)
    assert folder is not None
    logged = read_timeline(RunFolder(folder).log).edits
    numbers = {edit["number"] for edit in heard}
    whole = never_killed(preset, logged)
    return Outcome(
        kills=interruptions,
        edits=len(logged),
        lost=len(numbers - {edit.number for edit in logged}),
        doubled=len(heard) - len(numbers) + len(logged) - len({edit.number for edit in logged}),
        unheard=len({edit.number for edit in logged} - numbers),
        is_same=ended.get("weights_sha256") == whole.get("weights_sha256") is not None,
        endings=(*endings, str(ended), str(whole)),
    )


def begun_in(runs: Path) -> Path | None:
    """The run that is kept there; a name that was claimed before a kill is none yet."""
    return next((path for path in runs.iterdir() if (path / "run.json").exists()), None)


def begun(preset: Preset, run: Path | None, pace: float | None = PACE) -> Engine:
    """An engine that trains the preset, or goes on with a run."""
    engine = Engine()
    engine.tell(command="pace", steps_per_second=pace)
    kept = None if run is None else str(run)
    engine.tell(command="load", preset=preset.to_toml(), paused=False, run=kept)
    engine.wait_for("compiled", "refused")
    return engine


def live(engine: Engine, chance: random.Random) -> None:
    """Change the rate at random moments, and kill the engine at another one."""
    dies = time.monotonic() + chance.uniform(0.0, 1.8)
    while (left := dies - time.monotonic()) > 0 and engine.told[-1]["event"] != "run_ended":
        time.sleep(min(chance.expovariate(8.0), left))
        for _ in range(chance.choice((1, 1, 2))):
            engine.tell(command="set", key=LEARNING_RATE, value=chance.choice(RATES))
    if chance.random() < 0.5:
        engine.tell(command="set", key=LEARNING_RATE, value=chance.choice(RATES))
        time.sleep(chance.uniform(0.0, 0.01))
    engine.end()


def never_killed(preset: Preset, edits: list[Edited]) -> dict[str, Any]:
    """The last event of a run with these edits, in another process, which stops for each."""
    engine = Engine()
    engine.tell(command="load", preset=preset.to_toml(), paused=True)
    steps = engine.wait_for("paused")["steps"]
    here: At = (1, 1, 0)
    for edit in edits:
        _, epoch, step = place_of(edit)
        ahead = (epoch - here[1]) * steps + step - here[2]
        if ahead:
            after = len(engine.told)
            engine.tell(command="step", count=ahead)
            engine.wait_for("paused", after=after)
        engine.tell(command="set", key=edit.key, value=edit.value)
        here = place_of(edit)
    engine.tell(command="resume")
    ended = engine.wait_for("run_ended", "run_failed")
    made = [(event["epoch"], event["step"], event["value"]) for event in engine.edits]
    assert made == [(edit.epoch, edit.step, edit.value) for edit in edits]
    engine.end()
    return ended
