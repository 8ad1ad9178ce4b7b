"""From text to numbers of tokens and back, by what was learned on the training part."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Literal

import msgspec

from tuidl.core.lazy import Array

Kind = Literal["characters", "words", "bpe"]

UNKNOWN = "\ufffd"
"""The token of all that the vocabulary lacks; what Unicode shows where a character is lost."""
BOUNDARY = "\n"
"""The token that begins and ends a line, and fills it up."""

WORDS = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
"""A word with its apostrophes, or any other character that is no space."""
IDEOGRAPHS = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
"""A character of Chinese or Japanese."""
PIECES = re.compile(r" ?[^\W\d_]{1,64}| ?\d{1,64}| ?[^\w\s]{1,64}|_{1,64}|\s{1,64}")
"""What pairs are learned within: a word with the space before it, digits, signs, spaces. Nothing
is longer than 64 characters, so that a word without end costs no more than others."""


BEFORE_SPACE = re.compile(r"(?<=\S)(?=\s)")
"""No word and no piece goes on from a sign to a space."""

AT_ONCE = 1 << 20
"""Characters that are looked up at a time: what is needed in between stays small."""


class Tokenizer(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """``tokens``: the text of each number. ``merges``: of byte-pair encoding, pairs of numbers that
    become one, in the order in which they were learned; the result's number is that of the first
    merge plus its place. ``lowercase``: text is written small first."""

    kind: Kind
    tokens: tuple[str, ...]
    merges: tuple[tuple[int, int], ...] = ()
    lowercase: bool = False

    @cached_property
    def unknown(self) -> int | None:
        """The number of the token for what is not in the vocabulary, if it has one."""
        return self._places.get(UNKNOWN)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """A printable name for each token, no two the same."""
        return shown(self.tokens)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {token: place for place, token in enumerate(self.tokens)}

    @cached_property
    def _single(self) -> tuple[Array, Array]:
        """The codes of tokens of one character, ascending, and the numbers of these tokens."""
        import numpy as np

        single = {ord(token): place for token, place in self._places.items() if len(token) == 1}
        codes = sorted(single)
        return np.array(codes, np.uint32), np.array([single[code] for code in codes], np.int32)

    @cached_property
    def _ranks(self) -> dict[tuple[int, int], int]:
        return {pair: rank for rank, pair in enumerate(self.merges)}

    @property
    def first_merged(self) -> int:
        """The number of the first token that a merge makes."""
        return len(self.tokens) - len(self.merges)

    def encode(self, text: str) -> Array:
        """The numbers of a text's tokens, int32; what the vocabulary lacks is ``unknown``, or left
        out where there is no such token."""
        return self._encoded(text, "int32")

    def encode_narrowly(self, text: str) -> Array:
        """The same as the smallest whole numbers that hold all of the vocabulary: a quarter of the
        memory where that is characters."""
        import numpy as np

        return self._encoded(text, np.min_scalar_type(len(self.tokens)).name)

    def _encoded(self, text: str, dtype: str) -> Array:
        import numpy as np

        parts, known = list[Array](), dict[str, list[int]]()
        for part in chunks(normal(text, lowercase=self.lowercase), self.kind):
            numbers = self._numbers(part, known)
            lacks = numbers < 0
            if self.unknown is None:
                numbers = numbers[~lacks]
            else:
                numbers[lacks] = self.unknown
            parts.append(numbers.astype(dtype, copy=False))
        return np.concatenate(parts) if parts else np.empty(0, dtype)

    def _numbers(self, text: str, known: dict[str, list[int]]) -> Array:
        """Of a part of a text, int32; -1 for what the vocabulary lacks. ``known``: pieces of the
        parts before that were merged."""
        import numpy as np

        if self.kind == "characters":
            return self._characters(text)
        if self.kind == "words":
            found = (self._places.get(word, -1) for word in words(text))
            return np.fromiter(found, np.int32)
        return np.fromiter(self._pairs(text, known), np.int32)

    def lacking(self, text: str) -> list[str]:
        """What of a text the vocabulary does not have, each once, in order."""
        text = normal(text, lowercase=self.lowercase)
        parts: Sequence[str] = words(text) if self.kind == "words" else text
        return [part for part in dict.fromkeys(parts) if part not in self._places]

    def decode(self, numbers: Sequence[int]) -> str:
        """The text of tokens; words get spaces between them, but none before a sign."""
        text: list[str] = []
        for number in numbers:
            text.append(self.following(text[-1] if text else "", number))
        return "".join(text)

    def following(self, text: str, number: int) -> str:
        """What a token adds behind ``text``."""
        token = self.tokens[number]
        if self.kind != "words" or not text or not token[:1].isalnum():
            return token
        return f" {token}" if text[-1].isalnum() or text[-1] in ",.;:!?)" else token

    def _characters(self, text: str) -> Array:
        import numpy as np

        known, places = self._single
        if not len(known):
            return np.full(len(text), -1, np.int32)
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        where = np.searchsorted(known, codes).clip(0, len(known) - 1)
        return np.where(known[where] == codes, places[where], np.int32(-1))

    def _pairs(self, text: str, known: dict[str, list[int]]) -> Iterator[int]:
        for piece in pieces(text):
            if piece not in known:
                known[piece] = self._merged([self._places.get(c, -1) for c in piece])
            yield from known[piece]

    def _merged(self, numbers: list[int]) -> list[int]:
        """With the earliest merge done everywhere, until none is left."""
        while len(numbers) > 1:
            ranks = [self._ranks.get(pair, len(self.merges)) for pair in pairwise(numbers)]
            best = min(ranks)
            if best == len(self.merges):
                break
            numbers = merge(numbers, self.merges[best], self.first_merged + best)
        return numbers


def merge(numbers: Sequence[int], pair: tuple[int, int], result: int) -> list[int]:
    """``result`` in the place of each ``pair``, from left to right."""
    found, i = [], 0
    while i < len(numbers):
        if i + 1 < len(numbers) and (numbers[i], numbers[i + 1]) == pair:
            found.append(result)
            i += 2
        else:
            found.append(numbers[i])
            i += 1
    return found


def normal(text: str, lowercase: bool = False) -> str:
    """In Unicode's composed form, with lines that end in line feeds."""
    import unicodedata

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.lower() if lowercase else text


def chunks(text: str, kind: Kind) -> Iterator[str]:
    """The text in parts that no token reaches over, but those of more than AT_ONCE characters
    without a space: a text as a list of words takes many times its memory."""
    start = 0
    while start < len(text):
        end = start + AT_ONCE
        if kind != "characters":
            space = BEFORE_SPACE.search(text, end)
            end = space.start() if space else len(text)
        yield text[start:end]
        start = end


def words(text: str) -> list[str]:
    """Words and signs; Chinese, Japanese and other writing without spaces is parted into
    characters."""
    found: list[str] = []
    for word in WORDS.findall(text):
        if word.isascii() or not IDEOGRAPHS.search(word):
            found.append(word)
        else:
            found += [part for part in IDEOGRAPHS.split(word) if part]
    return found


def pieces(text: str) -> list[str]:
    """Parts of a text that no pair reaches over; together they are the text."""
    return PIECES.findall(text)


def shown(tokens: Sequence[str]) -> tuple[str, ...]:
    """Printable names, each different: spaces and line ends have signs, other characters that
    cannot be seen their numbers."""
    signs = {" ": "␣", "\n": "↵", "\t": "⇥", UNKNOWN: UNKNOWN}
    names: dict[str, None] = {}
    for token in tokens:
        name = "".join(signs.get(c) or (c if c.isprintable() else f"<{ord(c):x}>") for c in token)
        while name in names:
            name += "'"
        names[name] = None
    return tuple(names)
