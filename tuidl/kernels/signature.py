"""What a kernel's one line of shapes states: operands, dimension letters, options, cost."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Operand:
    """One array argument: its name, a letter for each dimension, and whether it is written."""

    name: str
    letters: str
    written: bool


@dataclass(frozen=True)
class Option:
    """One scalar argument; ``is_float`` says that the row holds the bits of a float64."""

    name: str
    is_float: bool


@dataclass(frozen=True)
class Signature:
    """The arguments of a kernel in the order in which a row of a program holds them.

    A row is ``[opcode, offset of each operand, each letter's size, each option]``, all int64.
    """

    operands: tuple[Operand, ...]
    letters: str
    options: tuple[Option, ...]
    uses_step_state: bool
    cost: str

    @classmethod
    def of(cls, function: Callable[..., Any], shapes: str, cost: str) -> "Signature":
        """Read the shape text of ``function``: ``"nk kf f -> nf"``; ``cost`` is like ``"2nkf"``."""
        read, _, written = shapes.partition("->")
        words = [(word, False) for word in read.split()] + [(w, True) for w in written.split()]
        parameters = list(inspect.signature(function).parameters.values())
        uses_step_state = bool(parameters) and parameters[-1].name == "step_state"
        scalars = parameters[len(words) : len(parameters) - uses_step_state]
        return cls(
            operands=tuple(
                Operand(p.name, word, is_written)
                for p, (word, is_written) in zip(parameters, words, strict=False)
            ),
            letters="".join(dict.fromkeys("".join(word for word, _ in words))),
            options=tuple(Option(p.name, p.annotation is float) for p in scalars),
            uses_step_state=uses_step_state,
            cost=cost,
        )

    def bind(self, shapes: Sequence[tuple[int, ...]]) -> dict[str, int]:
        """Sizes of the letters for operands of these shapes.

        Raises ValueError where a shape has another rank or a letter would have two sizes.
        """
        sizes: dict[str, int] = {}
        for operand, shape in zip(self.operands, shapes, strict=True):
            if len(shape) != len(operand.letters):
                raise ValueError(f"operand {operand.name} is {operand.letters!r}, got {shape}")
            for letter, size in zip(operand.letters, shape, strict=True):
                if sizes.setdefault(letter, size) != size:
                    raise ValueError(
                        f"operand {operand.name} {shape}: {letter} is {sizes[letter]} before"
                    )
        return sizes

    def encode(
        self, opcode: int, offsets: Sequence[int], sizes: dict[str, int], options: dict[str, Any]
    ) -> list[int]:
        """The row of one instruction. Raises KeyError where an option is missing or unknown."""
        unknown = set(options) - {option.name for option in self.options}
        if unknown:
            raise KeyError(f"no such option: {sorted(unknown)}")
        values = [
            _to_bits(options[o.name]) if o.is_float else options[o.name] for o in self.options
        ]
        return [opcode, *offsets, *(sizes[letter] for letter in self.letters), *values]

    def decode(self, row: Sequence[int]) -> tuple[list[tuple[int, tuple[int, ...]]], list[Any]]:
        """``encode`` undone: (offset, shape) of each operand, and the options' values."""
        count = len(self.operands)
        numbers = [int(value) for value in row[1:]]
        sizes = dict(zip(self.letters, numbers[count:], strict=False))
        shapes = [tuple(sizes[letter] for letter in operand.letters) for operand in self.operands]
        raw = numbers[count + len(self.letters) :]
        values = [
            _from_bits(value) if option.is_float else value
            for option, value in zip(self.options, raw, strict=False)
        ]
        return list(zip(numbers, shapes, strict=False)), values

    def flops(self, sizes: dict[str, int]) -> int:
        """Floating-point operations, by the kernel's cost formula (0 where it has none)."""
        letters = self.cost.lstrip("0123456789")
        factor = self.cost.removesuffix(letters) or "1"
        return int(factor) * prod(sizes[letter] for letter in letters) if self.cost else 0


def _to_bits(value: float) -> int:
    return int(np.float64(value).view(np.int64))


def _from_bits(value: int) -> float:
    return float(np.int64(value).view(np.float64))
