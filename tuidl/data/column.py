"""One column of a table of texts: numbers, or categories, whichever it turns out to be."""

from typing import Any

import numpy as np

from tuidl.core.errors import DataError
from tuidl.data.tables.raw import RawColumn, text_of
from tuidl.data.tables.reading import MISSING

Array = np.ndarray[Any, np.dtype[Any]]


class Column:
    """Numbers where every text is one, else categories, where they are few.

    ``most``: different texts that may be categories. ``missing``: rows without a value, the first
    of them in line ``first_missing``. ``stray``: line and text of the first that is no number.
    """

    def __init__(self, raw: RawColumn, lines: Array, most: int) -> None:
        self.name, self.most, self._raw = raw.name, most, raw
        gap = np.array([text.casefold() in MISSING for text in raw.texts] + [False])
        numbers = [number_of(text) for text in raw.texts]
        strange = np.array([number is None for number in numbers] + [False]) & ~gap
        self._gap, self._strange = gap, strange
        self._values = np.array([np.nan if n is None else n for n in numbers] + [np.nan])
        gaps = np.flatnonzero(gap[raw.codes])
        self.missing = len(gaps)
        self.first_missing = int(lines[gaps[0]]) if len(gaps) else 0
        self.stray: tuple[int, str] | None = None
        if strange.any():
            row = int(strange[raw.codes].argmax())
            self.stray = int(lines[row]), raw.texts[raw.codes[row]]

    @property
    def is_number(self) -> bool:
        return self.stray is None

    def numbers(self) -> Array:
        """float64, NaN where a value is missing."""
        raw = self._raw
        return np.where(raw.codes < 0, raw.numbers, self._values[raw.codes])

    def categories(self, path: object) -> tuple[tuple[str, ...], Array]:
        """Sorted texts, and for each row its place among them, -1 where it is missing.

        Raises DataError where there are more than ``most``.
        """
        raw = self._raw
        different, inverse = np.unique(raw.numbers[raw.codes < 0], return_inverse=True)
        texts = [text for text, gap in zip(raw.texts, self._gap, strict=False) if not gap]
        if len(different) + len(texts) > self.most:
            raise self._too_many(path)
        numbers = [text_of(number) for number in different]
        names = sorted({*texts, *numbers})
        place = {name: i for i, name in enumerate(names)}
        of_texts = np.array(
            [-1 if gap else place[text] for text, gap in zip(raw.texts, self._gap, strict=False)]
            + [-1],
            np.int32,
        )
        codes = of_texts[raw.codes]
        codes[raw.codes < 0] = np.array([place[name] for name in numbers], np.int32)[inverse]
        return tuple(names), codes

    def _too_many(self, path: object) -> DataError:
        line, text = self.stray or (0, "")
        hint = "; write decimals with a point" if _has_decimal_comma(text) else ""
        return DataError(
            f"{path}: line {line}, column {self.name!r}: {text[:60]!r} is no number, and more "
            f"than {self.most} different texts are no categories; if it is an id or free text, "
            f"leave it out: ignore = [{self.name!r}]{hint}"
        )


def number_of(text: str) -> float | None:
    """The finite number that ``text`` is. Python's 1_000 is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) and "_" not in text else None


def _has_decimal_comma(text: str) -> bool:
    before, comma, after = text.lstrip("+-").partition(",")
    return bool(comma) and before.isdigit() and after.isdigit()
