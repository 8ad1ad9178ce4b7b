"""What a network that answers makes of held-out prompts."""

from typing import TYPE_CHECKING

import msgspec

from tuidl.core.printable import printable_lines
from tuidl.core.terminal import put, put_json, reader_is_gone, say

if TYPE_CHECKING:
    from tuidl.inference.generating import Generator, Sampling
    from tuidl.runs.results import TrainedRun

COUNT = 10


def put_answers(
    trained: "TrainedRun",
    generator: "Generator",
    sampling: "Sampling",
    count: int | None,
    length: int | None,
    *,
    as_json: bool,
) -> None:
    """A line for each prompt, with the answer; how many are exact is said at the end.

    Raises DataError where the data with the prompts is no longer there.
    """
    from tuidl.inference.answering import answer_to, held_out_lines

    lines = held_out_lines(trained.preset, generator.layout, count or COUNT)
    exact, wrong = 0, []
    for line in lines:
        if reader_is_gone():
            return
        answer = answer_to(generator, line.prompt, sampling, length)
        is_exact = answer == line.answer
        exact += is_exact
        if as_json:
            record = {"event": "answer", "prompt": line.prompt, "answer": answer,
                      "true": line.answer, "exact": is_exact}  # fmt: skip
            put_json(msgspec.json.encode(record).decode())
        else:
            put(printable_lines(line.prompt + answer))
        if not is_exact:
            wrong.append(line)
    for line in wrong[:COUNT]:
        say(f"right would be: {line.prompt}{line.answer}")
    say(f"{exact:,} of {len(lines):,} held-out prompts answered exactly; --prompt asks your own")
