"""The safetensors format, written and read in pieces: no second copy of the arrays is ever made.

A file is the length of the header (8 bytes, little-endian), the header (JSON: ``__metadata__`` and,
for each array, ``dtype``, ``shape`` and ``data_offsets``), and the arrays' bytes, one behind the
other. See https://huggingface.co/docs/safetensors (Format). The library's own ``save`` makes the
whole file in memory; what is written here has the same bytes.
"""

import os
import weakref
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np

from tuidl.core.errors import RunError, SaveError
from tuidl.core.lazy import Array
from tuidl.core.own_files import FileError, open_to_read, reason_of

PIECE = 4 << 20
"""Bytes written, or read for a checksum, at a time."""
LONGEST_HEADER = 100_000_000
"""Bytes; the library reads no longer ones either."""
METADATA = "__metadata__"
KINDS = {
    "U64": "<u8",
    "I64": "<i8",
    "F64": "<f8",
    "C64": "<c8",
    "F32": "<f4",
    "U32": "<u4",
    "I32": "<i4",
    "F16": "<f2",
    "U16": "<u2",
    "I16": "<i2",
    "I8": "|i1",
    "U8": "|u1",
    "BOOL": "|b1",
}
"""The format's name of each kind of number -> NumPy's, in the order in which arrays are written."""
_NAMES = {np.dtype(kind): name for name, kind in KINDS.items()}


class _Entry(msgspec.Struct, frozen=True):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


class StoredArray:
    """An array that is still in its file."""

    def __init__(self, source: "_Source", name: str, entry: _Entry, data: int) -> None:
        self.name, self.shape = name, entry.shape
        self.dtype = np.dtype(KINDS[entry.dtype]).newbyteorder("=")
        self._source, self._start = source, data + entry.data_offsets[0]

    def read(self) -> Array:
        """A new array. Raises RunError."""
        values = np.empty(self.shape, self.dtype)
        self.read_into(values)
        return values

    def read_into(self, values: Array) -> None:
        """Fill ``values``, contiguous and of the same shape and dtype. Raises RunError."""
        assert (values.shape, values.dtype) == (self.shape, self.dtype)
        if values.size:
            self._source.fill(memoryview(values).cast("B"), self._start, self.name)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self.read().astype(dtype or self.dtype, copy=False)


class _Source:
    """An open file that is closed when nothing of it is wanted any more."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._path = path
        descriptor = os.dup(file.fileno())
        self._file = open(descriptor, "rb", buffering=0, closefd=False)  # noqa: SIM115 - see below
        weakref.finalize(self, os.close, descriptor)

    def fill(self, wanted: memoryview, start: int, name: str) -> None:
        try:
            self._file.seek(start)
            while wanted:
                count = self._file.readinto(wanted)
                if not count:
                    raise RunError(f"{self._path}: {name} was cut off while it was read")
                wanted = wanted[count:]
        except OSError as error:
            raise RunError(f"{self._path}: {reason_of(error)}") from None


def pieces(arrays: Mapping[str, Array], metadata: dict[str, str]) -> Iterator[bytes | memoryview]:
    """The bytes of a file that holds ``arrays``, in order, as views of them where possible."""
    order = list(_NAMES)
    little = {name: _little_endian(values) for name, values in arrays.items()}
    names = sorted(little, key=lambda name: (order.index(little[name].dtype), name))
    yield _header({name: little[name] for name in names}, metadata)
    for name in names:
        yield from _cut(little[name])


def _little_endian(values: Array) -> Array:
    dtype = values.dtype.newbyteorder("<")
    if dtype not in _NAMES:
        raise ValueError(f"no safetensors file holds {values.dtype}")
    return np.asarray(values, dtype, order="C")


def _header(arrays: dict[str, Array], metadata: dict[str, str]) -> bytes:
    table: dict[str, Any] = {METADATA: metadata} if metadata else {}
    start = 0
    for name, values in arrays.items():
        end = start + values.nbytes
        table[name] = _Entry(_NAMES[values.dtype], values.shape, (start, end))
        start = end
    text = msgspec.json.encode(table)
    text += b" " * (-len(text) % 8)
    if len(text) > LONGEST_HEADER:
        raise SaveError(f"a header of {len(text):,} bytes, expected at most {LONGEST_HEADER:,}")
    return len(text).to_bytes(8, "little") + text


def _cut(values: Array) -> Iterator[memoryview]:
    if values.size:
        view = memoryview(values.reshape(-1)).cast("B")
        for start in range(0, len(view), PIECE):
            yield view[start : start + PIECE]


def open_arrays(path: Path, file: BinaryIO) -> tuple[dict[str, str], dict[str, StoredArray]]:
    """Metadata and arrays of an open file, none of them read yet; ``file`` may be closed then.

    Raises RunError where ``path`` is no safetensors file, or one that was cut.
    """
    try:
        metadata, entries, data = _table(file)
        _require_whole(entries, os.fstat(file.fileno()).st_size - data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RunError(f"{path}: not a safetensors file ({error})") from None
    except OSError as error:
        raise RunError(f"{path}: {reason_of(error)}") from None
    source = _Source(file, path)
    return metadata, {n: StoredArray(source, n, entry, data) for n, entry in entries.items()}


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata alone, which nothing vouches for. Raises RunError."""
    try:
        with open_to_read(path) as file:
            return _table(file)[0]
    except FileError as error:
        raise RunError(str(error)) from None
    except (msgspec.MsgspecError, ValueError, RecursionError, OSError) as error:
        raise RunError(f"{path}: not a safetensors file ({error})") from None


def _table(file: BinaryIO) -> tuple[dict[str, str], dict[str, _Entry], int]:
    """Metadata, entries, and where the arrays' bytes begin."""
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if not 2 <= length <= LONGEST_HEADER:
        raise ValueError("its header has no length that can be")
    text = file.read(length)
    if len(text) != length:
        raise ValueError("its header is cut off")
    table = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    metadata = msgspec.json.decode(table.pop(METADATA, b"{}"), type=dict[str, str])
    entries = {name: msgspec.json.decode(raw, type=_Entry) for name, raw in table.items()}
    return metadata, entries, 8 + length


def _require_whole(entries: dict[str, _Entry], size: int) -> None:
    """Raises ValueError unless the arrays' bytes lie one behind the other, to the file's end."""
    at = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1].data_offsets):
        start, end = entry.data_offsets
        if entry.dtype not in KINDS:
            raise ValueError(f"{name!r} is of kind {entry.dtype!r}, expected {', '.join(KINDS)}")
        if min(entry.shape, default=0) < 0 or len(entry.shape) > 32:
            raise ValueError(f"{name!r} has a shape that no array has")
        if start != at or end - start != prod(entry.shape) * np.dtype(KINDS[entry.dtype]).itemsize:
            raise ValueError(f"{name!r} does not lie where it should")
        at = end
    if at != size:
        raise ValueError(f"{size:,} bytes of arrays, expected {at:,}")
