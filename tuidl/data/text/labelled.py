"""Texts of different lengths, each with a class or a number."""

from dataclasses import dataclass

from tuidl.core.lazy import Array
from tuidl.core.limits import check_memory
from tuidl.data.splitting import ByClass
from tuidl.data.text.encoding import BYTES_A_CHARACTER, LEAST_BYTES, padding_of, usual_window
from tuidl.data.text.filling import filled
from tuidl.data.text.learning import learned
from tuidl.data.text.tokenizer import BOUNDARY, Kind, Tokenizer


@dataclass(frozen=True)
class Reading:
    """Keys of the preset that say how texts are read. ``window``: None for the length that nine of
    ten texts of the training part do not exceed."""

    tokens: Kind
    vocabulary: int | None
    lowercase: bool
    window: int | None
    fractions: tuple[float, float]
    seed: int
    is_ordered: bool


@dataclass(frozen=True)
class Labelled:
    """Texts as rows of tokens ``x`` (texts, window), filled up behind their end with BOUNDARY, and
    the class or number ``y`` (texts,) of each. ``cut``: how many were longer than the window.
    ``notes``: what was left out, in words."""

    tokenizer: Tokenizer
    x: Array
    y: Array
    cut: int
    longest: int
    notes: tuple[str, ...] = ()

    @property
    def window(self) -> int:
        return int(self.x.shape[1])

    def report(self, what: str) -> list[str]:
        """Lines that say how the texts were read; ``what`` they are."""
        kind, names = self.tokenizer.kind, self.tokenizer.names
        return [
            *self.notes,
            f"text: {len(self.y):,} {what}, the longest of {self.longest:,} tokens",
            f"tokens: {kind}; {len(names):,} different, learned on the training part",
            f"examples: the first {self.window:,} tokens ({self.cut:,} {what} are cut off), "
            "filled up with ↵",
        ]


def labelled(
    reading: Reading, texts: list[str], y: Array, is_of_classes: bool, where: str = "the texts"
) -> Labelled:
    """The vocabulary, and the window where none is said, are of the training part. ``where``: what
    errors call the texts. Raises BackendError where memory is too small for them."""
    is_narrow = reading.tokens == "characters" and all(map(str.isascii, texts))
    each = LEAST_BYTES if is_narrow else BYTES_A_CHARACTER
    check_memory(each * sum(map(len, texts)), where, "use a smaller file")
    labels = y if is_of_classes else None
    splitter = ByClass.of(len(y), labels, reading.seed, reading.is_ordered)
    chosen = splitter.parts(*reading.fractions)[0].tolist()
    train = "\n".join(texts[place] for place in chosen)
    tokenizer = learned(
        reading.tokens, train, "\n".join(texts), reading.vocabulary, reading.lowercase, (BOUNDARY,)
    )
    rows = [tokenizer.encode(text) for text in texts]
    lengths = [len(rows[place]) for place in chosen]
    window = reading.window or usual_window(lengths)
    x, cut = filled(rows, window, padding_of(tokenizer))
    return Labelled(tokenizer, x, y, cut, max(map(len, rows)))
