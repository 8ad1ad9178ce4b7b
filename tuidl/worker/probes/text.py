"""What a network in training writes, and where it puts its tokens."""

import math
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.data.text.layout import TextLayout
from tuidl.inference.answering import line_of
from tuidl.inference.generating import Drawn, Generator, Prompt, Sampling
from tuidl.protocol.text_answers import Sample, Token
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import answers_of, held_out, numbers, task_in
from tuidl.worker.probes.worded import in_words

TOP = 10
"""Likeliest tokens that are sent with each."""
LINES = 16
"""Held-out prompts from the first one of a sample to that of the next."""
COUNTED = 4096
"""Held-out tokens whose characters are counted."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` tokens of sample ``number``, behind those that are ``known``, by their numbers."""

    count: Annotated[int, Meta(ge=1, le=1000)] = 16
    number: int = 0
    prompt: Annotated[str, Meta(max_length=100_000)] = ""
    known: Annotated[tuple[int, ...], Meta(max_length=10_000)] = ()
    temperature: Annotated[float, Meta(ge=0, le=100)] = 1.0
    top_k: Annotated[int, Meta(ge=1)] | None = None
    seed: Annotated[int, Meta(ge=0)] = 0


def sample(state: TrainState, options: Options) -> Sample:
    """A part of a text that the network writes. Raises DataError where it writes none."""
    layout = layout_of(state)
    generator = Generator(layout, lambda x: answers_of(state, x))
    prompt = generator.prompt(options.prompt)
    size = len(layout.tokenizer.tokens)
    if any(not 0 <= number < size for number in options.known):
        raise DataError(f"sample: expected tokens from 0 to {size - 1}")
    before = (*prompt.tokens, *options.known)
    sampling = Sampling(options.temperature, options.top_k, options.seed)
    if layout.answer_after:
        prompts = Prompts(state, layout, options.number, bool(options.prompt))
        drawn = answers(generator, prompts, list(before), sampling, options.count)
    else:
        drawn = generator.go_on(before, sampling, options.count, TOP)
    return Sample(
        number=options.number,
        start=len(options.known),
        given=_given(generator, prompt),
        notes=prompt.notes,
        tokens=tuple(_token(layout, token) for token in drawn),
        characters=_characters(state, layout),
    )


class Prompts:
    """Held-out prompts, a line each: a network that answers has learned to write no prompts.

    ``number``: of the sample; each has other ones. ``is_asked``: the first line has somebody's own.
    """

    def __init__(self, state: TrainState, layout: TextLayout, number: int, is_asked: bool) -> None:
        self.layout, self.x = layout, held_out(state)[1].x
        self.first, self.is_asked = LINES * number, is_asked

    def of(self, line: int) -> list[int]:
        """The tokens of the prompt of a line."""
        if self.is_asked and line == 0:
            return []
        row = self.x[(self.first + line) % len(self.x)].reshape(-1)
        prompt = line_of(self.layout, row[1:]).prompt
        tokens: list[int] = self.layout.tokenizer.encode(prompt).tolist()
        return tokens


def answers(
    generator: Generator, prompts: Prompts, known: list[int], sampling: Sampling, count: int
) -> Iterator[Drawn]:
    """The next ``count`` tokens of lines that begin with a prompt, which is only repeated, and go
    on with the network's answer. A line as long as the window ends there."""
    boundary, window = known[0], generator.layout.window
    for _ in range(count):
        line = known.count(boundary) - 1
        written = known[::-1].index(boundary)
        prompt = prompts.of(line)
        if written < len(prompt) or written >= window:
            number = prompt[written] if written < len(prompt) else boundary
            text = generator.tokenizer.following(generator.tokenizer.decode(known[-1:]), number)
            token = Drawn(number, text, math.nan, ())
        else:
            (token,) = generator.go_on(known, sampling, 1, TOP)
        yield token
        known.append(token.number)


def layout_of(state: TrainState) -> TextLayout:
    """How the network's text becomes inputs. Raises DataError where it reads none."""
    layout = state.preprocessing.text
    if layout is None:
        raise DataError("the network reads no text")
    return layout


def _given(generator: Generator, prompt: Prompt) -> str:
    """The prompt as it is shown: without the boundary that every line begins with."""
    starts = generator.layout.is_lines or len(prompt.tokens) == 1
    return generator.tokenizer.decode(prompt.tokens[starts:])


def _token(layout: TextLayout, drawn: Drawn) -> Token:
    names = in_words(layout.tokenizer.names)
    return Token(
        number=drawn.number,
        name=names[drawn.number],
        text=drawn.text,
        share=numbers(drawn.share),
        top=[(names[number], numbers(share)) for number, share in drawn.top],
    )


def _characters(state: TrainState, layout: TextLayout) -> float | None:
    """Of a held-out token that counts."""
    if layout.tokenizer.kind == "characters":
        return 1.0
    task, (_, feed) = task_in(state), held_out(state)
    some = feed.y[: max(COUNTED // task.spec.rows, 1)]
    counts = task.counts(some)
    targets = task.targets(some).astype(int)
    chosen = targets[counts] if counts is not None else targets.reshape(-1)
    text = layout.tokenizer.decode(chosen.tolist())
    found: float | None = numbers(len(text) / max(len(chosen), 1))
    return found
