"""What a trained network makes: text token by token, pictures and other examples."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tuidl.cli.common import Finite, found_run, json_option, prepare, weights_option
from tuidl.cli.generated import generate_examples
from tuidl.cli.generating_answers import put_answers
from tuidl.cli.generating_examples import COUNT, is_generator_of_examples, put_examples
from tuidl.core.printable import printable_lines
from tuidl.core.terminal import put_json, reader_is_gone, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tuidl.inference.generating import Drawn, Generator, Prompt, Sampling
    from tuidl.runs.results import Which

LENGTH = 500
TOP = 5
"""Likeliest tokens that JSON lists with each."""


@click.command()
@click.argument("run")
@click.option("--prompt", default="", metavar="TEXT", help="What it goes on from.")
@click.option(
    "--temperature", type=Finite(0, 100), default=1.0, show_default=True,
    help="Below 1 the likely becomes likelier; 0 takes the likeliest.",
)  # fmt: skip
@click.option(
    "--top-k", type=click.IntRange(1), metavar="K", help="Draw from the K likeliest tokens only."
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
@click.option(
    "--length", type=click.IntRange(1, 1_000_000), metavar="TOKENS",
    help=f"Default: {LENGTH}; an answer ends with its line.",
)  # fmt: skip
@click.option(
    "--count", type=click.IntRange(1, 1_000_000), metavar="N",
    help=f"Examples to make of random numbers. Default: {COUNT}, and 16 of a decoder's pictures. "
    "Of a network that answers: held-out prompts (10).",
)  # fmt: skip
@click.option(
    "--between", type=click.IntRange(0), nargs=2, metavar="A B",
    help="Go from the code of held-out example A to that of B, counted from 0.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.png",
    help="Write pictures there, in a grid, and not to the terminal.",
)  # fmt: skip
@json_option
@weights_option
def generate(
    run: str,
    prompt: str,
    temperature: float,
    top_k: int | None,
    seed: int,
    length: int | None,
    count: int | None,
    between: tuple[int, int] | None,
    out: Path | None,
    as_json: bool,
    which: "Which",
) -> None:
    """Write text with RUN's network, token by token, each drawn by its probability; without
    --prompt a network that answers is asked held-out prompts. Or what a generator or a decoder
    makes of random numbers: a line of numbers each, on a terminal points and pictures.

    The same seed gives the same. With --json a line for each token, with its probability and the
    likeliest ones, or for each example.
    """
    prepare(1)
    from tuidl.inference.generating import Sampling, generator_of
    from tuidl.runs.results import load_run

    trained = load_run(found_run(run), which)
    model = trained.model()
    is_text = bool(trained.preset.spec().vocabulary)
    if not is_text and (prompt or top_k is not None or length is not None or temperature != 1.0):
        raise click.UsageError("--prompt, --temperature, --top-k and --length are for text")
    if is_generator_of_examples(model) and not (between or out):
        put_examples(model, count or COUNT, seed, as_json)
        return
    if trained.preset.networks and not is_text:
        generate_examples(trained, count, between or None, seed, out, as_json=as_json)
        return
    layout = trained.preparation.text
    asks = layout is not None and layout.answer_after != "" and not prompt
    if (count is not None and not asks) or between or out:
        raise click.UsageError("--count, --between and --out are for networks that make examples")
    generator = generator_of(trained.preparation, model)
    sampling = Sampling(temperature, top_k, seed)
    if asks:
        put_answers(trained, generator, sampling, count, length, as_json=as_json)
        return
    given = generator.prompt(prompt)
    for note in given.notes:
        say(note)
    drawn = _drawn(generator, given, sampling, length, bool(prompt))
    (_put_json if as_json else _put_text)(generator, given, drawn)


def _drawn(
    generator: "Generator",
    given: "Prompt",
    sampling: "Sampling",
    length: int | None,
    has_prompt: bool,
) -> "Iterator[Drawn]":
    """Up to ``length`` tokens; what goes on from a prompt in a line ends with that."""
    for token in generator.go_on(given.tokens, sampling, length or LENGTH, TOP):
        if reader_is_gone():
            return
        yield token
        if has_prompt and generator.ends_line(token.number):
            return


def _put_text(generator: "Generator", given: "Prompt", drawn: "Iterator[Drawn]") -> None:
    start = generator.layout.is_lines or len(given.tokens) == 1
    text = generator.tokenizer.decode(given.tokens[start:])
    _stream(text)
    for token in drawn:
        _stream(token.text)
        text += token.text
    if not text.endswith("\n"):
        _stream("\n")


def _stream(text: str) -> None:
    sys.stdout.write(printable_lines(text))
    sys.stdout.flush()


def _put_json(generator: "Generator", given: "Prompt", drawn: "Iterator[Drawn]") -> None:
    names, text, count = generator.tokenizer.names, "", 0
    started = time.perf_counter()
    for token in drawn:
        text, count = text + token.text, count + 1
        record = {
            "event": "token",
            "token": names[token.number],
            "text": token.text,
            "probability": token.share,
            "top": {names[number]: share for number, share in token.top},
        }
        put_json(msgspec.json.encode(record).decode())
    record = {
        "event": "generated",
        "prompt": generator.tokenizer.decode(given.tokens),
        "text": text,
        "tokens": count,
        "seconds": time.perf_counter() - started,
    }
    put_json(msgspec.json.encode(record).decode())
