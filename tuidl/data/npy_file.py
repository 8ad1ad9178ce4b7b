"""Arrays in NumPy's own files, alone or in a zip archive, read without any pickle.

What a header promises is held against the size of the file before memory is taken for it.
"""

import os
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from tuidl.core.errors import DataError, suggestion
from tuidl.core.lazy import Array
from tuidl.core.limits import check_memory
from tuidl.data.files import CHUNK, open_file, readable

KINDS = "biuf"
"""Of NumPy's types: truth values, whole numbers with and without sign, floating-point numbers."""

MOST_INFLATION = 1032
"""Bytes that one compressed byte can become at most, by the format of DEFLATE."""

MOST_MEMBERS = 1000
DAMAGED = "damaged, or no array of numbers"
"""What a file is where zip, DEFLATE or NumPy's reader of headers raise whatever they like."""

LOCAL_HEADER, NAME_LENGTH = 30, 26
"""Bytes before the name of a member where its data lies, and where they say how long the name is;
two more say how long the extra field is behind it."""


@dataclass(frozen=True)
class Header:
    """What a file says of its array before the array begins."""

    shape: tuple[int, ...]
    dtype: "np.dtype[Any]"
    in_columns: bool
    length: int

    @property
    def bytes(self) -> int:
        """Of the array itself."""
        return prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class Place:
    """Where the array's own bytes lie in a file, row after row: from byte ``start`` on."""

    header: Header
    start: int


def npy_place(path: Path) -> Place | None:
    """Of the array in a .npy file; None where it is not row by row. Raises DataError."""
    with readable(path, DAMAGED), open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        header = _header(file, size, str(path))
        start = file.tell()
        if start + header.bytes != size:
            raise DataError(f"{path}: cut off, or longer than its header says")
    return None if header.in_columns else Place(header, start)


def npz_place(path: Path, name: str) -> Place | None:
    """Of the array ``name`` in a .npz file; None where it is compressed, or not row by row."""
    with _member(path, name) as (file, size, where):
        header = _header(file, size, where)
        within = file.tell()
        if within + header.bytes != size:
            raise DataError(f"{where}: cut off, or longer than its header says")
    with readable(path, DAMAGED), open_file(path) as zipped, zipfile.ZipFile(zipped) as archive:
        info = archive.getinfo(f"{name}.npy")
        if info.compress_type != zipfile.ZIP_STORED or header.in_columns:
            return None
        zipped.seek(info.header_offset + NAME_LENGTH)
        lengths = zipped.read(4)
        skipped = sum(int.from_bytes(lengths[i : i + 2], "little") for i in (0, 2))
    return Place(header, info.header_offset + LOCAL_HEADER + skipped + within)


def require_whole(path: Path, name: str) -> None:
    """Raises DataError where the array's bytes in a .npz file are not those of its checksum."""
    with _member(path, name) as (file, _, _where):
        while file.read(CHUNK):  # the last one compares
            pass


def read_npy(path: Path) -> Array:
    """The array in a .npy file. Raises DataError."""
    with readable(path, DAMAGED), open_file(path) as file:
        return _read(file, os.fstat(file.fileno()).st_size, str(path))


def npy_header(path: Path) -> Header:
    """The header of a .npy file. Raises DataError."""
    with readable(path, DAMAGED), open_file(path) as file:
        return _header(file, os.fstat(file.fileno()).st_size, str(path))


def read_npz(path: Path, name: str) -> Array:
    """The array ``name`` in a .npz file. Raises DataError."""
    with _member(path, name) as (file, size, where):
        return _read(file, size, where)


def npz_header(path: Path, name: str) -> Header:
    """The header of the array ``name`` in a .npz file. Raises DataError."""
    with _member(path, name) as (file, size, where):
        return _header(file, size, where)


def npz_names(path: Path) -> list[str]:
    """The arrays in a .npz file. Raises DataError."""
    with readable(path, DAMAGED), open_file(path) as zipped, zipfile.ZipFile(zipped) as archive:
        names = [info.filename.removesuffix(".npy") for info in archive.infolist()]
    if len(names) > MOST_MEMBERS:
        raise DataError(f"{path}: more than {MOST_MEMBERS} arrays")
    return names


@contextmanager
def _member(path: Path, name: str) -> Iterator[tuple[IO[bytes], int, str]]:
    """The open member, its size when decompressed, and how errors name it."""
    with readable(path, DAMAGED), open_file(path) as zipped, zipfile.ZipFile(zipped) as archive:
        names = [info.filename.removesuffix(".npy") for info in archive.infolist()]
        if len(names) > MOST_MEMBERS or name not in names:
            raise DataError(f"{path}: no array {name!r}{suggestion(name, names[:50])}")
        info = archive.infolist()[names.index(name)]
        known = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if info.compress_type not in known or info.flag_bits & 1:
            raise DataError(f"{path}: {name!r} is encrypted or compressed in an unknown way")
        if info.file_size > MOST_INFLATION * max(info.compress_size, 1):
            raise DataError(f"{path}: {name!r} says it is larger than it can be")
        with archive.open(info) as file:
            yield file, info.file_size, f"{path}: {name!r}"


def _header(file: IO[bytes], size: int, where: str) -> Header:
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    version = npy.read_magic(file)
    if version not in readers:
        raise DataError(f"{where}: version {version} of the format, expected 1.0 or 2.0")
    with warnings.catch_warnings():  # of headers that Python 2 wrote
        warnings.simplefilter("ignore")
        shape, in_columns, dtype = readers[version](file)
    if dtype.hasobject or dtype.kind not in KINDS:
        raise DataError(f"{where}: an array of {dtype}, expected numbers")
    header = Header(tuple(map(int, shape)), dtype, bool(in_columns), size)
    if any(n < 0 for n in shape) or header.bytes > size:
        raise DataError(f"{where}: {shape} of {dtype} does not fit into {size:,} bytes; cut off?")
    return header


def _read(file: IO[bytes], size: int, where: str) -> Array:
    header = _header(file, size, where)
    check_memory(header.bytes, where, "use a smaller file")
    data = bytearray(header.bytes)
    view, done = memoryview(data), 0
    while done < len(data) and (chunk := file.read(min(CHUNK, len(data) - done))):
        view[done : done + len(chunk)] = chunk
        done += len(chunk)
    if done < len(data) or file.read(1):
        raise DataError(f"{where}: cut off, or longer than its header says")
    flat = np.frombuffer(data, header.dtype)
    return flat.reshape(header.shape, order="F" if header.in_columns else "C")
