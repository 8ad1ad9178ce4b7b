"""From a text to its corpus: parts, the tokens that the first of them teaches, their numbers."""

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.core.limits import check_memory
from tuidl.core.printable import shortened
from tuidl.data.text.corpus import Corpus, Flowing, Lines, Neighbours, line_splitter
from tuidl.data.text.encoding import height_of
from tuidl.data.text.examples import Cut
from tuidl.data.text.learning import learned
from tuidl.data.text.tokenizer import BOUNDARY, Tokenizer, normal
from tuidl.data.text.wanted import Wanted, Written

WINDOW, CONTEXT, REACH = 64, 3, 2
"""Tokens of the window where none is said: of text that goes on, before each token of a line, and
on either side of a word."""
LONGEST_LINE = 1024
"""Tokens of the window for lines, where none is said, at most."""


def corpus_of(wanted: Wanted, written: Written) -> Corpus:
    """The text of a source in tokens. Raises DataError where there is too little of it."""
    check_memory(height_of(written.text, wanted.tokens), written.name, "use a smaller file")
    text = normal(written.text)
    make = _lines_of if wanted.is_lines else _flowing
    found = make(wanted, written.name, text, written.notes)
    tokens = found.tokenizer.tokens
    if len(tokens) == 1:
        only = shortened(repr(tokens[0]))
        raise DataError(f"{written.name}: nothing but {only}: one token only, nothing to predict")
    return found


def _flowing(wanted: Wanted, name: str, text: str, notes: tuple[str, ...]) -> Corpus:
    validation, test = wanted.fractions
    ends = [round(len(text) * share) for share in (1 - validation - test, 1 - test)]
    parts = text[: ends[0]], text[ends[0] : ends[1]], text[ends[1] :]
    tokenizer = learned(
        wanted.tokens, parts[0], "".join(parts[1:]), wanted.vocabulary, wanted.lowercase
    )
    found = [tokenizer.encode_narrowly(part) for part in parts]
    places = np.cumsum([len(part) for part in found]).tolist()
    window = wanted.window or (REACH if wanted.predict == "context" else WINDOW)
    tokens = np.concatenate(found)
    kind = Neighbours if wanted.predict == "context" else Flowing
    known = kind(wanted, tokenizer, window, len(text), notes, tokens, Cut(*places))
    if wanted.predict != "context":
        _require_windows(name, known)
    return known


def _require_windows(name: str, known: Flowing) -> None:
    try:
        _ = known.windows
    except DataError as error:
        raise DataError(f"{name}: {error}") from None


def _lines_of(wanted: Wanted, name: str, text: str, notes: tuple[str, ...]) -> Corpus:
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    validation, test = wanted.fractions
    if len(lines) < 2:
        raise DataError(
            f"{name}: {len(lines)} line with text: expected an example a line, 2 at least"
        )
    train = line_splitter(wanted, len(lines)).parts(validation, test)[0]
    chosen = set(train.tolist())
    learn = "\n".join(line for place, line in enumerate(lines) if place in chosen)
    rest = "\n".join(line for place, line in enumerate(lines) if place not in chosen)
    tokenizer = learned(
        wanted.tokens, learn, rest, wanted.vocabulary, wanted.lowercase, needed=(BOUNDARY,)
    )
    found, prompts = _encoded(wanted, name, lines, tokenizer)
    longest = max(len(found[place]) for place in train.tolist()) + 1
    window = wanted.window or (CONTEXT if wanted.predict == "last" else min(longest, LONGEST_LINE))
    return Lines(wanted, tokenizer, window, len(text), notes, found, prompts)


def _encoded(
    wanted: Wanted, name: str, lines: list[str], tokenizer: Tokenizer
) -> tuple[list[Array], list[int]]:
    """Each line in tokens, and how many of them are a prompt. Raises DataError where a line has
    none."""
    asked = wanted.answer_after
    if asked is None:
        return [tokenizer.encode(line) for line in lines], [0] * len(lines)
    found, prompts = [], []
    for number, line in enumerate(lines, 1):
        prompt, separator, answer = line.partition(asked)
        if not separator:
            raise DataError(f"{name}: line {number} of those with text: no {asked!r} in it")
        given = tokenizer.encode(prompt + separator)
        found.append(np.concatenate([given, tokenizer.encode(answer)]))
        prompts.append(len(given))
    return found, prompts
