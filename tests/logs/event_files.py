"""Writes TensorBoard's event files by hand: an encoder as small as it can be."""

import struct
from collections.abc import Iterable
from pathlib import Path

from tuidl.logs.crc32c import masked


def varint(value: int) -> bytes:
    value %= 2**64
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def field(number: int, value: int | float | bytes, letter: str = "d") -> bytes:
    """Whole numbers as varints, floats as ``letter`` says (f, d), bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        kind = 5 if letter == "f" else 1
        return varint(number << 3 | kind) + struct.pack(f"<{letter}", value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    ends = struct.pack("<I", masked(length)), struct.pack("<I", masked(data))
    return length + ends[0] + data + ends[1]


def event(step: int, *values: bytes) -> bytes:
    """One event with such values of a summary."""
    summary = b"".join(field(1, value) for value in values)
    return record(field(1, 1.7e9) + field(2, step) + (field(5, summary) if values else b""))


def simple(tag: str, value: float) -> bytes:
    return field(1, tag.encode()) + field(2, float(value), "f")


def metadata(plugin: str) -> bytes:
    return field(9, field(1, field(1, plugin.encode())))


def tensor(tag: str, kind: int, content: bytes, plugin: str = "scalars", *sizes: int) -> bytes:
    """A tensor of type ``kind``; ``content``: the fields with its numbers."""
    shape = b"".join(field(2, field(1, size)) for size in sizes)
    return (
        field(1, tag.encode()) + field(8, field(1, kind) + field(2, shape) + content)
        + (metadata(plugin) if plugin else b"")
    )  # fmt: skip


def version() -> bytes:
    return record(field(1, 1.7e9) + field(3, b"brain.Event:2"))


def write(path: Path, events: Iterable[bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(version() + b"".join(events))
    return path
