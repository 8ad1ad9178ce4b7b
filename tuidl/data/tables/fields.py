"""A column's fields as the rules of kinds look at them, and what they make of it."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.picture import SUFFIXES
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.encoding import Values, gap_numbers
from tuidl.data.tables.gaps import is_gap
from tuidl.data.tables.raw import RawColumn
from tuidl.data.tables.settings import ColumnSettings

Kind = Literal["number", "category", "date", "text", "picture", "id", "ignore"]

SHOWN = 60
"""Characters of a text in a message."""


@dataclass(frozen=True)
class Reading:
    """A column of a file as it was read.

    ``column``: how it becomes inputs, without its filling; None for texts. ``values``: what its
    fields are. ``problem``: why it cannot be learned from, in words, with the ``row`` where that
    was seen; ``remedy``: the settings that help, each as TOML. ``guess``: what may be otherwise,
    with the setting that says so. ``is_said``: whether the settings say the kind.
    """

    kind: Kind
    column: InputColumn
    values: Values | None = None
    guess: str = ""
    problem: str = ""
    remedy: tuple[str, ...] = ()
    row: int | None = None
    is_said: bool = False


@dataclass(frozen=True)
class Fields:
    """A column's fields but its gaps: ``texts`` with their numbers of rows, ``plain`` numbers."""

    raw: RawColumn
    settings: ColumnSettings
    texts: dict[str, int]
    plain: Array

    @property
    def count(self) -> int:
        return sum(self.texts.values()) + len(self.plain)

    def gaps(self) -> tuple[str, ...]:
        return tuple(text.casefold() for text in self.settings.gaps)

    def without(self, of_numbers: bool) -> "Fields":
        """Without what is a gap among numbers and dates."""
        texts = {t: n for t, n in self.texts.items() if not is_gap(t, (), of_numbers)}
        return replace(self, texts=texts)


def fields_of(raw: RawColumn, settings: ColumnSettings) -> Fields:
    is_plain = raw.codes < 0
    rows = np.bincount(raw.codes[~is_plain], minlength=len(raw.texts))
    own = tuple(text.casefold() for text in settings.gaps)
    texts = {
        text: int(count)
        for text, count in zip(raw.texts, rows, strict=True)
        if count and not is_gap(text, own, of_numbers=False)
    }
    plain = raw.numbers[is_plain]
    return Fields(raw, settings, texts, plain[~gap_numbers(plain, own)])


def row_of(raw: RawColumn, text: str) -> int:
    """The first row with the text."""
    return int((raw.codes == raw.texts.index(text)).argmax())


def names_pictures(raw: RawColumn) -> bool:
    """Whether all of its texts but gaps end as files of pictures do."""
    texts = [text for text in raw.texts if not is_gap(text, (), of_numbers=False)]
    return bool(texts) and all(text.lower().endswith(tuple(SUFFIXES)) for text in texts)


def toml(text: str) -> str:
    """A text as it stands in a preset."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
