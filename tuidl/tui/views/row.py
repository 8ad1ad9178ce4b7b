"""Values of a table's inputs that keys move, and of a series."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from tuidl.protocol.asking import AskField, Cell

STEPS = 50
"""Key presses from one end of a range to the other, about."""


@dataclass
class Row:
    """A cell for each of the ``fields``; ``selected`` is the one that keys change."""

    fields: tuple[AskField, ...] = ()
    cells: list[Cell] = field(default_factory=list)
    selected: int = 0

    def begin(self, fields: tuple[AskField, ...]) -> None:
        """Other values to begin with, the same input selected."""
        self.fields, self.cells = fields, [one.start for one in fields]
        self.selected = min(self.selected, max(len(fields) - 1, 0))

    @property
    def field(self) -> AskField:
        return self.fields[self.selected]

    def select(self, way: int) -> None:
        self.selected = (self.selected + way) % len(self.fields)

    def change(self, way: int) -> None:
        """The selected value by some steps; of a category the next choice."""
        one, cell = self.field, self.cells[self.selected]
        if one.is_typed:
            return
        if one.kind == "category":
            place = one.choices.index(cell) if cell in one.choices else -1
            self.set(one.choices[(place + (1 if way > 0 else -1)) % len(one.choices)])
            return
        value = cell if isinstance(cell, float) else number_of(cell, one)
        self.set(clipped(value + way * step_of(one), one))

    def set_share(self, share: float) -> None:
        """The value at a share of the range, or the choice there."""
        one = self.field
        share = min(max(share, 0.0), 1.0)
        if one.kind == "category":
            self.set(one.choices[min(int(share * len(one.choices)), len(one.choices) - 1)])
        elif not one.is_typed:
            step = step_of(one)
            value = one.low + round(share * (one.high - one.low) / step) * step
            self.set(clipped(value, one))

    def set(self, cell: Cell) -> None:
        self.cells[self.selected] = cell

    def type(self, text: str) -> None:
        """A value as it was typed; a plain number is one."""
        one, text = self.field, text.strip()
        if one.kind == "number":
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            self.set(value if math.isfinite(value) else text)
        else:
            self.set(text)


def number_of(text: str, one: AskField) -> float:
    """What a typed field is moved from: itself where it is a number, else the middle."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    return value if math.isfinite(value) else (one.low + one.high) / 2


def step_of(one: AskField) -> float:
    """By how much a key changes a value: 1, 2 or 5 times a power of ten."""
    span = one.high - one.low
    if span <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / STEPS))
    step = next(power * m for m in (1, 2, 5, 10) if span / (power * m) <= STEPS)
    return max(step, 1.0) if one.whole else step


def clipped(value: float, one: AskField) -> float:
    """Within the range, without the digits that binary fractions leave."""
    value = min(max(value, one.low), one.high)
    return float(round(value)) if one.whole else float(f"{value:.6g}")


@dataclass
class Moved:
    """A window of a series: ``values`` (flat, steps by channels) that keys move; ``step`` and
    ``channel``: the one that they do."""

    names: Sequence[str] = ("value",)
    values: list[float] = field(default_factory=list)
    low: float = 0.0
    high: float = 1.0
    step: int = 0
    channel: int = 0

    def begin(
        self, names: Sequence[str], values: Sequence[float], ends: tuple[float, float]
    ) -> None:
        """Another window. The cursor starts at the last value of the last channel, which is the
        series itself."""
        is_first = not self.values or len(values) != len(self.values)
        self.names, self.values = names or ("value",), list(values)
        self.low, self.high = ends
        if is_first:
            self.step, self.channel = self.steps - 1, len(self.names) - 1

    @property
    def steps(self) -> int:
        return len(self.values) // max(len(self.names), 1)

    @property
    def place(self) -> int:
        """The cursor's value among all."""
        return self.step * len(self.names) + self.channel

    @property
    def shown(self) -> list[float]:
        """The values of the cursor's channel."""
        return self.values[self.channel :: len(self.names)]

    def move(self, way: int) -> None:
        self.step = min(max(self.step + way, 0), self.steps - 1)

    def turn(self) -> None:
        self.channel = (self.channel + 1) % len(self.names)

    def change(self, way: int) -> None:
        self.set(self.values[self.place] + way * (self.high - self.low) / STEPS)

    def set(self, value: float) -> None:
        self.values[self.place] = float(f"{value:.6g}")
