"""Text from a trained network: one token after the other, drawn by its own probabilities."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.tokenizer import BOUNDARY, UNKNOWN
from tuidl.inference.preprocessing import Preparation
from tuidl.model.model import Model
from tuidl.tasks.decoding import softmax

LEAST = 1e-300
"""A probability below this counts as this, where its logarithm is taken."""
COLDEST = 1e-3
"""At this temperature and below the likeliest token is taken, without chance."""
NAMED = 5
"""Characters that a prompt has and the vocabulary lacks, in a note."""


@dataclass(frozen=True)
class Sampling:
    """``temperature``: logits are divided by it; 0 takes the likeliest token. ``top_k``: only so
    many of the likeliest tokens can be drawn. ``seed``: the same one gives the same text."""

    temperature: float = 1.0
    top_k: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Drawn:
    """``number``: of the token; ``text``: what it adds; ``share``: its probability as the network
    says it; ``top``: the likeliest tokens by number, with theirs."""

    number: int
    text: str
    share: float
    top: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Prompt:
    """A text to go on from: the numbers of its tokens, and what was done to it."""

    tokens: tuple[int, ...]
    notes: tuple[str, ...] = ()


class Generator:
    """Goes on with a text. ``answers``: of inputs (n, window), (n, window, vocabulary) or, of the
    last place alone, (n, vocabulary); ``decode``: probabilities of them, place by place."""

    def __init__(
        self,
        layout: TextLayout,
        answers: Callable[[Array], Array],
        decode: Callable[[Array], Array] = np.asarray,
    ) -> None:
        """Raises DataError where the network does not predict the next token."""
        if not layout.generates:
            raise DataError("the network does not predict the next token of a text")
        self.layout, self.tokenizer = layout, layout.tokenizer
        self._answers, self._decode = answers, decode

    def prompt(self, text: str) -> Prompt:
        """The tokens of a prompt. A line begins with its boundary, and a text without a prompt with
        the end of a line, or the first token."""
        notes = []
        layout, tokenizer = self.layout, self.tokenizer
        if layout.answer_after and text and not text.endswith(layout.answer_after):
            text += layout.answer_after
        if lacking := tokenizer.lacking(text):
            listed = ", ".join(repr(part) for part in lacking[:NAMED])
            more = ", ..." if len(lacking) > NAMED else ""
            fate = "left out" if tokenizer.unknown is None else f"read as {UNKNOWN}"
            notes.append(f"prompt: not in the vocabulary, {fate}: {listed}{more}")
        tokens = tokenizer.encode(text).tolist()
        if layout.is_lines or not tokens:
            tokens = [self.start, *tokens]
        if len(tokens) > layout.window:
            notes.append(
                f"prompt: {len(tokens):,} tokens, of which the network sees the last "
                f"{layout.window:,}"
            )
        return Prompt(tuple(tokens), tuple(notes))

    @property
    def start(self) -> int:
        """The token that a text without a prompt follows."""
        tokens = self.tokenizer.tokens
        return next((tokens.index(t) for t in (BOUNDARY, " ", ".") if t in tokens), 0)

    def shares(self, tokens: Sequence[int]) -> Array:
        """(vocabulary,) the probability of each token after these, float64."""
        found: Array = self.shares_of([tokens])[0]
        return found

    def shares_of(self, texts: Sequence[Sequence[int]]) -> Array:
        """(texts, vocabulary) the same after each of several texts."""
        rows = [self.row(tokens) for tokens in texts]
        found = self._answers(np.concatenate([row for row, _, _ in rows]))
        if self.layout.predicts != "last":
            found = found[np.arange(len(rows)), [end - 1 for _, _, end in rows]]
        return np.asarray(self._decode(found), np.float64)

    def row(self, tokens: Sequence[int]) -> tuple[Array, int, int]:
        """The input (1, window) that these tokens are, and the places where they begin and end in
        it. What stands behind them does not change what is predicted at their last place."""
        window, known = self.layout.window, list(self._line_of(list(tokens))[-self.layout.window :])
        row = np.full((1, window), self.start, np.float32)
        first = window - len(known) if self.layout.predicts == "last" else 0
        row[0, first : first + len(known)] = known
        return row, first, first + len(known)

    def go_on(
        self, tokens: Sequence[int], sampling: Sampling, count: int, top: int = 0
    ) -> Iterator[Drawn]:
        """The next ``count`` tokens. Which one is drawn depends on the seed and on how many there
        are before it. A line that has ended is followed by a new one."""
        known = list(tokens)
        text = self.tokenizer.decode(known[-1:])
        for place in range(len(known), len(known) + count):
            shares = self.shares(known)
            number = draw(shares, sampling, place, self.tokenizer.unknown)
            added = self.tokenizer.following(text, number)
            best = np.argsort(-shares, kind="stable")[:top].tolist()
            named = tuple((token, float(shares[token])) for token in best)
            yield Drawn(number, added, float(shares[number]), named)
            text = added
            known.append(number)

    def ends_line(self, number: int) -> bool:
        """Whether a token ends an example that is a line."""
        return self.layout.is_lines and self.tokenizer.tokens[number] == BOUNDARY

    def _line_of(self, tokens: list[int]) -> list[int]:
        """What the network sees: of lines only the last one, from its boundary on."""
        if not self.layout.is_lines:
            return tokens
        place = len(tokens) - 1 - tokens[::-1].index(self.start)
        return tokens[place:]


def generator_of(prepared: Preparation, model: Model) -> Generator:
    """Of a trained network. Raises DataError where it has learned to predict no next token."""
    if prepared.text is None:
        problem = "generates nothing: it was trained neither on a text nor to make examples"
        raise DataError(f"{model.preset.name!r} {problem}; 'tuidl predict' answers for examples")
    return Generator(prepared.text, model.predict, prepared.decode)


def draw(shares: Array, sampling: Sampling, place: int, unknown: int | None = None) -> int:
    """A token by its share (vocabulary,), never ``unknown``; of equals the first comes first."""
    logits = np.log(np.maximum(shares, LEAST))
    if unknown is not None:
        logits[unknown] = -np.inf
    if sampling.temperature <= COLDEST:
        return int(logits.argmax())
    if sampling.top_k is not None and sampling.top_k < len(logits):
        kept = np.argsort(-logits, kind="stable")[: sampling.top_k]
        logits[np.setdiff1d(np.arange(len(logits)), kept)] = -np.inf
    sums = np.cumsum(softmax((logits - logits.max()) / sampling.temperature))
    chance = np.random.Generator(np.random.Philox(key=sampling.seed, counter=place)).random()
    return int(np.searchsorted(sums, chance * sums[-1], side="right").clip(0, len(sums) - 1))
