"""Ways for hostile texts to get to an exit: commands, events, received runs, presets, logs."""

import io
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import tomli_w

from tests.helpers import LINE, preset
from tests.tui.story import whole
from tuidl import cli
from tuidl.protocol import events
from tuidl.protocol.events import Event
from tuidl.storage.contents import RUN
from tuidl.storage.folder import RunFolder


class Place:
    """Where one text is tried: a folder, and what came out on stdout and stderr."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, patch
        self.runs = folder / "runs"
        patch.setenv("TUIDL_RUNS_DIR", str(self.runs))
        patch.setenv("XDG_STATE_HOME", str(folder))
        patch.setattr(cli, "leave_on_interrupt", lambda: None)
        patch.setattr(os, "_exit", sys.exit)

    def said_by(self, *arguments: str) -> str:
        """What the command says on both streams, whatever becomes of it."""
        out = self._caught()
        with pytest.raises(SystemExit):
            cli.main(list(arguments))
        return out.getvalue()

    def printed_by(self, call: Callable[[], object]) -> str:
        out = self._caught()
        call()
        return out.getvalue()

    def _caught(self) -> io.StringIO:
        out = io.StringIO()
        self._patch.setattr(sys, "stdout", out)
        self._patch.setattr(sys, "stderr", out)
        return out

    def file(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        data = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
        path.write_bytes(data)
        return str(path)


def told(text: str) -> list[Event]:
    """A run's events with ``text`` wherever one has text."""
    scores = {text: 0.5, "loss": 0.1}
    started = msgspec.structs.replace(
        whole()[0], run=text, preset=text, backend=text, device=text, examples={text: 3, "train": 5}
    )
    epoch = events.EpochEnded(
        epoch=1, seconds=1.0, train=scores, validation=scores, learning_rate=0.1,
        gradient_norms=dict.fromkeys([text, "a", "b", "c"], 0.5),
    )  # fmt: skip
    ended = events.RunEnded(
        reason=text, epochs=1, seconds=1.0, train=scores, validation=scores, test=None,
        weights_sha256=text,
    )  # fmt: skip
    failed = events.RunFailed(error=text, where={text: text}, gradient_norms={text: None})
    compiling = events.Compiling(done=0, total=1, kernel=text)
    return [started, compiling, epoch, ended, failed]


def run_of(place: Place, text: str) -> str:
    """A run that was received, every text of its records hostile."""
    folder = place.runs / "received"
    if not folder.exists():
        RunFolder.create(folder, "received", preset(LINE), "cpu")
    known = json.loads((folder / RUN).read_text())
    for key in ("run", "preset", "backend", "machine"):
        known[key] = text
    known["versions"] = {text: text}
    (folder / RUN).write_text(json.dumps(known))
    lines = [json.dumps(msgspec.to_builtins(event)) for event in told(text)]
    (folder / "events.jsonl").write_text("\n".join(lines))
    (folder / "summary.json").write_text(json.dumps({"ended": json.loads(lines[-1])}))
    return "received"


def hostile_table(text: str, **more: object) -> str:
    if re.search("[\ud800-\udfff]", text):
        text = "half"  # TOML cannot hold it
    table = msgspec.to_builtins(preset(LINE)) | {"about": text} | more
    return tomli_w.dumps(table)


def log_of(text: str) -> str:
    lines = [json.dumps({"step": n, text: n, "said": text, f"{text}/loss": 0.5}) for n in (1, 2)]
    return "\n".join(lines)
