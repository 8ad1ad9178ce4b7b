"""Names of files made from titles."""

import os
import unicodedata
from pathlib import Path

import pytest

from tuidl.core.names import LONGEST, file_name, new_run_name

TITLES = [
    "CNN digits", "a" * 300, "ä" * 200, "漢" * 200, "😀" * 200, "a😀" * 100, "/etc/passwd", "..",
    ".", "...", " ", "   ", "CON", "nul", "com1", "NUL.toml", "dots...", "a\0b", "-rf", "~", "~x",
    "x/../../y", "\\\\server\\share", "C:\\x", "a:b", "e\u0301" * 150, "İ" * 200, "ß" * 200,
    "\u202eabc", "\u2066" * 200, "ﷺ" * 200, "𝔸" * 200, "١٢٣", "_" * 250, "*?[x]", "$(reboot)",
    "\ud800" * 90, "a\nb", "\N{ZERO WIDTH JOINER}", "%n%s", "nul ", "Ⅷ" * 90, "日本語 の 名前",
]  # fmt: skip


@pytest.mark.parametrize("title", TITLES, ids=ascii)
def test_every_title_becomes_a_name_that_file_systems_take(tmp_path: Path, title: str) -> None:
    name = file_name(title, "preset")
    assert 0 < len(os.fsencode(name)) <= LONGEST
    assert name.strip("_") == name or name in ("con_", "nul_", "com1_")
    assert all(char.isalnum() or char == "_" for char in name)
    assert unicodedata.normalize("NFC", name) == name
    run = f"{new_run_name(title)}-1000000"
    temporary = f".{run}-safetensors.{'0' * 16}.sha256"
    assert len(os.fsencode(temporary)) < 200
    for made in (name, run, temporary):
        (tmp_path / made).write_text(title, errors="replace")
    assert len(list(tmp_path.iterdir())) == 3, "nothing went elsewhere"


def test_titles_that_share_a_long_beginning_stay_apart() -> None:
    titles = ["x" * 150 + end for end in ("1", "2", " 2", "")]
    names = [file_name(title, "preset") for title in titles]
    assert len(set(names)) == len(titles)
    assert all(name.startswith("x" * 60) for name in names), "readable"
    assert file_name(titles[0], "preset") == names[0], "the same every time"


@pytest.mark.parametrize(
    ("title", "name"),
    [("CNN digits", "cnn_digits"), ("Two moons, again", "two_moons_again"), (" x ", "x"),
     ("Ünï", "ünï"), ("!!!", "preset"), ("CON", "con_"), ("console", "console")],
)  # fmt: skip
def test_short_titles_are_read_off_the_name(title: str, name: str) -> None:
    assert file_name(title, "preset") == name
