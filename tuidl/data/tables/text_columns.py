"""Columns of text: the first tokens of each row's text are inputs beside those of other columns."""

from dataclasses import dataclass, replace

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.core.limits import check_memory
from tuidl.data.encoded_rows import Encoded
from tuidl.data.table_layout import InputColumn
from tuidl.data.tables.beside import of_rows
from tuidl.data.tables.filling import UNFILLED
from tuidl.data.tables.gaps import is_gap
from tuidl.data.tables.raw import RawColumn, text_of
from tuidl.data.tables.settings import RULES, ColumnSettings
from tuidl.data.text.encoding import BYTES_A_CHARACTER, encoded, mark_of, usual_window
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.learning import learned
from tuidl.data.text.tokenizer import BOUNDARY, Kind, Tokenizer

TOKENS: Kind = "words"
"""What a column's text is cut into where nothing is said."""
_CONTROLS = dict.fromkeys(range(32), " ")


@dataclass(frozen=True)
class Writing:
    """What stands in a column: ``texts``, all different, "" for gaps; ``places`` (rows,): which
    of them; ``missing`` (rows,): where there is no value."""

    texts: tuple[str, ...]
    places: Array
    missing: Array


@dataclass(frozen=True)
class TextInput:
    """A column that is to be read as text. ``rule``: what is made of gaps: one of RULES, or "=" and
    the text that stands in."""

    raw: RawColumn
    settings: ColumnSettings
    rule: str

    @property
    def missing(self) -> Array:
        """(rows,) where there is no value."""
        return writing_in(self.raw, _own_gaps(self.settings)).missing

    def at(self, rows: Array) -> "TextInput":
        return replace(self, raw=of_rows(self.raw, rows))


@dataclass(frozen=True)
class TextFeature:
    """``column``: with what was learned. ``x`` (rows, window) int32: tokens, filled up with number
    0. ``different``: texts; ``gaps``: rows without one; ``cut``: rows with one longer than the
    window; ``longest``: tokens.
    """

    column: InputColumn
    x: Array
    different: int
    gaps: int
    cut: int
    longest: int


def text_input(raw: RawColumn, settings: ColumnSettings, default: str) -> TextInput:
    said = default if settings.missing is None else settings.missing
    text = said if isinstance(said, str) else text_of(said)
    return TextInput(raw, settings, text if text in RULES else f"={text}")


def learned_text(text: TextInput, train: Array, where: str) -> TextFeature:
    """The tokens of all rows; vocabulary and, where none is said, window are of the rows ``train``.
    ``where``: how errors call the column. Raises DataError, PresetError."""
    settings = text.settings
    writing = writing_in(text.raw, _own_gaps(settings))
    seen = [writing.texts[place] for place in writing.places[train].tolist()]
    if not any(seen):
        raise DataError(f"{where}: no text in the training part")
    characters = sum(map(len, writing.texts)) + sum(map(len, seen))
    check_memory(BYTES_A_CHARACTER * characters, where, "use a smaller file")
    tokenizer = learned(
        settings.tokens or TOKENS, "\n".join(seen), "\n".join(writing.texts), settings.vocabulary,
        bool(settings.lowercase), (BOUNDARY,),
    )  # fmt: skip
    lengths = [len(tokenizer.encode(one)) for one in writing.texts]
    known = [lengths[place] for place in writing.places[train].tolist()]
    window = settings.window or usual_window(known)
    column = _column(text, tokenizer, window)
    of_rows = np.array(lengths)[writing.places]
    return TextFeature(
        column, tokens_of(writing, column), sum(map(bool, writing.texts)),
        int(writing.missing.sum()), int((of_rows > window).sum()), int(of_rows.max()),
    )  # fmt: skip


def _column(text: TextInput, tokenizer: Tokenizer, window: int) -> InputColumn:
    filling = None if text.rule in UNFILLED else text.rule[1:] if text.rule[:1] == "=" else ""
    layout = TextLayout(tokenizer, window, "label", column=text.raw.name)
    return InputColumn(
        text.raw.name, filling=filling, gaps=_own_gaps(text.settings), text=layout
    )  # fmt: skip


def writing_in(raw: RawColumn, gaps: tuple[str, ...]) -> Writing:
    """``gaps``: texts that stand for no value besides those that always do, in lower case."""
    numbers, of_numbers = np.unique(raw.numbers[raw.codes < 0], return_inverse=True)
    missing = [is_gap(one, gaps, of_numbers=False) for one in raw.texts]
    texts = ["" if gap else _plain(one) for one, gap in zip(raw.texts, missing, strict=True)]
    places = raw.codes.astype(np.int64)
    places[raw.codes < 0] = len(texts) + of_numbers
    is_missing = np.array([*missing, *(False for _ in numbers)], bool)
    return Writing((*texts, *map(text_of, numbers.tolist())), places, is_missing[places])


def tokens_of(writing: Writing, column: InputColumn) -> Array:
    """(rows, window) int32; where there is no value those of what stands in."""
    layout = column.text
    assert layout is not None
    of_texts = encoded(writing.texts, layout.tokenizer, layout.window)
    x = of_texts[writing.places]
    if column.filling:
        x[writing.missing] = encoded([_plain(str(column.filling))], layout.tokenizer, layout.window)
    return x


def write_tokens(raw: RawColumn, column: InputColumn, x: Array) -> Encoded:
    """Write the tokens of a column's rows into ``x`` (rows, window)."""
    assert column.text is not None
    writing = writing_in(raw, column.gaps)
    x[:] = tokens_of(writing, column)
    lacking = [mark_of(text, column.text.tokenizer) for text in writing.texts]
    missing = writing.missing if column.filling is None else np.zeros(len(x), bool)
    problems = dict.fromkeys(np.flatnonzero(missing).tolist(), "no text")
    marks = {row: lacking[place] for row, place in enumerate(writing.places.tolist())}
    return Encoded(problems, {row: mark for row, mark in marks.items() if mark})


def require_values(path: str, lines: Array, texts: tuple[TextInput, ...]) -> None:
    """Raises DataError where a text is missing that nothing is to be put in the place of."""
    for text in texts:
        if text.rule == "refuse" and (missing := text.missing).any():
            raise DataError(
                f"{path}: line {lines[int(missing.argmax())]}, column {text.raw.name!r}: no text "
                f"({int(missing.sum())} missing); say data.missing = 'zero', which reads none, or "
                "'drop_rows'"
            )


def _own_gaps(settings: ColumnSettings) -> tuple[str, ...]:
    return tuple(one.casefold() for one in settings.gaps)


def _plain(text: str) -> str:
    """With single spaces and no other white space, so that number 0 is padding alone."""
    return " ".join(text.translate(_CONTROLS).split())
