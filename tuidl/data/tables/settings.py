"""What a preset may say of one column of a table: ``data.columns.NAME``."""

from typing import Annotated, Literal

from msgspec import Meta, field

from tuidl.core.config import Config
from tuidl.core.errors import PresetError
from tuidl.data.text.tokenizer import Kind as TokenKind

Missing = Literal["refuse", "mean", "median", "most_frequent", "zero", "drop_rows"]
RULES = ("refuse", "mean", "median", "most_frequent", "zero", "drop_rows")
WEIGHT = "data.weight"
"""The key that names the column of rows' weights."""

Text = Annotated[str, Meta(max_length=1000)]


class ColumnSettings(Config, frozen=True, kw_only=True):
    """How one column is read, where the guess is wrong.

    ``missing``: a rule as in ``data.missing``, or the value that stands in for a missing one.
    ``indicator``: an input more, 1 where the value is missing. ``gaps``: texts that stand for no
    value. ``decimal`` and ``unit``: of numbers. ``format``: of dates: "dmy", "mdy", "ymd", "ym",
    "my", "quarter", "half", "week", "y", "unix", "unix_ms", "excel", or a pattern such as
    "%d.%m.%Y". ``zones``: whether times with a zone are converted to "utc". ``most``: categories
    that get an input, 100 unless it is said; the rarest are "other" together. ``unseen``: what is
    made of a category in prediction that was not there in training. ``merge_spellings``: names
    that differ in case, accents and spaces are one category, and so are yes and TRUE. Of durations
    ``format`` says whether 1:30 is "h:mm" or "m:ss". A "picture" is the name of a file, an
    "id" an input of its own: the row of an embedding.
    ``tokens``, ``vocabulary``, ``lowercase`` and ``window``: of "text", as of sources of text.
    """

    said: (
        Literal[
            "number",
            "category",
            "date",
            "text",
            "picture",
            "id",
            "time",
            "duration",
            "ignore",
        ]
        | None
    ) = field(name="kind", default=None)
    missing: Text | float | None = None
    indicator: bool | None = None
    gaps: tuple[Text, ...] = ()
    decimal: Literal[".", ","] | None = None
    unit: Annotated[str, Meta(min_length=1, max_length=20)] | None = None
    zones: Literal["utc", "as_written"] | None = None
    format: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    most: Annotated[int, Meta(ge=2, le=1000)] | None = None
    unseen: Literal["other", "zero", "refuse"] | None = None
    merge_spellings: bool | None = None
    tokens: TokenKind | None = None
    vocabulary: Annotated[int, Meta(ge=2, le=1_000_000)] | None = None
    lowercase: bool | None = None
    window: Annotated[int, Meta(ge=1, le=100_000)] | None = None

    @property
    def implied(self) -> str:
        """The kind that is said, or that other keys imply; "" where nothing is."""
        if self.said is not None:
            return self.said
        if self.format in TWO_PARTS:
            return "duration"
        return next((kind for kind, keys in KEYS.items() if self.has(keys)), "")

    def has(self, keys: tuple[str, ...]) -> str:
        """The first of some keys that is said, "" where none is."""
        return next((key for key in keys if getattr(self, key) is not None), "")

    def check(self, name: str) -> None:
        """Raises PresetError where keys of text and of other kinds meet; ``name``: the column's."""
        kind, others = self.implied, (*_OF_OTHERS, "indicator")
        wrong = self.has(others if kind == "text" else KEYS["text"])
        if kind == "duration" and self.format not in (None, *TWO_PARTS):
            problem = f"expected one of {', '.join(TWO_PARTS)}, got {self.format!r}"
            raise PresetError(f"data.columns.{name}.format", problem)
        if wrong:
            problem = f"is not of columns of kind {kind!r}"
            raise PresetError(f"data.columns.{name}.{wrong}", problem)


TWO_PARTS: dict[str, Literal["duration", "minutes"]] = {"h:mm": "duration", "m:ss": "minutes"}
"""What durations of two parts are."""
KEYS = {
    "text": ("tokens", "vocabulary", "lowercase", "window"),
    "date": ("format", "zones"),
    "category": ("most", "unseen", "merge_spellings"),
    "number": ("decimal", "unit"),
}
"""Keys that imply a kind."""
_OF_OTHERS = tuple(key for kind, keys in KEYS.items() if kind != "text" for key in keys)

AS_FOUND = ColumnSettings()
"""Of a column of which nothing is said."""
