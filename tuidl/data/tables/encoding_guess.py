"""How a text that is no UTF-8 may be written: a guess, by the letters that come out.

Each encoding that reads all of it is judged by its letters beyond ASCII: those that are common in
the languages that use it count for it, signs, control characters, capitals within words and rows of
accents against it.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, pairwise
from mmap import mmap
from typing import NamedTuple, get_args

from tuidl.data.tables.common_letters import CHINESE, JAPANESE, KOREAN, TRADITIONAL
from tuidl.data.tables.encodings import Encoding

SAMPLE, PIECE = 1 << 16, 1 << 20
LEAST = 0.4
"""Of a mean over the letters; 1 is the best."""
WIDTH = 12
"""Characters of the text that show what a guess reads."""

_WEST = "éèêàçüöäßñóíáãåøæúâôõœ"
_SCRIPTS = {
    **dict.fromkeys(("cp1252", "latin-1", "iso-8859-15", "mac-roman", "cp850", "cp437"), _WEST),
    **dict.fromkeys(("cp1250", "iso-8859-2"), "áäąăćčďéęěíłńňóöőřśšßťúůüűýźžż"),
    "cp1254": "çğıöşüâi̇",
    "cp1253": "αάβγδεέζηήθιίϊκλμνξοόπρσςτυύϋφχψωώ",
    "cp1251": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґђјљњћџўѓќ",
    "koi8-r": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
}
"""The small letters of the languages that an encoding of single bytes is used for."""
_RARE = "ëïîìòùûýÿšžðþâçđëîľĺôŕşţ"
"""Small letters of single bytes that are less common, or those of a language that has few users."""
_LEVELS = {"gb18030": ("gb2312", 0xB0, 0xD7), "big5": ("big5", 0xA4, 0xC6)}
"""Of what is written in Chinese characters: the first bytes of the common ones."""
_FREQUENT = {
    "gb18030": CHINESE, "big5": TRADITIONAL, "shift-jis": JAPANESE, "euc-jp": JAPANESE,
    "euc-kr": KOREAN,
}  # fmt: skip
_MIXED = re.compile("[A-ZÀ-ÞΆ-ΫЀ-Я]{2}[a-zß-ÿά-ώа-џ]")
"""Two capitals and a small letter."""
_QUOTES = "’“”–…€"
_SIGNS = "‘„«»—£°§¿¡ºª²³½±µ·•×©®™№、。「」・ー！？（）：；，"
_BY_USE = {"cp1252": -1, "latin-1": 1, "iso-8859-15": 2, "cp437": 3, "iso-8859-2": 4}
"""Which comes first of those that read the same; 0 for others."""


FEW = 20
"""Letters of which too few are known to be sure."""
CLOSE, CLOSE_OF_FEW = 0.08, 0.3
"""How near the next best reading is that may be meant as well."""


class Guess(NamedTuple):
    """``text``: what stands at the first place that is not ASCII; ``others``: what may be meant as
    well, each with its text."""

    encoding: str
    text: str
    others: tuple[tuple[str, str], ...] = ()


def guessed(data: bytes | mmap, start: int = 0) -> Guess | None:
    """The encoding that reads a text best, by its lines from ``start`` on; None where none does it
    well."""
    lines = data[start : start + SAMPLE]
    if len(data) > start + SAMPLE:
        lines = lines[: lines.rfind(b"\n") + 1] or lines
    found = [
        (score, name, text) for name, text in _readings(lines) if (score := _score(name, text))
    ]
    found.sort(key=lambda one: (-one[0], _BY_USE.get(one[1], 0)))
    good = (one for one in found if one[0] >= LEAST and _reads(data, one[1]))
    if (first := next(good, None)) is None:
        return None
    best, name, text = first
    margin = CLOSE_OF_FEW if sum(letter > "\x7f" for letter in text) < FEW else CLOSE
    near = (one for one in found if best - margin <= one[0] < best and one[2] != text)
    others = ((other, _shown(read)) for _, other, read in near if _reads(data, other))
    return Guess(name, _shown(text), tuple(islice(others, 1)))


def _readings(lines: bytes) -> Iterator[tuple[str, str]]:
    for name in get_args(Encoding):
        if name.startswith("utf"):
            continue
        try:
            yield name, lines.decode(name)
        except UnicodeDecodeError as error:
            if len(lines) - error.start < 4 and error.start:  # cut amid a character
                yield name, lines[: error.start].decode(name)


def _reads(data: bytes | mmap, name: str) -> bool:
    """Whether all of it can be read."""
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for start in range(0, len(data), PIECE):
            decoder.decode(data[start : start + PIECE], start + PIECE >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _score(name: str, text: str) -> float:
    """The mean of what each letter beyond ASCII says."""
    letters = [letter for letter in text if letter > "\x7f"]
    if not letters:
        return 0
    worth = sum(_worth(name, letter) for letter in letters)
    worth -= sum(_oddness(*pair) for pair in pairwise(text) if max(pair) > "\x7f")
    worth -= sum(max(odd[0]) > "\x7f" for odd in _MIXED.finditer(text))
    is_japanese = name in ("shift-jis", "euc-jp")
    lacks_kana = is_japanese and 20 * sum(map(_is_kana, letters)) < len(letters)
    return worth / len(letters) * (0.95 if lacks_kana else 1)


@lru_cache(maxsize=1 << 14)
def _worth(name: str, letter: str) -> float:
    if letter in _QUOTES or letter in _SIGNS:
        return 1.0 if letter in _QUOTES else 0.6
    if name in _SCRIPTS:
        if letter.lower() in _SCRIPTS[name]:
            return 1.0
        return -1.0 if not letter.isalpha() else 0.5 if letter.lower() in _RARE else -0.5
    if _is_kana(letter) or unicodedata.name(letter, "").startswith("FULLWIDTH"):
        return 1.0 if name in ("shift-jis", "euc-jp") else 0.0
    if letter in _FREQUENT.get(name, ()):
        return 1.0
    if name == "euc-kr":
        return 0.5 if "가" <= letter <= "힣" else 0.0 if letter.isalpha() else -1.0
    codec, first, last = _LEVELS.get(name, ("euc_jp", 0xB0, 0xCF))
    try:
        return 0.5 if first <= letter.encode(codec)[0] <= last else -0.5
    except UnicodeEncodeError:
        return -1.0


def _oddness(before: str, letter: str) -> float:
    """What letters beside each other say against a reading: capitals within words, words of two
    scripts, rows of accents, letters beside digits."""
    if not (before.isalpha() and letter.isalpha()):
        is_digit = before.isdecimal() or letter.isdecimal()
        return 0.6 if is_digit and "À" <= max(before, letter) < "ԯ" else 0.0
    if before.islower() and letter.isupper():
        return 1.0
    if min(before, letter) <= "\x7f":
        return 1.0 if "Ͱ" <= max(before, letter) < "ԯ" else 0.0
    return 0.8 if max(before, letter) < "Ͱ" else 0.0


def _is_kana(letter: str) -> bool:
    return "ぁ" <= letter <= "ヿ"


def _shown(text: str) -> str:
    """The word with the first letter beyond ASCII."""
    place = next(i for i, letter in enumerate(text) if letter > "\x7f")
    start = place
    while start and text[start - 1].isalpha() and place - start < WIDTH // 2:
        start -= 1
    end = place + 1
    while end < len(text) and end - start < WIDTH and text[end].isalnum():
        end += 1
    return text[start:end]
