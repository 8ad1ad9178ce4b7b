"""The published texts, as ``tuidl download`` brings them."""

from typing import Any, Literal

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
from tuidl.data.text.source import TextSource
from tuidl.data.text.wanted import Written

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


def key_of(known: DataSet) -> Any:
    """What changes when the file does, or appears."""
    folder, (name,) = data_folder() / known.folder, known.contents
    require_files(known, folder, [] if (folder / name).exists() else [name])
    return stamp(str(folder / name))


class TinyShakespeare(TextSource, frozen=True, kw_only=True, tag="tiny_shakespeare"):
    """1.1 million characters of Shakespeare's plays, the text that char-rnn and nanoGPT learn."""

    def key(self) -> Any:
        return key_of(TINY_SHAKESPEARE)

    def written(self) -> Written:
        return published_text(TINY_SHAKESPEARE)


class Names(TextSource, frozen=True, kw_only=True, tag="names"):
    """32,033 first names in small letters, one a line, the set of makemore."""

    examples: Literal["windows", "lines"] = "lines"

    def key(self) -> Any:
        return key_of(NAMES)

    def written(self) -> Written:
        return published_text(NAMES)
