"""A column of texts in the user's own table, each with a class or a number."""

from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import msgspec

from tuidl.core.errors import DataError, PresetError
from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.examples import Examples
from tuidl.data.paths import FilePath, resolved_path, stamp
from tuidl.data.scaling import TargetScaling, scaling_of_targets
from tuidl.data.spec import ExampleSpec
from tuidl.data.table_source import Delimiter, Name, Number
from tuidl.data.tables.encodings import Encoding
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.source import Textual, WindowSize
from tuidl.data.text.tokenizer import Kind

if TYPE_CHECKING:
    from tuidl.core.lazy import Array
    from tuidl.data.tables.raw import RawColumn
    from tuidl.data.text.labelled import Labelled, Reading


class TextCsv(Textual, frozen=True, kw_only=True, tag="text_csv"):
    """Texts in a column of a table, and what is to be said of each in another one: its class, or a
    number. Other columns are not read.

    ``text``, ``target``: the columns, by name or number (from 1). ``window``: tokens of a text that
    the network sees, by default as many as nine of ten texts have; shorter ones are filled up.
    """

    path: FilePath
    text: Name | Number
    target: Name | Number
    tokens: Kind = "words"
    window: WindowSize | None = None
    delimiter: Delimiter | None = None
    header: bool | None = None
    encoding: Encoding | None = None
    sheet: Name | Number | None = None
    task: Literal["classification", "regression"] | None = None
    normalize_targets: bool | None = None

    def resolve_paths(self, folder: Path) -> Self:
        path = resolved_path(self.path, folder, "data.path")
        return msgspec.structs.replace(self, path=path)

    def check(self) -> None:
        super().check()
        if self.normalize_targets and self._table()[1]:
            raise PresetError("data.normalize_targets", "the targets are classes, not numbers")

    def spec(self) -> ExampleSpec:
        known, classes = self._table()
        names = known.tokenizer.names
        return ExampleSpec((known.window,), len(classes) or 1, classes, vocabulary=names)

    def count(self) -> int:
        return len(self._table()[0].y)

    def class_counts(self) -> tuple[int, ...] | None:
        import numpy as np

        known, classes = self._table()
        if not classes:
            return None
        return tuple(np.bincount(known.y.astype(int), minlength=len(classes)).tolist())

    def load(self) -> Examples:
        import numpy as np

        known, _ = self._table()
        return Examples(known.x.astype(np.float32), known.y[:, None].astype(np.float32))

    def target_scaling(self) -> TargetScaling:
        if self._table()[1]:
            return "none"
        return scaling_of_targets(self.normalize, self.normalize_targets)

    def bytes_stored(self) -> int:
        return FLOAT_BYTES * self._numbers()

    def bytes_remembered(self) -> int:
        return self._table()[0].x.nbytes

    def text_layout(self) -> TextLayout:
        known, _ = self._table()
        column = self.text if isinstance(self.text, str) else ""
        return TextLayout(known.tokenizer, known.window, "label", column=column)

    def report(self, most: int | None = None) -> list[str]:
        return self._table()[0].report("texts")

    def _table(self) -> "tuple[Labelled, tuple[str, ...]]":
        return _read(self, stamp(self.path))

    def reading(self) -> "Reading":
        """How texts are read."""
        from tuidl.data.text.labelled import Reading

        return Reading(
            self.tokens, self.vocabulary, self.lowercase, self.window, self.fractions(), self.seed,
            self.is_ordered,
        )  # fmt: skip


@lru_cache(maxsize=2)
def _read(source: TextCsv, now: Any) -> "tuple[Labelled, tuple[str, ...]]":
    """The texts, and the classes, none for numbers. Raises DataError, PresetError."""
    import numpy as np

    from tuidl.data.tables.beside import of_rows
    from tuidl.data.tables.choice import Options, chosen_columns
    from tuidl.data.tables.problems import problem_in
    from tuidl.data.tables.raw import texts_of
    from tuidl.data.tables.reading import read_raw
    from tuidl.data.tables.spelled import as_written
    from tuidl.data.tables.target import read_target
    from tuidl.data.text.labelled import labelled

    path = Path(source.path)
    options = Options(
        source.target, source.delimiter, source.header, beside=((source.text, "data.text"),),
        encoding=source.encoding, sheet=source.sheet, needs_inputs=False,
    )  # fmt: skip
    read = partial(
        read_raw, now, source.delimiter, options.says_header, 2,
        encoding=source.encoding, sheet=source.sheet,
    )  # fmt: skip
    raw = read()
    chosen = chosen_columns(path, raw, options)
    raw = as_written(raw, read, texts=chosen.beside).table
    place = chosen.targets[0]
    target = read_target(raw.columns[place], chosen.settings[place], source.task)
    if target.problem:
        raise DataError(problem_in(path, raw, replace(target.reading, problem=target.problem)))
    column = raw.columns[chosen.beside[0]]
    has_target, is_empty = ~np.isnan(target.values), _empty(column)
    known = np.flatnonzero(has_target & ~is_empty)
    texts = texts_of(of_rows(column, known))
    if not texts:
        raise DataError(f"{path}: column {column.name!r}: no text in any row with a target")
    found = labelled(source.reading(), texts, target.values[known], bool(target.classes), f"{path}")
    lacking = {"target": int((~has_target).sum()), "text": int((has_target & is_empty).sum())}
    notes = (_left_out(count, len(is_empty), what) for what, count in lacking.items() if count)
    return replace(found, notes=(*raw.notes, *notes)), target.classes


def _empty(column: "RawColumn") -> "Array":
    """Whether there is no text, row by row."""
    import numpy as np

    # The last one stands for the code -1, a plain number.
    return np.array([*(not text.strip() for text in column.texts), False])[column.codes]


def _left_out(count: int, rows: int, what: str) -> str:
    has = f"has no {what} and is" if count == 1 else f"have no {what} and are"
    return f"{count:,} of {rows:,} rows {has} left out"
