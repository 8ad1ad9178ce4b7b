"""The published texts, as ``tuidl download`` brings them."""

from typing import Any, ClassVar, Literal

from tuidl.data.files import (
    again,
    data_folder,
    listed_sums,
    read_file,
    require_files,
    require_listed,
    require_sum,
)
from tuidl.data.paths import stamp
from tuidl.data.published import NAMES, TINY_SHAKESPEARE, DataSet
from tuidl.data.spec import ExampleSpec
from tuidl.data.text.source import TextSource
from tuidl.data.text.wanted import Written

DEFAULT_SIZES = {"words": 10_000, "bpe": 512}
"""Tokens, where nothing else is said."""
LARGEST = 16 << 20
"""Bytes of a published text, at most."""


def published_text(known: DataSet) -> Written:
    """The only file of a data set, checked. Raises DataError where it is not there, or is another
    one."""
    folder, (name,) = data_folder() / known.folder, known.contents
    path = folder / name
    require_files(known, folder, [] if path.exists() else [name])
    content = read_file(path, LARGEST)
    require_listed(listed_sums(folder), content, path)
    require_sum(known.contents, content, path, True, again(known, path))
    return Written(known.title, content.decode())


def is_here(known: DataSet) -> bool:
    """Whether the only file of a data set is there."""
    (name,) = known.contents
    return (data_folder() / known.folder / name).exists()


def key_of(known: DataSet) -> Any:
    """What changes when the file does, or appears."""
    folder, (name,) = data_folder() / known.folder, known.contents
    require_files(known, folder, [] if (folder / name).exists() else [name])
    return stamp(str(folder / name))


class PublishedText(TextSource, frozen=True, kw_only=True):
    """Base of the published texts, of which something is known while they are not here.

    ``known``: the data set; ``characters``: different ones in it; ``longest``: tokens of its
    longest line, with its end; ``amount``: of lines, or of characters of a text without.
    """

    known: ClassVar[DataSet]
    characters: ClassVar[int]
    longest: ClassVar[int] = 64
    amount: ClassVar[int]

    def key(self) -> Any:
        return key_of(self.known)

    def written(self) -> Written:
        return published_text(self.known)

    def spec(self) -> ExampleSpec:
        return super().spec() if is_here(self.known) else self.spec_until_then

    @property
    def spec_until_then(self) -> ExampleSpec:
        """Shapes while the text is not here; the tokens' names are their numbers."""
        of_characters = self.tokens == "characters"
        most = self.characters if of_characters else DEFAULT_SIZES[self.tokens]
        names = tuple(map(str, range(self.vocabulary or most)))
        lines = 3 if self.predict == "last" else self.longest
        window = self.window or (lines if self.is_lines else 64)
        return self.spec_of(names, window)

    def part_sizes(self) -> tuple[int, int, int]:
        if is_here(self.known):
            return super().part_sizes()
        each = 1 if self.is_lines or self.predict != "every" else self.stride or self.window or 64
        count = self.amount // each
        held, tested = (int(count * share) for share in self.fractions())
        return count - held - tested, held, tested


class TinyShakespeare(PublishedText, frozen=True, kw_only=True, tag="tiny_shakespeare"):
    """1.1 million characters of Shakespeare's plays, the text that char-rnn and nanoGPT learn."""

    known: ClassVar[DataSet] = TINY_SHAKESPEARE
    characters: ClassVar[int] = 65
    amount: ClassVar[int] = 1_115_394


class Names(PublishedText, frozen=True, kw_only=True, tag="names"):
    """32,033 first names in small letters, one a line, the set of makemore."""

    examples: Literal["windows", "lines"] = "lines"

    known: ClassVar[DataSet] = NAMES
    characters: ClassVar[int] = 27
    longest: ClassVar[int] = 16
    amount: ClassVar[int] = 32_033
