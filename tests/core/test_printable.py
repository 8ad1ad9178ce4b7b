"""What a terminal gets of any text: see the head of ``tuidl.core.printable``."""

import json
import random
import tomllib

import pytest
import tomli_w

from tests.hostile import HOSTILE, LEGITIMATE, raw
from tuidl.core.printable import (
    printable,
    printable_json,
    printable_lines,
    printable_toml,
    shortened,
    unfit,
    width,
)


def test_there_are_at_least_a_hundred_hostile_texts():
    assert len(set(HOSTILE)) >= 100


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b2J", "\\x9b2J"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("\u0301a", "\\u0301a"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "\\u0301\\u0301"),
        ("\u2764\ufe0f", "\u2764"),
        ("a\ufe0f", "a\\ufe0f"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\\u200d\U0001f469"),
        ("a\u00a0b\u3000c", "a b c"),
        ("C:\\x1b", "C:\\x1b"),
    ],
)
def test_what_is_written_for_what_does_not_fit(text, shown):
    assert printable(text) == shown


def test_no_hostile_text_stays_raw():
    for text in HOSTILE:
        assert printable(text).isprintable(), ascii(text)
        assert not raw(printable(text)), ascii(text)
        assert not raw(printable_lines(text), "\n"), ascii(text)


def test_legitimate_text_stays_as_it_is():
    for text in LEGITIMATE:
        assert printable(text) == text == printable_lines(text)
        assert not unfit(text)


def test_twice_is_as_once_for_any_mixture():
    numbers = random.Random(0)
    pieces = [*HOSTILE[:-5], *LEGITIMATE, *map(chr, range(0x2FF, 0x380)), "\u00a0", "\ufe0f"]
    for _ in range(2000):
        text = "".join(numbers.choices(pieces, k=5))
        for function in (printable, printable_lines, printable_json):
            assert function(function(text)) == function(text), ascii(text)
        assert not raw(printable(text)), ascii(text)


def test_every_character_that_python_calls_unprintable_is_escaped():
    for code in [*range(0x10000), *range(0x10000, 0x110000, 61)]:
        assert printable(f"a{chr(code)}").isprintable(), hex(code)


def test_newlines_are_all_that_lines_keep():
    assert printable_lines("a\r\nb\n\tc\x1b\u2028") == "a\nb\n    c\\x1b\\u2028"


def test_json_holds_the_same_and_is_harmless():
    for text in [*HOSTILE, *LEGITIMATE]:
        if any("\ud800" <= char <= "\udfff" for char in text):
            continue  # no JSON of ours can hold them
        written = printable_json(json.dumps({text: [text]}, ensure_ascii=False))
        assert json.loads(written) == {text: [text]}
        assert not raw(written, "\n"), ascii(text)


def test_toml_holds_the_same_and_is_harmless():
    for text in [*HOSTILE, *LEGITIMATE]:
        if any("\ud800" <= char <= "\udfff" for char in text):
            continue  # no TOML can hold them
        written = printable_toml(tomli_w.dumps({"k": text}))
        assert tomllib.loads(written) == {"k": text}, ascii(text)
        assert not raw(written, "\n\ufe0f"), ascii(text)


def test_the_first_character_that_does_not_fit_is_named():
    assert unfit("a\x1b\u202e") == "\\x1b"
    assert not unfit("a\u00a0b \u2764\ufe0f")


def test_long_text_loses_its_middle():
    assert shortened("a" * 2000) == "a" * 2000
    cut = shortened("file.toml: " + "x" * 100_000 + ": expected a number")
    assert len(cut) == 2000
    assert cut.startswith("file.toml: x")
    assert cut.endswith("x: expected a number")


def test_width_is_in_cells():
    assert [width(text) for text in ("ab", "漢字", "e\u0301", "é")] == [2, 4, 1, 1]
