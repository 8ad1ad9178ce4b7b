"""Sums that wrap around: what networks learn by heart first, and understand later."""

from typing import Annotated

from msgspec import Meta

from tuidl.data.examples import Examples
from tuidl.data.spec import ExampleSpec
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.source import Textual
from tuidl.data.text.tokenizer import Tokenizer

Modulus = Annotated[int, Meta(ge=3, le=1000)]


class ModularAddition(Textual, frozen=True, kw_only=True, tag="modular_addition"):
    """All sums a + b modulo ``modulus``, as the tokens ``a``, ``+``, ``b`` and ``=``; the class is
    the result. A network that has seen some of them can know the others only by the rule."""

    modulus: Modulus = 97

    def spec(self) -> ExampleSpec:
        names = tuple(map(str, range(self.modulus)))
        return ExampleSpec((4,), self.modulus, names, vocabulary=self._tokenizer().names)

    def count(self) -> int:
        return self.modulus**2

    def load(self) -> Examples:
        import numpy as np

        p = self.modulus
        first, second = np.divmod(np.arange(p * p), p)
        plus, equals = np.full(p * p, p), np.full(p * p, p + 1)
        x = np.stack([first, plus, second, equals], axis=1)
        y = (first + second) % p
        return Examples(x.astype(np.float32), y[:, None].astype(np.float32))

    def class_counts(self) -> tuple[int, ...]:
        return (self.modulus,) * self.modulus

    def bytes_remembered(self) -> int:
        return 0

    def text_layout(self) -> TextLayout:
        return TextLayout(self._tokenizer(), 4, "label")

    def report(self, most: int | None = None) -> list[str]:
        train, held, tested = self.part_sizes()
        return [
            f"sums: all {self.count():,} of a + b modulo {self.modulus}, as four tokens",
            f"parts at random, by class: about {train:,} for training, {held:,} for validation, "
            f"{tested:,} for test",
        ]

    def _tokenizer(self) -> Tokenizer:
        return Tokenizer("words", (*map(str, range(self.modulus)), "+", "="))
