"""Examples in words, where their numbers stand for tokens or ids."""

from tuidl.core.lazy import Array
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.tokenizer import UNKNOWN
from tuidl.tasks.recommending import Recommendation
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import task_in

MOST = 64
"""Tokens of an example: more than a panel shows."""
SPACE = "␣"


def in_words(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of tokens or classes for people: the sign of all that a vocabulary lacks is called
    what it is. (Runs keep the sign.)"""
    return tuple("<unknown>" if name == UNKNOWN else name for name in names)


def input_texts(state: TrainState, inputs: Array) -> tuple[str, ...]:
    """The inputs (examples, ...) of a network that reads text or pairs of ids; else nothing."""
    layout = state.preprocessing.text
    if layout is not None:
        return _texts(layout, inputs)
    if not isinstance(task_in(state), Recommendation):
        return ()
    ids = [field.classes for field in state.preprocessing.examples.inputs]
    return tuple(
        ", ".join(names[int(number)] for names, number in zip(ids, row, strict=True))
        for row in inputs.reshape(len(inputs), -1)
    )


def target_texts(state: TrainState, targets: Array) -> tuple[str, ...]:
    """The tokens that follow, of a network that predicts one at every place; else nothing."""
    layout = state.preprocessing.text
    if layout is None or layout.predicts != "every":
        return ()
    return _texts(layout, targets)


def _texts(layout: TextLayout, rows: Array) -> tuple[str, ...]:
    """Tokens side by side; words, whose names hold no space, with one between."""
    names = layout.tokenizer.names
    is_whole = all(len(name) == 1 for name in names) or any(SPACE in name for name in names)
    between, names = ("", names) if is_whole else (" ", in_words(names))
    return tuple(
        between.join(names[int(n)] for n in row if 0 <= n < len(names))
        for row in rows.reshape(len(rows), -1)[:, :MOST]
    )
