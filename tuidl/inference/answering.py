"""Lines of a prompt and its answer, as rows of tokens hold them."""

from typing import NamedTuple

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.tokenizer import BOUNDARY
from tuidl.inference.generating import Generator, Sampling
from tuidl.inference.preprocessing import split_of
from tuidl.preset.schema import Preset


class Line(NamedTuple):
    """``prompt``: with the sign that stands before the answer, at its end."""

    prompt: str
    answer: str


def line_of(layout: TextLayout, tokens: Array) -> Line:
    """What tokens (n,) behind the boundary that begins a line have, up to the one that ends it."""
    text = layout.tokenizer.decode(tokens.astype(int).tolist())
    before, found, after = text.partition(BOUNDARY)[0].partition(layout.answer_after)
    return Line(before + found, after)


def held_out_lines(preset: Preset, layout: TextLayout, count: int) -> list[Line]:
    """The first ones of the test part, or else of validation or training. Raises DataError where
    the data is no longer there."""
    try:
        split = split_of(preset)
    except DataError as error:
        raise DataError(f"{error}; prompts are taken from the data: give one by --prompt") from None
    part = next(part for part in (split.test, split.validation, split.train) if len(part))
    return [line_of(layout, row) for row in part.y[:count, : layout.window]]


def answer_to(
    generator: Generator, prompt: str, sampling: Sampling, length: int | None = None
) -> str:
    """What a network answers to a prompt: up to the end of the line, of the window, or ``length``
    tokens."""
    known = generator.prompt(prompt).tokens
    left = max(generator.layout.window - len(known) + 1, 0)
    answer = ""
    for drawn in generator.go_on(known, sampling, left if length is None else min(left, length)):
        if generator.ends_line(drawn.number):
            break
        answer += drawn.text
    return answer
