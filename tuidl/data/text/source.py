"""Sources of text whose next token is to be predicted: the base of all of them, and one's own."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.errors import PresetError
from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.examples import Examples
from tuidl.data.paths import FilePath, resolved_path, stamp
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_rule import ORDERED, RANDOM, group_name
from tuidl.data.split_source import SplitSource
from tuidl.data.tables.encodings import Encoding
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.tokenizer import Kind
from tuidl.data.text.wanted import Wanted, Written

if TYPE_CHECKING:
    from tuidl.data.splitting import Splitter
    from tuidl.data.text.corpus import Corpus

WindowSize = Annotated[int, Meta(ge=1, le=100_000)]
Tokens = Annotated[int, Meta(ge=2, le=1_000_000)]
Separator = Annotated[str, Meta(min_length=1, max_length=100)]


class Textual(SplitSource, frozen=True, kw_only=True):
    """Base of all sources whose inputs are tokens of a text.

    ``tokens``: "characters", "words" (signs are tokens too) or "bpe": byte-pair encoding, which
    joins characters that occur together often. ``vocabulary``: how many different ones there are at
    most; the rarest become one token for all that is unknown. Both are learned on the training
    part alone. ``lowercase``: capitals are written small first.
    """

    tokens: Kind = "characters"
    vocabulary: Tokens | None = None
    lowercase: bool = False

    def check(self) -> None:
        if self.normalize != "none":
            problem = "the inputs are numbers of tokens, which have no scale"
            raise PresetError("data.normalize", problem)
        if self.augment is not None:
            raise PresetError("data.augment", "changes pictures and numbers, not text")
        if name := group_name(self.split_rule):
            raise PresetError("data.split", f"text has nothing called {name!r} to group by")
        super().check()

    def text_layout(self) -> TextLayout:
        """How text becomes inputs. Raises DataError."""
        raise NotImplementedError

    def bytes_reading(self) -> int:
        return 2 * self.bytes_stored() + self.bytes_remembered()


class TextSource(Textual, frozen=True, kw_only=True):
    """Base of sources of text whose next token is to be predicted.

    ``window``: tokens that the network sees; of lines, by default the longest one fits.
    ``stride``: tokens from one training window to the next, by default a whole window (1 where only
    the "last" target counts); windows that are held out never overlap. ``examples``: "windows" of
    the text, whose end is held out, or its "lines", held out at random. ``answer_after``: of lines,
    what stands between a prompt and its answer; the loss is of the answers alone. ``predict``: the
    next token after "every" place of the input, after the "last", or a word of the "context", at
    most ``window`` words away (skip-gram).
    """

    window: WindowSize | None = None
    stride: WindowSize | None = None
    examples: Literal["windows", "lines"] = "windows"
    answer_after: Separator | None = None
    predict: Literal["every", "last", "context"] = "every"

    def written(self) -> Written:
        """The text. Raises DataError where it cannot be had."""
        raise NotImplementedError

    def key(self) -> Any:
        """What changes when the text does."""
        return None

    @property
    def is_lines(self) -> bool:
        return self.examples == "lines"

    def check(self) -> None:
        super().check()
        if self.is_lines and self.predict == "context":
            raise PresetError("data.predict", "'context' is of windows; expected 'every' or 'last'")
        if self.answer_after is not None and not (self.is_lines and self.predict == "every"):
            problem = "needs data.examples = 'lines' and data.predict = 'every'"
            raise PresetError("data.answer_after", problem)
        if self.stride is not None and (self.is_lines or self.predict == "context"):
            raise PresetError("data.stride", "is for windows of the text")
        if not self.is_lines and self.split_rule == RANDOM:
            problem = "the text goes on from window to window; its end is held out"
            raise PresetError("data.split", f"{problem}: expected {ORDERED!r}")

    def spec(self) -> ExampleSpec:
        corpus = self._corpus()
        return self.spec_of(corpus.tokenizer.names, corpus.window)

    def spec_of(self, names: tuple[str, ...], window: int) -> ExampleSpec:
        """With tokens of these names."""
        shape = (1,) if self.predict == "context" else (window,)
        places = shape if self.predict == "every" else None
        weighted = self.is_lines and self.predict == "every"
        return ExampleSpec(
            shape, len(names), names, places, vocabulary=names, weighted=weighted
        )  # fmt: skip

    def count(self) -> int:
        return self._corpus().count

    def part_sizes(self) -> tuple[int, int, int]:
        return self._corpus().sizes

    def fewest_to_train(self) -> int:
        return self.part_sizes()[0]

    def bytes_stored(self) -> int:
        return FLOAT_BYTES * self._numbers()

    def bytes_remembered(self) -> int:
        return self._corpus().bytes

    def shares_parts(self) -> bool:
        return not self.is_lines

    def bytes_reading(self) -> int:
        if self.is_lines:
            return super().bytes_reading()
        return self.bytes_stored() + self.bytes_remembered()

    def load(self) -> Examples:
        return self._corpus().examples()

    def splitter(self, examples: Examples) -> "Splitter":
        return self._corpus().splitter

    def text_layout(self) -> TextLayout:
        corpus = self._corpus()
        return TextLayout(
            corpus.tokenizer,
            corpus.window,
            self.predict,
            self.is_lines,
            self.answer_after or "",
        )

    def report(self, most: int | None = None) -> list[str]:
        return self._corpus().report()

    def notices(self) -> tuple[str, ...]:
        return self._corpus().notices()

    def _corpus(self) -> "Corpus":
        return _corpus(self, self.key())

    def _wanted(self) -> Wanted:
        return Wanted(
            self.tokens,
            self.vocabulary,
            self.lowercase,
            self.window,
            self.stride,
            self.predict,
            self.is_lines,
            self.answer_after,
            self.fractions(),
            self.seed,
            self.is_ordered,
        )


@lru_cache(maxsize=4)
def _corpus(source: TextSource, key: Any) -> "Corpus":
    """Remembered until the preset's table or the text changes."""
    from tuidl.data.text.building import corpus_of

    return corpus_of(source._wanted(), source.written())


class Text(TextSource, frozen=True, kw_only=True, tag="text"):
    """The user's own text: a file in UTF-8, or as ``encoding`` says."""

    path: FilePath
    encoding: Encoding | None = None

    def resolve_paths(self, folder: Path) -> Self:
        path = resolved_path(self.path, folder, "data.path")
        return msgspec.structs.replace(self, path=path)

    def key(self) -> Any:
        return stamp(self.path)

    def written(self) -> Written:
        from tuidl.data.text.reading import read_text

        text, notes = read_text(stamp(self.path), self.encoding)
        return Written(self.path, text, notes)
