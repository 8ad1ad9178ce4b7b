"""Texts in classes: the SMS Spam Collection."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tuidl.core.errors import DataError
from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.examples import Examples
from tuidl.data.published import SMS_SPAM
from tuidl.data.spec import ExampleSpec
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.published_text import (
    DEFAULT_SIZES,
    is_here,
    key_of,
    published_text,
)
from tuidl.data.text.source import Textual, WindowSize
from tuidl.data.text.tokenizer import Kind

if TYPE_CHECKING:
    from tuidl.data.text.labelled import Labelled

CLASSES = ("ham", "spam")
COUNTS = (4827, 747)
WINDOW = 64


class SmsSpam(Textual, frozen=True, kw_only=True, tag="sms_spam"):
    """5,574 text messages, 747 of them spam (Almeida and Hidalgo, 2011).

    ``window``: tokens of a message that the network sees; shorter ones are filled up.
    """

    tokens: Kind = "words"
    window: WindowSize = WINDOW

    def spec(self) -> ExampleSpec:
        if is_here(SMS_SPAM):
            names = self._labelled().tokenizer.names
        else:  # the tokens' names are their numbers until it is
            most = self.vocabulary or DEFAULT_SIZES.get(self.tokens, 100)
            names = tuple(map(str, range(most)))
        return ExampleSpec((self.window,), len(CLASSES), CLASSES, vocabulary=names)

    def count(self) -> int:
        return sum(COUNTS)

    def class_counts(self) -> tuple[int, ...]:
        return COUNTS

    def load(self) -> Examples:
        import numpy as np

        known = self._labelled()
        return Examples(known.x.astype(np.float32), known.y[:, None].astype(np.float32))

    def bytes_stored(self) -> int:
        return FLOAT_BYTES * self._numbers()

    def bytes_remembered(self) -> int:
        return self._labelled().x.nbytes

    def text_layout(self) -> TextLayout:
        return TextLayout(self._labelled().tokenizer, self.window, "label")

    def report(self, most: int | None = None) -> list[str]:
        return self._labelled().report("messages")

    def _labelled(self) -> "Labelled":
        return _labelled(self, key_of(SMS_SPAM))


@lru_cache(maxsize=2)
def _labelled(source: SmsSpam, key: Any) -> "Labelled":
    import numpy as np

    from tuidl.data.text.labelled import Reading, labelled

    pairs = [line.split("\t", 1) for line in published_text(SMS_SPAM).text.splitlines() if line]
    if any(len(pair) != 2 or pair[0] not in CLASSES for pair in pairs):
        raise DataError(f"{SMS_SPAM.title}: expected lines of 'ham' or 'spam', a tab and a text")
    y = np.array([CLASSES.index(label) for label, _ in pairs])
    reading = Reading(
        source.tokens, source.vocabulary, source.lowercase, source.window, source.fractions(),
        source.seed, source.is_ordered,
    )  # fmt: skip
    return labelled(reading, [text for _, text in pairs], y, is_of_classes=True)
