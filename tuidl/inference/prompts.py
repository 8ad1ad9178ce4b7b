"""Prompts of a file, and what a network that answers says to each: the likeliest token after the
other, as ``tuidl generate --temperature 0`` writes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.tables.raw import RawTable, texts_of
from tuidl.data.text.encoding import mark_of
from tuidl.data.text.layout import TextLayout
from tuidl.inference.generating import Generator, Sampling, draw
from tuidl.inference.texts import text_column
from tuidl.tasks.base import Column, Fields, Record, Task

COLUMN = "prompt"
COLDLY = Sampling(temperature=0)
AT_ONCE = 64
SHOWN = 60
"""Characters of a prompt or an answer in a table."""


@dataclass(frozen=True)
class Prompts:
    """Rows of a file (``table``). ``tokens``: of each, none where it is a problem; ``texts``: what
    they say. ``problems``, ``marks``: by the rows' places."""

    table: RawTable
    texts: tuple[str, ...]
    tokens: tuple[tuple[int, ...], ...]
    problems: Mapping[int, str] = field(default_factory=dict)
    marks: Mapping[int, str] = field(default_factory=dict)


class Answers(Task):
    """Texts behind prompts; ``decoded`` (n, 3) objects: prompt, answer, and whether that was cut
    off by the window."""

    def records(self, names: Sequence[str], decoded: Array) -> list[Record]:
        return [
            {"example": name, "prompt": prompt, "answer": answer, "cut": cut}
            for name, (prompt, answer, cut) in zip(names, decoded.tolist(), strict=True)
        ]

    def columns(self, decoded: Array) -> tuple[list[Column], tuple[int, ...]]:
        prompts, answers, cut = decoded.T.tolist()
        return [
            ("prompt", list(map(_short, prompts))),
            ("answer", list(map(_short, answers))),
            ("cut", ["yes" if one else "" for one in cut]),
        ], (0, 1, 2)

    def fields(self, decoded: Array) -> Fields:
        return {"answer": decoded[:, 1].tolist(), "cut": decoded[:, 2].tolist()}


def prompts_in(path: Path, layout: TextLayout) -> Prompts:
    """A prompt in each line of a .txt file, or in a table's column of this name, else its only one.
    What stands behind the sign before answers is left out. Raises DataError, also where no row has
    a prompt that fits."""
    table, place = text_column(path, COLUMN)
    generator = Generator(layout, np.asarray)
    texts, tokens = list[str](), list[tuple[int, ...]]()
    problems, marks = dict[int, str](), dict[int, str]()
    for row, text in enumerate(texts_of(table.columns[place])):
        prompt, behind = _parted(text, layout.answer_after)
        known = generator.prompt(prompt).tokens if prompt else ()
        if problem := _problem(prompt, known, layout.window):
            problems[row] = f"{path}: line {table.lines[row]}: {problem}"
        left_out = f"left out: {behind[:SHOWN]!r}" if behind else ""
        if mark := "; ".join(filter(None, [left_out, mark_of(prompt, layout.tokenizer)])):
            marks[row] = mark
        texts.append(prompt)
        tokens.append(() if problem else known)
    if len(problems) == len(texts):
        raise DataError(problems[0])
    return Prompts(table, tuple(texts), tuple(tokens), problems, marks)


def answers_to(generator: Generator, prompts: Prompts) -> Array:
    """(n, 3) as ``Answers`` has them, of the rows without problems."""
    fit = [row for row in range(len(prompts.texts)) if row not in prompts.problems]
    found = np.empty((len(fit), 3), object)
    for start in range(0, len(fit), AT_ONCE):
        some = fit[start : start + AT_ONCE]
        given = _some_answers(generator, [prompts.tokens[row] for row in some])
        for place, (row, answer) in enumerate(zip(some, given, strict=True), start):
            found[place] = (prompts.texts[row], *answer)
    return found


def _some_answers(
    generator: Generator, prompts: Sequence[tuple[int, ...]]
) -> list[tuple[str, bool]]:
    """The answer to each, and whether it was cut off."""
    layout, tokenizer = generator.layout, generator.tokenizer
    known, answers = [list(prompt) for prompt in prompts], [""] * len(prompts)
    last = [tokenizer.decode(prompt[-1:]) for prompt in prompts]
    is_cut = [True] * len(prompts)
    left = list(range(len(prompts)))
    while left:
        shares, going_on = generator.shares_of([known[i] for i in left]), list[int]()
        for i, share in zip(left, shares, strict=True):
            number = draw(share, COLDLY, len(known[i]), tokenizer.unknown)
            if generator.ends_line(number):
                is_cut[i] = False
                continue
            last[i] = tokenizer.following(last[i], number)
            answers[i] += last[i]
            known[i].append(number)
            if len(known[i]) <= layout.window:
                going_on.append(i)
        left = going_on
    return list(zip(answers, is_cut, strict=True))


def _parted(text: str, sign: str) -> tuple[str, str]:
    """A prompt, and what stands behind the sign before its answer, which may end the line."""
    bare = sign.rstrip()
    if bare and text.endswith(bare) and sign not in text:
        return text.removesuffix(bare).strip(), ""
    prompt, _, behind = text.partition(sign)
    return prompt.strip(), behind.strip()


def _problem(prompt: str, tokens: Sequence[int], window: int) -> str:
    if not prompt:
        return "no prompt"
    if len(tokens) > window:
        return (
            f"a prompt of {len(tokens):,} tokens leaves no room for an answer, as the network sees "
            f"{window:,}"
        )
    return ""


def _short(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 3]}..."
