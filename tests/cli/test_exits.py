"""A hundred hostile texts through every exit of the command line, and of exported programs.

Each function of ``EXITS`` brings one text to one exit and returns what came out there. The screen's
exits are in ``tests/tui/test_exits.py``.
"""

import ast
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.cli.exits import Place, hostile_table, log_of, run_of, told
from tests.helpers import CONV, LINE, preset
from tests.hostile import HOSTILE, raw
from tuidl import cli
from tuidl.cli import reports
from tuidl.cli.show import description
from tuidl.compiler.graph import Graph
from tuidl.core.errors import PresetError
from tuidl.core.streams import MOVES, STYLES
from tuidl.data.spec import ExampleSpec
from tuidl.export import numpy_program, torch_program
from tuidl.inference.predictions import Predictions
from tuidl.inference.preprocessing import Preparation
from tuidl.nn.losses.classification import CrossEntropy
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.runs.comparing import Compared, difference_lines, result_lines
from tuidl.tasks.choice import task_for


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch)


def reported(report: reports.Report, text: str) -> None:
    with report:
        for event in told(text):
            report.handle(event)


def prediction(text: str) -> Predictions:
    task = task_for(ExampleSpec((2,), 2, (text, "b")), CrossEntropy())
    return Predictions(task, (text,), np.array([[0.75, 0.25]]))


def lost(text: str) -> Predictions:
    task = task_for(ExampleSpec((2,), 2, ("a", "b")), CrossEntropy())
    return Predictions(task, ("1", "2"), np.array([[0.75, 0.25]]), problems={1: text})


def compared(text: str) -> str:
    runs = [
        Compared(text, text, None, {f"test {text}": 0.5}, {text: text, "key": number})
        for number in (1, 2)
    ]
    return "\n".join([*result_lines(runs), *difference_lines(runs)])


def exported(text: str) -> str:
    """Both programs' sources, which must also be programs."""
    known = msgspec.structs.replace(preset(CONV), about=text)
    prepared = msgspec.structs.replace(Preparation.of(known), classes=(text, "other"))
    graph = Graph.build(known)
    sources = [module.program(graph, prepared, text) for module in (numpy_program, torch_program)]
    for source in sources:
        found = {n.targets[0].id: n.value for n in ast.parse(source).body
                 if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)}  # fmt: skip
        assert not raw(ast.literal_eval(found["CLASSES"])[0]), ascii(text)
    return "\n".join(sources)


EXITS: dict[str, Callable[[Place, str], str]] = {
    "preset's name in argv": lambda p, t: p.said_by("train", "--no-ui", "--", t),
    "command": lambda p, t: p.said_by(t),
    "option (click's own error)": lambda p, t: p.said_by("train", f"--x{t}"),
    "option's value (click's own)": lambda p, t: p.said_by("train", "a", "--seed", t),
    "key and value of --set": lambda p, t: p.said_by("show", "mlp_xor", "--set", f"{t}={t}"),
    "value of --set": lambda p, t: p.said_by("show", "mlp_xor", "--set", f"loss.type='{t}'"),
    "backend": lambda p, t: p.said_by("train", "mlp_xor", "--no-ui", "--backend", t),
    "explain": lambda p, t: p.said_by("explain", "--", t),
    "runs WORDS": lambda p, t: p.said_by("runs", "--", t),
    "resume": lambda p, t: p.said_by("resume", "--no-ui", "--", t),
    "view": lambda p, t: p.said_by("view", "--no-ui", "--", t),
    "verify": lambda p, t: p.said_by("verify", "--", t),
    "replay": lambda p, t: p.said_by("replay", "--", t),
    "compare": lambda p, t: p.said_by("compare", "--", t, t),
    "predict": lambda p, t: p.said_by("predict", "--", t, t),
    "export": lambda p, t: p.said_by("export", "--to", t, "--", t),
    "download": lambda p, t: p.said_by("download", "--", t),
    "show": lambda p, t: p.said_by("show", "--", t),
    "gradcheck": lambda p, t: p.said_by("gradcheck", "--", t),
    "about": lambda p, t: p.said_by("show", p.file("a.toml", hostile_table(t))),
    "preset's own name": lambda p, t: p.said_by("show", p.file("a.toml", hostile_table(t, name=t))),
    "preset's key": lambda p, t: p.said_by("show", p.file("a.toml", hostile_table(t, **{t: 1}))),
    "preset that is no TOML": lambda p, t: p.said_by("show", p.file("a.toml", t)),
    "runs, a received run": lambda p, t: run_of(p, t) and p.said_by("runs"),
    "runs --json": lambda p, t: run_of(p, t) and p.said_by("runs", "--json"),
    "compare, received runs": lambda p, t: p.said_by("compare", run_of(p, t), "received"),
    "compare --json": lambda p, t: p.said_by("compare", run_of(p, t), "received", "--json"),
    "view, a received run": lambda p, t: p.said_by("view", run_of(p, t), "--no-ui"),
    "resume, a received run": lambda p, t: p.said_by("resume", run_of(p, t), "--no-ui"),
    "predict, a received run": lambda p, t: p.said_by("predict", run_of(p, t), "x.csv"),
    "view, keys of a foreign log": lambda p, t: p.said_by(
        "view", "--no-ui", p.file("log.jsonl", log_of(t))
    ),
    "view, lines that are no JSON": lambda p, t: p.said_by("view", "--no-ui", p.file("log", t)),
    "report in lines": lambda p, t: p.printed_by(lambda: reported(reports.LineReport(t), t)),
    "report in JSON": lambda p, t: p.printed_by(lambda: reported(reports.JsonReport(t), t)),
    "predictions": lambda p, t: "\n".join(prediction(t).table()),
    "problems of predictions": lambda p, t: "\n".join(lost(t).table()),
    "comparison": lambda p, t: compared(t),
    "error": lambda p, t: str(PresetError(t, t, t)),
    "event as JSON": lambda p, t: "\n".join(map(events.to_json, told(t))),
    "description of a preset": lambda p, t: p.printed_by(
        lambda: reports.put(description(msgspec.structs.replace(preset(LINE), about=t)))
    ),
    "exported programs": lambda p, t: exported(t),
}
QUICK = 25
"""Exits that take longer are tried with every so-manieth text, each with other ones."""
SLOW = {"backend", "compare --json", "compare, received runs", "exported programs",
        "resume, a received run", "predict, a received run", "description of a preset"}  # fmt: skip


@pytest.mark.parametrize("name", EXITS)
def test_nothing_raw_comes_out(name: str, place: Place) -> None:
    texts = HOSTILE
    if name in SLOW:
        start = sorted(SLOW).index(name)
        texts = HOSTILE[start :: len(HOSTILE) // QUICK]
    for text in texts:
        said = EXITS[name](place, text)
        assert said, ascii(text)
        assert not raw(said, "\n"), (ascii(text), ascii(said[-2000:]))
        if "JSON" in name or "json" in name:
            for line in said.splitlines():
                assert line.startswith("tuidl: ") or json.loads(line) is not None


class Screen(io.StringIO):
    """A terminal, as far as a stream can tell."""

    def isatty(self) -> bool:
        return True


def test_nothing_raw_beside_the_progress_bar(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in HOSTILE:
        out = Screen()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", out)
        reported(reports.TerminalReport(in_color=True, run=text), text)
        assert MOVES.search(out.getvalue())
        said = MOVES.sub("", STYLES.sub("", out.getvalue()))
        assert not raw(said, "\n"), (ascii(text), ascii(said[-2000:]))


def test_where_runs_lie_is_shown_harmlessly(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in HOSTILE:
        if "\0" in text or re.search("[\ud800-\udc7f\udd00-\udfff]", text):
            continue  # no variable can hold it
        monkeypatch.setenv("TUIDL_RUNS_DIR", text)
        assert not raw(place.said_by("runs"), "\n")


def test_an_unforeseen_error_is_one_harmless_line(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in HOSTILE:
        for kind in (ValueError, OSError, KeyError):

            def fail(
                *arguments: object, text: str = text, kind: type = kind, **more: object
            ) -> None:
                raise kind(text)

            monkeypatch.setattr(cli.cli, "main", fail)
            said = place.said_by("presets")
            assert not raw(said, "\n"), ascii(text)
            assert said.count("\n") == 1


def test_a_name_that_is_no_printable_line_is_refused() -> None:
    for name in ("a\x1b[2J", "a\u202eb", "a\nb", "a\n", "e" + "\u0301" * 9, "a\u200bb"):
        with pytest.raises(PresetError, match="name: expected one printable line"):
            Preset.parse(hostile_table("", name=name))
    for name in ("手写数字", "Été à la mer", "שלום", "a b ❤️"):
        assert Preset.parse(hostile_table("", name=name)).name == name


def test_a_layers_name_has_no_line_end() -> None:
    with pytest.raises(PresetError, match=r"layers\[0\]"):
        Preset.parse(hostile_table("", layers=[{"type": "dense", "name": "a\n"}]))


def test_backslashes_at_the_end_of_a_docstrings_line_stay_pairs() -> None:
    for count in range(90, 110):
        exported("x" * (count % 7) + "\\" * count + "x1")
