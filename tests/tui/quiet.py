"""The playground without its engine process: the screens alone, quick to start."""

from pathlib import Path

import pytest

from tuidl.protocol.commands import Command, Load
from tuidl.protocol.events import Loading
from tuidl.tui.app import Playground
from tuidl.tui.session.cpu_share import CpuShare
from tuidl.tui.session.engine import Engine
from tuidl.tui.state import State
from tuidl.tui.widgets.frame_throttle import FrameThrottle


def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **options: object) -> Playground:
    """A playground whose engine only records the commands it is sent, in ``app.sent``."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    sent: list[Command] = []

    async def nothing(engine: Engine) -> None:
        return None

    def note(engine: Engine, command: Command) -> bool:
        sent.append(command)
        if isinstance(command, Load):
            assert command.number is not None
            engine._on_event(Loading(number=command.number))
        return True

    monkeypatch.setattr(FrameThrottle, "allows", lambda throttle, now, used: True)
    monkeypatch.setattr(CpuShare, "measure", lambda cpu: None)  # its share of a core varies
    monkeypatch.setattr(Engine, "start", nothing)
    monkeypatch.setattr(Engine, "stop", nothing)
    monkeypatch.setattr(Engine, "send", note)
    app = Playground(state=options.pop("state", None) or State(), **options)  # type: ignore[arg-type]
    app.sent = sent  # type: ignore[attr-defined]
    return app


def loads(app: Playground) -> list[Load]:
    """What the engine was sent to load."""
    return [command for command in app.sent if isinstance(command, Load)]  # type: ignore[attr-defined]
