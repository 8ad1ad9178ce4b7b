"""Whole texts as rows of tokens, for training and prediction alike."""

from collections.abc import Sequence
from sys import getsizeof

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.text.filling import filled
from tuidl.data.text.tokenizer import BOUNDARY, UNKNOWN, Tokenizer

NINE_OF_TEN = 90
LONGEST = 1024
"""Tokens of the window, at most, where none is said."""
BYTES_A_CHARACTER, LEAST_BYTES = 24, 12
"""Memory at the height of turning a character into tokens; and where each is one, of a text whose
characters take Python a byte each (11 were measured)."""
NAMED = 5
"""Words that the vocabulary lacks, in a mark."""


def height_of(text: str, kind: str) -> int:
    """Bytes at the height of turning a whole text into tokens of a kind."""
    is_narrow = kind == "characters" and getsizeof(text) < 2 * len(text)
    return (LEAST_BYTES if is_narrow else BYTES_A_CHARACTER) * len(text)


def usual_window(lengths: Sequence[int]) -> int:
    """Tokens that nine of ten texts of these lengths do not exceed."""
    usual = int(np.ceil(np.percentile(lengths, NINE_OF_TEN)))
    return min(max(usual, 1), LONGEST)


def padding_of(tokenizer: Tokenizer) -> int:
    """The token that fills texts up behind their end."""
    return tokenizer.tokens.index(BOUNDARY) if BOUNDARY in tokenizer.tokens else 0


def encoded(texts: Sequence[str], tokenizer: Tokenizer, window: int) -> Array:
    """The first ``window`` tokens of each, (texts, window) int32."""
    rows = [tokenizer.encode(text) for text in texts]
    return filled(rows, window, padding_of(tokenizer))[0]


def mark_of(text: str, tokenizer: Tokenizer) -> str:
    """What of a text the vocabulary lacks, and what becomes of it; "" where it lacks nothing."""
    lacking = tokenizer.lacking(text)
    if not lacking:
        return ""
    listed = ", ".join(map(repr, lacking[:NAMED])) + (", ..." if lacking[NAMED:] else "")
    fate = "left out" if tokenizer.unknown is None else f"read as {UNKNOWN}"
    return f"not in the vocabulary, {fate}: {listed}"
