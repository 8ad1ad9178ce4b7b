"""The wire format of protocol buffers, as far as it takes to read a message without its schema.

A message is a row of fields: a number, a type, and a value. Numbers are little-endian; lengths and
whole numbers are varints, seven bits a byte.
"""

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
WIDTHS = {FIXED64: 8, FIXED32: 4}
LONGEST_VARINT = 10
"""Bytes, for 64 bits."""

Value = int | memoryview
"""Of a varint (unsigned), or the bytes of anything else."""


class WireError(ValueError):
    """What is wrong, and ``at`` which byte of the message."""

    def __init__(self, problem: str, at: int) -> None:
        super().__init__(problem)
        self.problem, self.at = problem, at


def fields(message: memoryview) -> Iterator[tuple[int, int, Value]]:
    """Number, wire type and value of each field. Values are views, so nothing is copied.

    Raises WireError, at the field that is damaged.
    """
    at, end = 0, len(message)
    while at < end:
        began = at
        key, at = varint(message, at)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise WireError("a field has the number 0", began)
        if kind == VARINT:
            value, at = varint(message, at)
            yield number, kind, value
            continue
        if kind == BYTES:
            length, at = varint(message, at)
        elif kind in WIDTHS:
            length = WIDTHS[kind]
        else:
            raise WireError(f"field {number} has the wire type {kind}", began)
        if length > end - at:
            problem = f"field {number} has {length:,} bytes, and only {end - at:,} are left"
            raise WireError(problem, began)
        yield number, kind, message[at : at + length]
        at += length


def varint(message: memoryview, at: int) -> tuple[int, int]:
    """An unsigned number of at most 64 bits, and where it ends. Raises WireError."""
    value = 0
    for place, byte in enumerate(message[at : at + LONGEST_VARINT]):
        value |= (byte & 127) << (7 * place)
        if byte < 128:
            return value & (2**64 - 1), at + place + 1
    whole = len(message) - at >= LONGEST_VARINT
    raise WireError("a number of more than 64 bits" if whole else "a number without an end", at)


def signed(value: int) -> int:
    """An int64 of what its varint says."""
    return value - 2**64 if value >= 2**63 else value


def floats(letter: str, data: memoryview) -> list[float]:
    """Numbers side by side, ``letter`` being struct's. Raises WireError where one is cut."""
    width = struct.calcsize(letter)
    if len(data) % width:
        raise WireError(f"{len(data):,} bytes are no whole count of {width}-byte numbers", 0)
    return list(struct.unpack(f"<{len(data) // width}{letter}", data))
