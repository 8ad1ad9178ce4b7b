"""What a preset says of a text, and the text itself."""

from dataclasses import dataclass

from tuidl.data.text.layout import Predicts
from tuidl.data.text.tokenizer import Kind


@dataclass(frozen=True)
class Written:
    """A ``text`` by the ``name`` that errors call it; ``notes``: what it was turned from."""

    name: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """How a text becomes tokens and examples: keys of the preset; ``fractions``: what is held out
    for validation and test."""

    tokens: Kind
    vocabulary: int | None
    lowercase: bool
    window: int | None
    stride: int | None
    predict: Predicts
    is_lines: bool
    answer_after: str | None
    fractions: tuple[float, float]
    seed: int
    is_ordered: bool
