"""How the rows of a text file become inputs of a network."""

import msgspec


class InputColumn(msgspec.Struct, frozen=True):
    """A column that was learned from: numbers, or one input for each of ``categories``.

    ``filling``: what stands in where a value is missing; None where it must be there.
    """

    name: str
    categories: tuple[str, ...] = ()
    filling: str | float | None = None

    @property
    def width(self) -> int:
        return len(self.categories) or 1


class TableLayout(msgspec.Struct, frozen=True):
    """The inputs' columns in order, and how the file that was learned from is written."""

    columns: tuple[InputColumn, ...]
    delimiter: str
    has_header: bool

    @property
    def inputs(self) -> tuple[str, ...]:
        """A name for each input: ``age``, ``job=clerk``."""
        return tuple(
            f"{column.name}={category}" if category else column.name
            for column in self.columns
            for category in column.categories or ("",)
        )
