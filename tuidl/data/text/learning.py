"""The vocabulary of a text: its characters, its words, or pairs that occur together often."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from tuidl.core.errors import DataError, PresetError
from tuidl.data.text.tokenizer import (
    BOUNDARY,
    UNKNOWN,
    Kind,
    Tokenizer,
    chunks,
    merge,
    normal,
    pieces,
    words,
)

MOST_WORDS = 10_000
"""Words in the vocabulary, where nothing else is said."""
MOST_PAIRS = 512
"""Tokens of byte-pair encoding, where nothing else is said."""


def learned(
    kind: Kind,
    train: str,
    rest: str = "",
    most: int | None = None,
    lowercase: bool = False,
    needed: Iterable[str] = (),
) -> Tokenizer:
    """From the ``train``-ing part alone. ``most``: tokens at most, the rarest are left out.
    ``needed``: tokens that must be there. Where the vocabulary lacks something of the training part
    or of the ``rest`` of the text, it has the token UNKNOWN. Raises DataError, PresetError."""
    train, rest = normal(train, lowercase=lowercase), normal(rest, lowercase=lowercase)
    if kind == "words":
        counts, seen = Counter(_all(words, train)), set(_all(words, rest))
        if not counts:
            raise DataError("data: no words in the training part of the text")
    else:
        counts, seen = Counter(train), set(rest)
    if kind == "bpe":
        return _pairs(train, counts, seen, most or MOST_PAIRS, lowercase, needed)
    most = most or (MOST_WORDS if kind == "words" else len(counts) + 2)
    tokens = _kept(counts, seen, most, needed)
    return Tokenizer(kind, tokens, lowercase=lowercase)


def _all(parts: Callable[[str], list[str]], text: str) -> Iterator[str]:
    """The words or pieces of a text, not all of them in memory."""
    return (found for chunk in chunks(text, "words") for found in parts(chunk))


def _kept(
    counts: Counter[str], seen: set[str], most: int, needed: Iterable[str]
) -> tuple[str, ...]:
    """The most frequent ones, in the order of their characters, but that what fills texts up comes
    first: masks are of number 0. UNKNOWN last if it is needed."""
    fixed = list(dict.fromkeys(needed))
    free = {token: n for token, n in counts.items() if token not in fixed and token != UNKNOWN}
    lacks = bool(seen - counts.keys() - set(fixed)) or UNKNOWN in counts
    room = most - len(fixed) - lacks
    if len(free) > room:
        room = most - len(fixed) - 1
        lacks = True
    common = sorted(free, key=lambda token: (-free[token], token))[: max(room, 0)]
    padding = [token for token in fixed if token == BOUNDARY]
    rest = sorted({*fixed, *common} - {*padding})
    return (*padding, *rest, *((UNKNOWN,) if lacks else ()))


def _pairs(
    train: str,
    counts: Counter[str],
    seen: set[str],
    most: int,
    lowercase: bool,
    needed: Iterable[str],
) -> Tokenizer:
    """Byte-pair encoding (Sennrich, Haddow and Birch, 2016) on characters, within pieces."""
    base = _kept(counts, seen, len(counts) + 2, needed)
    if most <= len(base):
        problem = (
            f"{most} tokens: the text has {len(base)} different characters, and pairs need more"
        )
        raise PresetError("data.vocabulary", problem)
    tokens, merges = list(base), list[tuple[int, int]]()
    places = {token: place for place, token in enumerate(tokens)}
    counted = Counter(_all(pieces, train)).items()
    table = _PairTable({tuple(places.get(c, -1) for c in piece): n for piece, n in counted})
    while len(tokens) < most and (pair := table.commonest(tokens)):
        table.join(pair, len(tokens))
        merges.append(pair)
        tokens.append(tokens[pair[0]] + tokens[pair[1]])
    return Tokenizer("bpe", tuple(tokens), tuple(merges), lowercase)


class _PairTable:
    """How often each pair of tokens stands side by side, kept up to date as pairs are joined; -1 is
    no token."""

    def __init__(self, pieces: dict[tuple[int, ...], int]) -> None:
        self.pieces = [list(piece) for piece in pieces]
        self.times = list(pieces.values())
        self.counts: Counter[tuple[int, int]] = Counter()
        self.where: dict[tuple[int, int], set[int]] = {}
        for place in range(len(self.pieces)):
            self._count(place, 1)

    def commonest(self, tokens: list[str]) -> tuple[int, int] | None:
        """The pair that occurs most often, of equals the first by its text; None where all occur
        once."""
        best = max(self.counts.values(), default=0)
        if best < 2:
            return None
        equal = [pair for pair, count in self.counts.items() if count == best]
        return min(equal, key=lambda pair: (tokens[pair[0]], tokens[pair[1]]))

    def join(self, pair: tuple[int, int], result: int) -> None:
        for place in list(self.where[pair]):
            self._count(place, -1)
            self.pieces[place] = merge(self.pieces[place], pair, result)
            self._count(place, 1)

    def _count(self, place: int, sign: int) -> None:
        piece = self.pieces[place]
        for pair in pairwise(piece):
            if min(pair) < 0:
                continue
            self.counts[pair] += sign * self.times[place]
            if not self.counts[pair]:
                del self.counts[pair]
            known = self.where.setdefault(pair, set())
            known.add(place) if sign > 0 else known.discard(place)
