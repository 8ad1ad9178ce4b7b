"""A hostile preset, table and received run in a real terminal: the bytes that reach it."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.exits import Place, run_of
from tests.hostile import HOSTILE, SEQUENCES
from tests.tui.pseudo_terminal import Terminal
from tuidl.core.printable import unfit

OURS = re.compile(
    r"\x1b\[[0-9;:]*m"  # colours
    r"|\x1b\[[0-9;]*[HABCDJKX]"  # the cursor's place; erasing
    r"|\x1b\[\?[0-9;]*[hlu]|\x1b\[[<>=?][0-9;]*u"  # modes, keys
    r"|\x1b\[\?[0-9;]*\$p|\x1b\[c|\x1b\[>[0-9]*[qc]|\x1b\[[0-9;]*t|\x1b\[6n"  # questions
    r"|\x1b\]22;[a-z-]+\x07"  # the pointer's shape
)
"""What Textual itself writes."""
HEADER = ["[/x]\x1b]52;c;QQ==\x07", "\u202eb\x9b2J", "kind"]
PRESET = """
name = "[/x] [@click=app.quit]quit[/] [bold]"
about = "\\u001b]52;c;ZXZpbA==\\u0007 \\u001b]0;owned\\u0007 \\u202e [/x] \\u009b2J"
layers = [{type = "dense", units = 4}, {type = "dense", activation = "softmax"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam"}
training = {epochs = 3, batch_size = 8, metrics = ["accuracy", "confusion_matrix"]}
[data]
source = "csv"
path = "data.csv"
target = "kind"
validation = 0.3
"""
LABELS = ["[/x]", "[@click=app.bell]x[/]", "[link=http://example.com]x[/link]"]
"""Those with more in them are refused when the table is read."""


def hostile_preset(folder: Path) -> Path:
    rows = [",".join([str(i / 7), str(i % 5), LABELS[i % 3]]) for i in range(60)]
    text = "\n".join([",".join(HEADER), *rows]) + "\n"
    (folder / "data.csv").write_text(text, encoding="utf-8")
    path = folder / "hostile.toml"
    path.write_text(PRESET, encoding="utf-8")
    return path


def require_ours(terminal: Terminal) -> None:
    """Every escape sequence is one that Textual makes, and nothing else is there but text."""
    written = bytes(terminal._raw).decode(errors="replace")
    rest = OURS.sub("", written).replace("\r", "").replace("\n", "").replace("\u00a0", " ")
    found = [m.start() for m in re.finditer("[\x00-\x1f\x7f-\x9f]", rest)]
    assert not found, [ascii(rest[max(at - 30, 0) : at + 30]) for at in found[:5]]
    assert not unfit(rest), ascii(unfit(rest))


@pytest.mark.slow
def test_only_our_own_sequences_reach_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path, monkeypatch)
    run_of(place, "".join(SEQUENCES[:12]))
    path = hostile_preset(tmp_path)
    with Terminal(str(path), home=tmp_path, size=(140, 45)) as terminal:
        terminal.until("paused")
        terminal.press("e")
        terminal.until("epoch 2/3")
        for keys, wanted in (("2", "hollow"), ("3", "spread"), ("m", "TOML")):
            terminal.press(keys)
            terminal.until(wanted)
        terminal.press("\x11")
        terminal.ended()
        require_ours(terminal)


def test_only_our_own_sequences_come_from_a_foreign_log(tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if not re.search("[\ud800-\udfff]", text)]
    lines = [json.dumps(dict.fromkeys(texts, n) | {"step": n}) for n in range(3)]
    path = tmp_path / "\x1b]0;log\x07.jsonl"
    path.write_text("\n".join(lines))
    with Terminal("view", str(path), home=tmp_path, size=(140, 45)) as terminal:
        terminal.until("52;c")
        terminal.press("\x1b[B\x1b[C")
        terminal.until("at step")
        terminal.press("\x11")
        terminal.ended()
        require_ours(terminal)
