"""How text becomes inputs of a network, as a run keeps it: with the vocabulary."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from tuidl.data.text.tokenizer import BOUNDARY, Tokenizer

Predicts = Literal["every", "last", "context", "label"]
"""The next token at every place of the input; the one after its last; a word nearby; a class of the
whole text."""


class TextLayout(msgspec.Struct, frozen=True, omit_defaults=True):
    """``window``: tokens in one input. ``is_lines``: an example is a line, which begins and ends
    with BOUNDARY and is filled up with it. ``answer_after``: what stands between the prompt and the
    answer of a line, "" where all of it is predicted. ``column``: of a table, the one with the
    texts, "" where there is none or it has no name."""

    tokenizer: Tokenizer
    window: int
    predicts: Predicts = "every"
    is_lines: bool = False
    answer_after: str = ""
    column: str = ""

    @property
    def generates(self) -> bool:
        """Whether text can be written with it, token by token."""
        return self.predicts in ("every", "last")

    @property
    def answers(self) -> bool:
        """Whether it answers to prompts: lines of which only what follows a sign is predicted."""
        return self.generates and self.is_lines and bool(self.answer_after)

    def problems(self, shape: tuple[int, ...], vocabulary: tuple[str, ...]) -> Iterator[str]:
        """What a file that anyone may have written has wrong."""
        tokens, merges = self.tokenizer.tokens, self.tokenizer.merges
        if self.tokenizer.names != vocabulary:
            yield "text.tokenizer.tokens: expected those of examples.vocabulary"
        if (self.window,) != shape and self.predicts != "context":
            yield f"text.window: expected {shape[0]:,}, the length of an input"
        if len(set(tokens)) < len(tokens) or not all(tokens):
            yield "text.tokenizer.tokens: expected different texts, none of them empty"
        first = self.tokenizer.first_merged
        if len(merges) > len(tokens) or any(
            not 0 <= part < first + place for place, pair in enumerate(merges) for part in pair
        ):
            yield "text.tokenizer.merges: expected pairs of tokens before the one that they make"
        if self.is_lines and BOUNDARY not in tokens:
            yield "text.tokenizer.tokens: expected one that ends a line"
