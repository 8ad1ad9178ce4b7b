"""Text from files, arguments and other programs, made harmless for a terminal.

A character *fits* where a terminal shows it and does nothing else. What does not fit is written as
the escape that Python has for it: ESC as ``\\x1b``, a newline within a line as ``\\n``, the sign
that turns text round as ``\\u202e``. These do not fit:

- control characters (C0, DEL, C1), line and paragraph separators, lone surrogates;
- format characters: marks of direction, joiners and other signs of no width, tags, byte order
  marks. An emoji that is joined of several is shown as its parts with ``\\u200d`` between them:
  terminals disagree about the width of the joined one;
- letters that show nothing (Hangul fillers), variation selectors, private and unassigned
  characters;
- combining marks at the start of a text, and all above ``MOST_MARKS`` on one character.

Everything else stays as it is: Chinese, Arabic and Hebrew letters, accents, emoji, drawn lines.
Every kind of blank becomes a plain space, and a selector that only chooses how the symbol before it
is drawn is left out. Backslashes stay single, so that all functions are idempotent; an escape and
the same text typed by hand look alike, which is harmless on a screen but no way to tell names
apart.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

MOST_MARKS = 4
"""Combining marks on one character; no living script needs more."""
LONGEST_MESSAGE = 2000
"""Characters of one message; names within it can be of any length."""

FIRST_MARK = "\u0300"
HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
"""Letters and marks that show nothing, besides the selectors."""
CHOOSING = "\ufe0e\ufe0f"
"""Selectors: the symbol before as text, as a picture."""
SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
TAB = "    "

FITS, BLANK, CHOICE, UNFIT = "fits", "blank", "choice", "unfit"


def printable(text: str) -> str:
    """``text`` as one line of which every character fits: ``str.isprintable`` holds for it."""
    if _is_plain(text):
        return text
    return "".join(_shown(char, kind) for char, kind in _kinds(text))


def printable_lines(text: str) -> str:
    """The same for text of several lines: newlines stay, tabs become spaces."""
    if _is_plain(text):
        return text
    lines = text.replace("\r\n", "\n").replace("\t", TAB).split("\n")
    return "\n".join(map(printable, lines))


def printable_json(text: str) -> str:
    """JSON text of the same content in which every character fits, by the escapes of JSON.

    Newlines between values stay.
    """
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(
        char if kind is FITS or char == "\n" else _json_escape(char) for char, kind in _kinds(text)
    )


def printable_toml(text: str) -> str:
    """A value in TOML of the same content in which every character fits, by TOML's escapes.

    For text in basic strings; newlines between values stay.
    """
    return "".join(
        f"\\U{ord(char):08x}" if kind is UNFIT and char != "\n" else char
        for char, kind in _kinds(text)
    )


def unfit(text: str) -> str:
    """The escape of the first character that does not fit; nothing where all do."""
    return next((escape(char) for char, kind in _kinds(text) if kind is UNFIT), "")


def fitting(text: str) -> str:
    """The characters of ``text`` that fit, for where there is no room for escapes."""
    if _is_plain(text):
        return text
    return "".join(char if kind is FITS else " " * (kind is BLANK) for char, kind in _kinds(text))


def shortened(text: str, most: int = LONGEST_MESSAGE) -> str:
    """``text`` in at most ``most`` characters; what is too much is cut out of its middle."""
    if len(text) <= most:
        return text
    end = (most - 1) // 3
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def escape(char: str) -> str:
    """A character as Python writes it: ``\\x1b``, ``\\u202e``, ``\\U000e0041``."""
    code = ord(char)
    if char in SHORT_ESCAPES:
        return SHORT_ESCAPES[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(text: str) -> int:
    """Cells that a printable text takes in a terminal."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _is_plain(text: str) -> bool:
    """Whether every character is one of those that fit wherever they stand (a quick look)."""
    return text.isprintable() and (text.isascii() or max(text) < FIRST_MARK)


def _kinds(text: str) -> Iterator[tuple[str, str]]:
    """Every character, and what it is where it stands."""
    marks, before = 0, ""
    for char in text:
        marks = marks + 1 if _is_mark(char) else 0
        if char in CHOOSING:
            is_symbol = _fits(before) and not (before.isalpha() or before.isspace())
            kind = CHOICE if is_symbol else UNFIT
        elif not _fits(char):
            kind = BLANK if _is_blank(char) else UNFIT
        else:
            kind = UNFIT if marks > MOST_MARKS or (marks and not before) else FITS
        yield char, kind
        before = char


def _shown(char: str, kind: str) -> str:
    if kind is FITS:
        return char
    if kind is UNFIT:
        return escape(char)
    return " " if kind is BLANK else ""


@lru_cache(4096)
def _fits(char: str) -> bool:
    """Whether a character can be shown, if enough stands before it."""
    is_selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return bool(char) and char.isprintable() and char not in HIDDEN and not is_selector


def _is_mark(char: str) -> bool:
    return char >= FIRST_MARK and unicodedata.category(char) in ("Mn", "Me")


def _is_blank(char: str) -> bool:
    return unicodedata.category(char) == "Zs"


def _cells(char: str) -> int:
    if _is_mark(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _json_escape(char: str) -> str:
    code = ord(char)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def in_quotes(name: str) -> str:
    """A name within a sentence: in quotes where it has neither letters nor digits, as ``':'``."""
    return name if any(sign.isalnum() for sign in name) else f"'{name}'"
